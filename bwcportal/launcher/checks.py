"""./bwc check: everything that judges and changes nothing. ./bwc fix: what can be mended by a tool."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from bwcportal.launcher.paths import Paths
from bwcportal.launcher.progress import say
from bwcportal.local_services.children import die_with_parent
from bwcportal.local_services.places import throw_away_folder
from bwcportal.local_services.services import throw_away_services

# A formatter that prints every change would bury the other checks.
SHOWN_LINES = 40
CONCISE = ("--output-format", "concise")
TYPED = ("services", "selectors", "permissions", "policies", "transitions")
APPS = ("audit", "accounts", "incidents", "reviews", "retention")


@dataclass(frozen=True)
class Check:
    """One judgement: what it is called, the command, and what its environment adds."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)


def typed_files(root: Path) -> list[str]:
    """List the modules whose types are checked: services, selectors, permissions, policies."""
    found: list[str] = []
    for app in APPS:
        for name in TYPED:
            path = root / app / name
            found += sorted(str(f.relative_to(root)) for f in path.glob("**/*.py"))
            if path.with_suffix(".py").exists():
                found.append(f"{app}/{name}.py")
    return found


def checks(paths: Paths, servers: dict[str, str]) -> list[Check]:
    """List every check, in the order in which a reader wants to hear of failures."""
    tool = paths.venv / "bin"
    python = str(paths.python)
    manage = (python, str(paths.root / "manage.py"))
    testing = {**servers, "BWC_ENVIRONMENT": "test"}
    return [
        Check("format", (str(tool / "ruff"), "format", "--check", *CONCISE, ".")),
        Check("lint", (str(tool / "ruff"), "check", "--quiet", *CONCISE, ".")),
        Check("types", (python, "-m", "mypy", *typed_files(paths.root)), testing),
        Check("imports", (str(tool / "lint-imports"), "--no-cache"), testing),
        Check("templates: format", (python, "-m", "djlint", "--check", "templates")),
        Check("templates: lint", (python, "-m", "djlint", "--lint", "--quiet", "templates")),
        # A test that cannot be imported would be missed by whoever runs only some of them.
        Check("tests: importable", (python, "-m", "pytest", "--collect-only", "-qq"), testing),
        Check("migrations", (*manage, "makemigrations", "--check", "--dry-run"), testing),
        Check("reference unchanged", (*manage, "write_reference", "--check"), testing),
        Check(
            "production settings",
            (*manage, "check", "--deploy", "--fail-level", "WARNING"),
            {
                **servers,
                "BWC_ENVIRONMENT": "production",
                "ALLOWED_HOSTS": "portal.force.example",
                "SECRET_KEY": secrets.token_urlsafe(64),
                "DEBUG": "",
            },
        ),
    ]


def run_checks(paths: Paths) -> int:
    """Run every check to the end, print what fails and a count. Gives 1 when anything failed."""
    failed: list[str] = []
    var = throw_away_folder()
    with throw_away_services(var) as addresses:
        servers = {**addresses.environment(), "BWC_VAR": str(var)}
        subprocess.run(
            [str(paths.python), "manage.py", "migrate", "--verbosity", "0"],
            cwd=paths.root,
            env={**os.environ, **servers, "BWC_ENVIRONMENT": "test"},
            check=False,
        )
        listed = checks(paths, servers)
        for check in listed:
            if not _passes(paths, check):
                failed.append(check.name)
    if failed:
        say(f"{len(failed)} of {len(listed)} checks failed: {', '.join(failed)}")
        return 1
    say(f"All {len(listed)} checks passed")
    return 0


def _passes(paths: Paths, check: Check) -> bool:
    begun = time.monotonic()
    done = subprocess.run(
        list(check.command),
        cwd=paths.root,
        env={**os.environ, **check.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=die_with_parent(signal.SIGKILL),
        check=False,
    )
    verdict = "ok" if done.returncode == 0 else "FAILED"
    say(f"{check.name:<22} {verdict:<7} {time.monotonic() - begun:5.1f} s")
    if done.returncode != 0:
        log = paths.logs / f"check-{check.name.replace(': ', '-').replace(' ', '-')}.log"
        log.write_text(done.stdout, encoding="utf-8")
        lines = done.stdout.rstrip().splitlines()
        if len(lines) > SHOWN_LINES:
            say(f"(the last {SHOWN_LINES} of {len(lines)} lines; all of them: {log})")
        say("\n".join(lines[-SHOWN_LINES:]))
    return done.returncode == 0


def fix(paths: Paths) -> int:
    """Format the code and the templates and mend what the linter can. Gives 1 when a tool failed."""
    tool = paths.venv / "bin"
    python = str(paths.python)
    commands = (
        (str(tool / "ruff"), "check", "--fix", "--quiet", "."),
        (str(tool / "ruff"), "format", "--quiet", "."),
        (python, "-m", "djlint", "--reformat", "--quiet", "templates"),
        (python, str(paths.root / "manage.py"), "write_reference"),
    )
    failed = 0
    for command in commands:
        done = subprocess.run(list(command), cwd=paths.root, check=False)
        # djlint ends with 1 when it has changed something.
        failed += done.returncode != 0 and "djlint" not in command
    say(
        "Fixed what can be fixed; ./bwc check tells what is left" if not failed else "Not all fixed"
    )
    return 1 if failed else 0
