"""./bwc test: every test, on servers of its own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from bwcportal.launcher import assets
from bwcportal.launcher.paths import Paths
from bwcportal.launcher.programs import run, run_side_by_side
from bwcportal.launcher.progress import complain, say

BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
# What a shell may have set for a server must not reach the tests.
NOT_FOR_TESTS = ("DJANGO_SETTINGS_MODULE", "BWC_ENVIRONMENT", "BWC_VAR", "DEBUG", "SECRET_KEY")


def find_browser() -> str | None:
    """Find the Chromium that the browser tests drive: BWC_CHROMIUM, else on the path."""
    given = os.environ.get("BWC_CHROMIUM")
    if given:
        return given if Path(given).exists() else None
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def missing_browser_notice() -> str:
    """Say which tests are left out without a browser, and how to get them."""
    return (
        "Chromium was not found: the browser tests in tests/functional are left out. "
        "Get them with: apt-get install chromium (or set BWC_CHROMIUM to its path)"
    )


def everything() -> tuple[list[str], list[str]]:
    """Give the arguments of the two runs that make up all tests, to be made side by side.

    Most tests are spread over the cores. Those that share one running portal run one after the
    other, and mostly wait for a browser: beside the rest they take hardly any time of their own.
    """
    cores = str(min(os.cpu_count() or 1, 4))
    return ["-n", cores, "--dist", "worksteal", "-m", "not functional"], ["-m", "functional"]


def run_tests(paths: Paths, arguments: list[str]) -> int:
    """Run pytest with the arguments, or everything. Gives pytest's exit status."""
    assets.ensure(paths)
    if find_browser() is None:
        complain(missing_browser_notice())
    environment = {k: v for k, v in os.environ.items() if k not in NOT_FOR_TESTS}
    environment["BWC_TEST_ASSETS"] = str(paths.assets)
    say("- Running the tests")
    pytest = [str(paths.python), "-m", "pytest"]
    if arguments:
        status = run([*pytest, *arguments], folder=paths.root, environment=environment)
    else:
        most, functional = everything()
        status = run_side_by_side(
            [*pytest, *most],
            [*pytest, *functional],
            folder=paths.root,
            log=paths.logs / "tests-functional.log",
            environment=environment,
        )
    if find_browser() is None:
        complain(missing_browser_notice())
    return status
