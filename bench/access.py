"""What it costs to ask who may know of what, among 150,000 and among a million cases.

    ./bwc bench access

The portal's own lists, counts and checks, beside SQL written by hand (the fastest of several forms)
and beside django-guardian's shortcuts, with the same cases found by all. Calls of one kind stand
between calls of the others, so that a busy machine bears on all alike; the ratios are what counts.
The databases are made by `manage.py seed_scale` on a server of their own: see `bench/_databases.py`
for where, and for how to keep them. Takes a quarter of an hour on two processors.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench._databases import environment, make_database, server  # noqa: E402
from bench._portal import machine, percentile  # noqa: E402

SMALL, LARGE = "bwc_150k", "bwc_1m"
SIZES = {SMALL: 150_000, LARGE: 1_000_000}
ROLES = ("investigator", "supervisor", "wide", "none")
CELLS = ("newest", "filtered")
READERS = (*ROLES, "retention", "handler", "administrator")
ROUNDS = 20
SLACK = 1.3
MOST_BUFFERS = 1_000
MOST_LIST_QUERIES = 6
# A whole request: who asks, the list, its filters, and whether the reading was recorded lately. One
# more where it was not; tests pin both.
MOST_QUERIES = {"cases": 9, "API complaints": 5}


class Asked:
    """A process inside one database that answers questions."""

    def __init__(self, name: str, given: dict[str, str]) -> None:
        self.name = name
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "bench._access_asked"],
            cwd=ROOT, env=given, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def __call__(self, *question: str) -> Any:
        """Ask, and wait for the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            sys.exit(f"The question {question} to {self.name} was not answered")
        return json.loads(line)

    def end(self) -> None:
        """Let the process end."""
        self._process.communicate()


class Findings:
    """What was found to be over a limit."""

    def __init__(self) -> None:
        self.over: list[str] = []

    def hold(self, what: str, value: float, limit: float, *, slack: float = SLACK) -> None:
        """Note a value that is over its limit, with the slack that a ratio has."""
        if value > limit * slack:
            self.over.append(f"{what}: {value:.2f}, at most {limit:g}")

    def same(self, what: str, *, same: bool) -> None:
        """Note answers that differ."""
        if not same:
            self.over.append(f"{what}: the answers differ")


def interleaved(ask: Any, *calls: tuple[Any, ...]) -> list[list[dict[str, float]]]:
    """Make the calls one after the other, again and again; give the answers of each."""
    answers: list[list[dict[str, float]]] = [[] for _ in calls]
    for number in range(ROUNDS + 2):
        for kept, (asked, *question) in zip(answers, calls, strict=True):
            answer = ask(asked, *question)
            if number >= 2:  # the first two warm the caches
                kept.append(answer)
    return answers


def middle(answers: list[dict[str, float]], what: str = "ms") -> float:
    """Give the median."""
    return percentile([answer[what] for answer in answers], 50)


def high(answers: list[dict[str, float]]) -> float:
    """Give the time that nineteen of twenty stay under."""
    return percentile([answer["ms"] for answer in answers], 95)


def _ask(asked: Asked, *question: str) -> Any:
    return asked(*question)


def compare_inside(asked: dict[str, Asked], findings: Findings) -> None:
    """B1 and B3: the statement that finds the first page, inside PostgreSQL."""
    print("\n### Inside PostgreSQL: the statement that finds the first page\n")
    print(
        "| Cases | Person, list | By hand ms | Form | Portal ms | Portal / by hand | Guardian ms"
        " | Guardian / portal | Buffers: by hand, portal, guardian |"
    )
    print("|---|---|---:|---|---:|---:|---:|---:|---|")
    for name, process in asked.items():
        for role, cell in ((role, cell) for role in ROLES for cell in CELLS):
            same = process("same_ids", role, cell)
            findings.same(f"{name} {role} {cell} ({same['form']})", same=same["same"])
            if not same["same"]:
                continue
            raw, portal, theirs = interleaved(
                _ask,
                *((process, "inside", role, cell, what) for what in ("raw", "portal", "guardian")),
            )
            ratio, faster = middle(portal) / middle(raw), middle(theirs) / middle(portal)
            buffers = [f"{middle(each, 'buffers'):,.0f}" for each in (raw, portal, theirs)]
            print(
                f"| {SIZES[name]:,} | {role}, {cell} | {middle(raw):.2f} | {same['form']}"
                f" | {middle(portal):.2f} | {ratio:.2f} | {middle(theirs):.1f} | {faster:.1f}"
                f" | {', '.join(buffers)} |",
                flush=True,
            )
            if name != LARGE:
                continue
            if middle(portal) - middle(raw) > 0.2 * SLACK:
                findings.hold(f"B1 {role} {cell}", ratio, 1.3)
            least = _least_gain(role, cell)
            if least:
                findings.hold(f"B3 {role} {cell}: portal / guardian", 1 / faster, 1 / least)


def compare_pages(asked: dict[str, Asked], findings: Findings) -> None:
    """B2 and B4: the first page with its rows, as the process sees it, at both sizes in turn."""
    print("\n### The first page with its rows, as the process sees it: median (p95) ms\n")
    print(
        "| Person, list | By hand, 1M | Portal, 1M | Portal / by hand | Guardian, 1M | Guardian / portal"
        " | Guardian / by hand | Portal, 150k | Portal 1M / 150k | Guardian 1M / 150k |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    large, small = asked[LARGE], asked[SMALL]
    for role, cell in ((role, cell) for role in ROLES for cell in CELLS):
        raw, portal, theirs, less, theirs_less = interleaved(
            _ask,
            (large, "wall", role, cell, "raw"),
            (large, "wall", role, cell, "portal"),
            (large, "wall", role, cell, "guardian"),
            (small, "wall", role, cell, "portal"),
            (small, "wall", role, cell, "guardian"),
        )
        by_hand, faster = middle(portal) / middle(raw), middle(theirs) / middle(portal)
        growth = middle(portal) / middle(less)
        print(
            f"| {role}, {cell} | {both(raw)} | {both(portal)} | {by_hand:.1f} | {both(theirs)}"
            f" | {faster:.1f} | {middle(theirs) / middle(raw):.1f} | {both(less)} | {growth:.1f}"
            f" | {middle(theirs) / middle(theirs_less):.1f} |",
            flush=True,
        )
        if middle(portal) - middle(raw) > 5 * SLACK:
            findings.hold(f"B2 {role} {cell}", by_hand, 3.5)
        findings.hold(f"B4 {role} {cell}", growth, 2.0)


def _least_gain(role: str, cell: str) -> float:
    """How many times faster than guardian's shortcut a page must be; 0 where nothing is promised."""
    if role == "none":
        return 50 if cell == "newest" else 10
    if cell == "filtered":
        return 4 if role == "wide" else 10
    return 0


def both(answers: list[dict[str, float]]) -> str:
    """Write median and p95."""
    return f"{middle(answers):.1f} ({high(answers):.1f})"


def compare_counts(asked: dict[str, Asked], findings: Findings) -> None:
    """B5: the capped count beside the first page."""
    print("\n### The count, no further than 1,000, beside the first page, 1M: median (p95) ms\n")
    print("| Person, list | Page | Count | Count / page | Page with its count and rows |")
    print("|---|---:|---:|---:|---:|")
    large = asked[LARGE]
    for role, cell in ((role, cell) for role in ROLES for cell in CELLS):
        page, count, whole = interleaved(
            _ask, *((large, "wall", role, cell, what) for what in ("portal", "count", "page"))
        )
        ratio = middle(count) / middle(page)
        print(
            f"| {role}, {cell} | {both(page)} | {both(count)} | {ratio:.1f} | {both(whole)} |",
            flush=True,
        )
        limit = 4.0 if (role, cell) == ("wide", "filtered") else 1.5
        findings.hold(f"B5 {role} {cell}", ratio, limit)


def compare_checks(asked: dict[str, Asked], findings: Findings) -> None:
    """B6: 25 checks, and who can see a case."""
    print("\n### 25 checks of single cases, and who can see one, 1M: median (p95) ms\n")
    print(
        "| Person | Together | Queries | One by one | Together / one by one | Guardian one by one"
        " | Together / guardian |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|")
    large = asked[LARGE]
    for role in ROLES:
        answer = large("checks", role)
        findings.same(f"25 checks {role}", same=answer["same"])
        findings.same("who can see a case", same=answer["who"])
        whats = ("checks", "loop", "loop guardian")
        together, each, theirs = interleaved(
            _ask, *((large, "wall", role, "newest", what) for what in whats)
        )
        own, other = middle(together) / middle(each), middle(together) / middle(theirs)
        print(
            f"| {role} | {both(together)} | {answer['queries']} | {both(each)} | {own:.2f}"
            f" | {both(theirs)} | {other:.2f} |",
            flush=True,
        )
        findings.hold(f"B6 {role}: queries", answer["queries"], 2, slack=1)
        findings.hold(f"B6 {role}: together / guardian one by one", other, 0.1)
    who, theirs = interleaved(
        _ask,
        (large, "wall", "none", "newest", "who"),
        (large, "wall", "none", "newest", "who guardian"),
    )
    (inside,) = interleaved(_ask, (large, "who_inside"))
    portal, guardian = middle(inside, "portal"), middle(inside, "guardian")
    print(
        f"\nWho can see a case: {both(who)}, guardian {both(theirs)}, ratio "
        f"{middle(who) / middle(theirs):.4f}; inside PostgreSQL {portal:.2f}, guardian "
        f"{guardian:.1f}, ratio {portal / guardian:.4f}."
    )
    findings.hold("B6 who can see, inside PostgreSQL", portal / guardian, 0.01)
    findings.hold("B6 who can see", middle(who) / middle(theirs), 0.01)


def look_at_pages(asked: dict[str, Asked], findings: Findings) -> None:
    """Queries and buffers of every list of the portal and of its API, for everybody who may open it."""
    print("\n### Every list: queries, and buffers touched, the most of all who may open it\n")
    print(
        "| List | Rows | Queries | of these about the list | Most buffers in one statement, 150k"
        " | 1M | by | All statements, 1M |"
    )
    print("|---|---:|---:|---:|---:|---:|---|---:|")
    found: dict[str, dict[str, list[tuple[str, dict[str, Any]]]]] = {}
    for size, process in asked.items():
        for role in READERS:
            for page in process("pages", role):
                found.setdefault(page["name"], {}).setdefault(size, []).append((role, page))
    for name, of_size in found.items():
        worst = {
            size: max(pages, key=lambda each: each[1]["worst"]) for size, pages in of_size.items()
        }
        pages = [page for _, page in of_size[LARGE]]
        most = {what: max(page[what] for page in pages) for what in pages[0] if what not in _WORDS}
        role, page = worst[LARGE]
        print(
            f"| {name} | {most['rows']} | {most['queries']} | {most['of list']}"
            f" | {worst[SMALL][1]['worst']:,} | {page['worst']:,} | {role} | {most['buffers']:,} |",
            flush=True,
        )
        findings.hold(f"Buffers of {name} for {role}", page["worst"], MOST_BUFFERS, slack=1)
        findings.hold(f"Queries of {name}", most["of list"], _list_queries(name), slack=1)
        if name.split(",")[0] in MOST_QUERIES and not _IS_TEXT.search(name):
            findings.hold(
                f"Queries of the whole request for {name}",
                most["queries"],
                MOST_QUERIES[name.split(",")[0]],
                slack=1,
            )


# A text is looked up first, and its search is recorded every time with the words apart.
_IS_TEXT = re.compile("number|reference|surname")


def _list_queries(name: str) -> int:
    """My work is eight lists on one page."""
    return 14 if name == "my work" else MOST_LIST_QUERIES


_WORDS = {"name", "statement"}


def main() -> int:
    """Measure, print Markdown, and fail when something is over its limit."""
    findings = Findings()
    with server() as services:
        asked = {}
        for name, complaints in SIZES.items():
            print(
                f"Seeding {complaints:,}: {make_database(services, name, complaints)}", flush=True
            )
        for name in SIZES:
            asked[name] = Asked(name, environment(services, name, owner=True))
            print(f"{name}: {asked[name]('prepare')}", flush=True)
        for part in (compare_inside, compare_pages, compare_counts, compare_checks, look_at_pages):
            part(asked, findings)
        for process in asked.values():
            process.end()
        print(f"\n{machine()}. {ROUNDS} rounds, interleaved.")
    for line in findings.over:
        print(f"Over its limit: {line}", file=sys.stderr)
    print("\n" + ("Within every limit." if not findings.over else f"{len(findings.over)} over."))
    return 1 if findings.over else 0


if __name__ == "__main__":
    sys.exit(main())
