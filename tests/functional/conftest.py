"""The whole portal for the functional tests: demo data, web server, worker, scheduler, a browser.

`running_portal` is started once a session with the launcher's own code, on servers and folders that
are thrown away. Tests share it, so each makes the cases it changes.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bwcportal.launcher import assets
from bwcportal.launcher.paths import ROOT, Paths
from bwcportal.launcher.stack import WEB, WORKER, Stack
from bwcportal.launcher.testing import find_browser, missing_browser_notice
from bwcportal.local_services import children
from bwcportal.local_services.places import throw_away_folder
from bwcportal.local_services.services import LocalServices
from bwcportal.local_services.valkey import free_port

CHROMIUM_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class RunningPortal:
    """A portal that answers at `url`, with its worker and scheduler."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.url = stack.url
        self.var = stack.paths.var
        # Tests look at everything, so they get the owner's address; the portal has the other.
        self.database_url = stack.addresses.database_owner_url
        self.app_database_url = stack.addresses.database_url
        self.redis_url = stack.addresses.redis_url

    def manage(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a management command against this portal."""
        return self._stack.manage(*arguments, check=check)

    def python(self, *arguments: str) -> str:
        """Run Python in the portal's environment, as the application's role; return what it printed."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self._stack.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def kill_worker(self) -> None:
        """End the worker and its children with SIGKILL, in the middle of whatever they do."""
        self._stack.kill_part(WORKER)

    def start_worker(self) -> None:
        """Start a worker again after kill_worker."""
        self._stack.start_part(WORKER)

    def processes(self) -> dict[str, subprocess.Popen[bytes]]:
        """Give the portal's own processes by name."""
        return dict(self._stack.processes)

    @contextlib.contextmanager
    def second_web_server(self, **settings: str) -> Iterator[str]:
        """Run one more web server with further settings until the end of the block; give its address.

        It writes into the log of the first.
        """
        second = dataclasses.replace(
            self._stack,
            port=free_port(),
            extra={**self._stack.extra, **settings},
            processes={},
        )
        second.start_part(WEB)
        try:
            second.wait_until_answering()
            yield second.url
        finally:
            children.stop(second.processes[WEB], patience_s=10)

    def log(self, name: str) -> str:
        """Read the log of `web`, `worker` or `scheduler`."""
        return (self.var / "log" / f"{name}.log").read_text(encoding="utf-8", errors="replace")


@pytest.fixture(scope="session")
def built_assets() -> Path:
    """Give the folder of the front-end files: the launcher's, else built now."""
    given = os.environ.get("BWC_TEST_ASSETS")
    if given:
        return Path(given)
    paths = Paths(root=ROOT, venv=Path(sys.prefix), var=ROOT / "var")
    assets.ensure(paths)
    return paths.assets


@pytest.fixture(scope="session")
def running_portal(built_assets: Path) -> Iterator[RunningPortal]:
    """Run the whole portal with the demo force for the session, and stop it."""
    var = throw_away_folder()
    (var / "assets").symlink_to(built_assets)
    paths = Paths(root=ROOT, venv=Path(sys.prefix), var=var)
    stack = Stack(paths, free_port(), LocalServices(var, throw_away=True))
    try:
        stack.services.start()
        stack.prepare(collect_static=True, report=print)
        for name in stack.parts():
            stack.start_part(name)
        stack.wait_until_answering()
        yield RunningPortal(stack)
    finally:
        stack.stop()
        shutil.rmtree(stack.services.home, ignore_errors=True)
        shutil.rmtree(var, ignore_errors=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Give a playwright browser on the system's Chromium, or skip and say what is missing."""
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="no playwright: pip install -r requirements-dev.txt"
    )
    program = find_browser()
    if program is None:
        pytest.skip(missing_browser_notice())
    # Chromium's sandbox refuses to work for root.
    flags = [*CHROMIUM_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with pytest.MonkeyPatch.context() as patch, sync_api.sync_playwright() as playwright:
        # Playwright's loop runs in this thread, where Django would refuse every query.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        chromium = playwright.chromium.launch(executable_path=program, args=flags)
        yield chromium
        chromium.close()
