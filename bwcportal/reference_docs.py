"""The pages of docs/reference that are made from the code, so that they cannot drift from it."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

from accounts.roles import PERMISSIONS, Permission, Role
from audit.registry import all_types
from incidents.enums import CaseState
from incidents.transitions import TRANSITIONS

_MADE = "<!-- Made by `manage.py write_reference` from the code. Do not edit. -->\n\n"


def states_page() -> str:
    """Draw the states of a case and list who may move it, from the one table."""
    lines = ["# The states of a case\n", _MADE, "```mermaid", "stateDiagram-v2"]
    lines += [f"    {state.value}: {state.label}" for state in CaseState]
    lines.append(f"    [*] --> {CaseState.LOGGED.value}: Log a complaint")
    for transition in TRANSITIONS:
        for source in sorted(transition.sources):
            for target in sorted(transition.targets):
                if transition.to_previous or source != target:
                    lines.append(f"    {source} --> {target}: {transition.label}")
    lines += [f"    {CaseState.DESTROYED.value} --> [*]", "```", ""]
    lines += ["| Act | From | To | Permission | Event |", "|---|---|---|---|---|"]
    for transition in TRANSITIONS:
        to = "the state before" if transition.to_previous else _names(transition.targets)
        lines.append(
            f"| {transition.label} | {_names(transition.sources)} | {to} "
            f"| {transition.permission.label} | `{transition.event}` |"
        )
    return "\n".join(lines) + "\n"


def _names(states: frozenset[CaseState]) -> str:
    return ", ".join(state.label for state in CaseState if state in states)


def roles_page() -> str:
    """List what each role may do. A role never opens a case."""
    lines = ["# Roles\n", _MADE, "A role says what kind of act. It never opens a case: a team or a"]
    lines += ["personal grant does.\n", "| Act | " + " | ".join(r.label for r in Role) + " |"]
    lines.append("|---" * (len(Role) + 1) + "|")
    for permission in Permission:
        marks = ["yes" if permission in PERMISSIONS[role] else "" for role in Role]
        lines.append(f"| {permission.label} | " + " | ".join(marks) + " |")
    return "\n".join(lines) + "\n"


def events_page() -> str:
    """List every event that can stand in the history."""
    lines = ["# Events\n", _MADE, "| Event | Operation | Reads as |", "|---|---|---|"]
    lines += [
        f"| `{kind.name}` | {kind.operation.label} | (who) {kind.sentence} |"
        for kind in all_types()
    ]
    return "\n".join(lines) + "\n"


def access_page(matrix: Path) -> str:
    """Show the access matrix, which people keep by hand in access.csv, as a page."""
    with matrix.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    out = ["# Access matrix\n", _MADE, "From `access.csv`; the tests walk it. *Object* is what the"]
    out += ["address names: a person who may not know of it gets 404.\n"]
    out += ["| Route | Method | Permission | Object | Notes |", "|---|---|---|---|---|"]
    for row in rows:
        may = Permission(row["permission"]).label if row["permission"] else "signed in"
        if row["object"] == "open":
            may = "anybody"
        out.append(
            f"| `{row['route']}` | {row['method']} | {may} | {row['object']} | {row['notes']} |"
        )
    return "\n".join(out) + "\n"


def threats_page(catalogue: Path, tests: Path) -> str:
    """List for each threat of the catalogue the tests that bear its number in their names."""
    with catalogue.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    proofs: dict[str, list[str]] = {row["number"]: [] for row in rows}
    for path in sorted(tests.rglob("test_*.py")):
        for name in _TEST.findall(path.read_text(encoding="utf-8")):
            for number in re.findall(r"(?<=_t)\d\d(?=_)", name):
                proofs.setdefault(f"T{number}", []).append(
                    f"`{path.relative_to(tests).as_posix()}` {name.removeprefix('test_')}"
                )
    out = [
        "# Threats and their tests\n",
        _MADE,
        "From `threats.csv` and the names of the tests. What",
    ]
    out += ["is promised, and what is not: `docs/explanation/threat-model.md`.\n"]
    out += ["| No. | Threat | Proved by |", "|---|---|---|"]
    for row in rows:
        tests_of = "<br>".join(proofs[row["number"]])
        out.append(f"| {row['number']} | {row['threat']} | {tests_of} |")
    return "\n".join(out) + "\n"


_TEST = re.compile(r"^\s*def (test(?:_t\d\d)+_\w+)\(", re.MULTILINE)


def pages(directory: Path) -> dict[Path, Callable[[], str]]:
    """Map each generated file to what writes it."""
    return {
        directory / "case-states.md": states_page,
        directory / "roles.md": roles_page,
        directory / "events.md": events_page,
        directory / "threat-tests.md": lambda: threats_page(
            directory / "threats.csv", directory.parent.parent / "tests"
        ),
        directory / "access.md": lambda: access_page(directory / "access.csv"),
    }
