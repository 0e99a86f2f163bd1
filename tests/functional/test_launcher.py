"""The life of ./bwc demo: it starts, answers, is killed and leaves nothing, and continues with its data.

The demo runs from the launcher's own code in a process of its own, without the installing of
packages, on a folder that is thrown away.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from bwcportal.launcher.paths import ROOT
from bwcportal.local_services import children
from bwcportal.local_services.places import throw_away_folder
from bwcportal.local_services.services import Instance
from bwcportal.local_services.valkey import free_port
from tests.functional.conftest import RunningPortal

PROGRAM = """
import sys, time
from pathlib import Path
from bwcportal.launcher import demo
from bwcportal.launcher.paths import ROOT, Paths

paths = Paths(root=ROOT, venv=Path(sys.prefix), var=Path(sys.argv[1]))
try:
    demo.refuse_second(paths)
    demo.refuse_taken_port(int(sys.argv[2]))
    sys.exit(demo.run(paths, int(sys.argv[2]), reset=False, begun=time.time()))
except demo.CannotContinue as problem:
    sys.exit(f"bwc: {problem}")
"""
START_PATIENCE_S = 240


class Demo:
    """One demo and its output."""

    def __init__(self, var: Path, port: int) -> None:
        self.var, self.port = var, port
        self.output = var.parent / f"output-{time.monotonic_ns()}"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, str(var), str(port)],
                cwd=ROOT,
                env={**os.environ, "BWC_VAR": str(var), "PYTHONPATH": str(ROOT)},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def wait_until_ready(self) -> None:
        _wait_for(
            lambda: "The portal is ready" in self.said or self.process.poll() is not None,
            START_PATIENCE_S,
        )
        assert self.process.poll() is None, self.said

    def family(self) -> set[int]:
        """Give the ids of the launcher and everything below it."""
        parents: dict[int, int] = {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text(errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(path.parent.name)] = int(fields[1])
        found = {self.process.pid}
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return found

    def complaints(self) -> int:
        addresses = Instance(self.var).read()
        assert addresses is not None
        with psycopg.connect(addresses.database_url) as connection:
            row = connection.execute("SELECT count(*) FROM incidents_complaint").fetchone()
        assert row is not None
        return int(row[0])


def _wait_for(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)


def _status(url: str) -> int:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return int(answer.status)


@pytest.fixture
def var(built_assets: Path) -> Iterator[Path]:
    """Give a folder with a space in its name and the assets already built."""
    folder = throw_away_folder()
    made = folder / "with a space"
    made.mkdir(mode=0o755)
    (made / "assets").symlink_to(built_assets)
    yield made
    shutil.rmtree(folder, ignore_errors=True)


def test_demo_is_killed_leaves_nothing_and_continues_with_its_data(var: Path) -> None:
    port = free_port()
    demo = Demo(var, port)
    try:
        demo.wait_until_ready()
        assert f"http://127.0.0.1:{port}/" in demo.said
        assert _status(f"http://127.0.0.1:{port}/sign-in/") == 200
        complaints = demo.complaints()
        assert complaints > 0

        # A second one on the same folder says where the first is, and harms nothing.
        second = Demo(var, free_port())
        assert second.process.wait(timeout=60) == 1
        assert f"already running at http://127.0.0.1:{port}" in second.said
        assert len(second.said.strip().splitlines()) == 1

        # One on another folder is told that the port is taken.
        other = Demo(var.parent / "other", port)
        assert other.process.wait(timeout=60) == 1
        assert f"Port {port} is taken" in other.said

        # A worker that dies is named and started again.
        worker = _worker(demo)
        os.kill(worker, signal.SIGKILL)
        _wait_for(lambda: "The worker ended unexpectedly" in demo.said, 20)
        _wait_for(lambda: _worker(demo) not in {0, worker}, 20)

        # Killed without a chance to tidy up: the kernel does.
        family = demo.family()
        assert len(family) >= 8
        demo.process.kill()
        demo.process.wait()
        _wait_for(lambda: not [pid for pid in family if children.alive(pid)], 20)

        # Started again, it has the same data, and ends in order when asked.
        demo = Demo(var, port)
        demo.wait_until_ready()
        assert demo.complaints() == complaints
        family = demo.family()
        demo.process.send_signal(signal.SIGTERM)
        assert demo.process.wait(timeout=60) == 0
        assert not [pid for pid in family if children.alive(pid)]
        order = [line.strip() for line in demo.said.splitlines() if "stopping the" in line]
        assert order == [
            "stopping the web server",
            "stopping the scheduler",
            "stopping the worker",
            "stopping the broker and the database",
        ]
        assert not (var / "demo.json").exists()
        assert not (var / "services.json").exists()
    finally:
        demo.process.kill()
        demo.process.wait()


def _worker(demo: Demo) -> int:
    """Find the worker's first process: 0 while there is none."""
    for pid in sorted(demo.family()):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"celery" in command and b"worker" in command:
            return pid
    return 0


def test_only_commands_get_the_owners_address(running_portal: RunningPortal) -> None:
    """The web server, the worker and the scheduler run as a role that owns nothing."""
    for name, process in running_portal.processes().items():
        variables = Path(f"/proc/{process.pid}/environ").read_bytes()
        assert b"DATABASE_URL=postgresql://bwc_app@" in variables, name
        assert b"bwc_owner" not in variables, name
