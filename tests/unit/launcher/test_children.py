"""No child outlives the process that started it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bwcportal.local_services import children

PARENT = """
import os, pathlib, sys, time
from bwcportal.local_services import children
child = children.spawn([sys.executable, "-c", sys.argv[2]], environment=dict(os.environ))
pathlib.Path(sys.argv[1]).write_text(str(child.pid))
time.sleep(60)
"""
SLEEPER = "import time; time.sleep(60)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('ready', flush=True); time.sleep(60)"
)


def _wait_for(condition: object, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.02)
    return False


def test_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "child"
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(note), SLEEPER],
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )
    assert _wait_for(lambda: note.exists() and note.read_text())
    pid = int(note.read_text())
    assert children.alive(pid)

    parent.kill()
    parent.wait()

    assert _wait_for(lambda: not children.alive(pid))


def test_stop_forces_a_child_that_does_not_go(tmp_path: Path) -> None:
    log = tmp_path / "log"
    child = children.spawn([sys.executable, "-c", STUBBORN], environment=dict(os.environ), log=log)
    assert _wait_for(lambda: log.exists() and "ready" in log.read_text())

    children.stop(child, patience_s=0.2)

    assert child.returncode == -signal.SIGKILL


def test_stop_of_a_child_that_has_gone_is_quiet() -> None:
    child = children.spawn([sys.executable, "-c", "pass"], environment=dict(os.environ))
    child.wait()

    children.stop(child)

    assert child.returncode == 0


def test_what_is_given_goes_to_standard_input_and_not_to_the_command_line(tmp_path: Path) -> None:
    log = tmp_path / "log"
    child = children.spawn(
        [sys.executable, "-c", "import sys; print(sys.argv, sys.stdin.read())"],
        environment=dict(os.environ),
        log=log,
        given=b"a secret",
    )
    child.wait(timeout=20)

    assert log.read_text() == "['-c'] a secret\n"


def test_zombie_does_not_count_as_alive() -> None:
    child = subprocess.Popen([sys.executable, "-c", "pass"])

    assert _wait_for(lambda: not children.alive(child.pid))
    child.wait()


@pytest.mark.parametrize(("text", "expected"), [("a\nb\nc\nd\n", "b | c | d"), ("", "")])
def test_tail_is_one_line(tmp_path: Path, text: str, expected: str) -> None:
    (tmp_path / "log").write_text(text)

    assert children.tail(tmp_path / "log", 3) == expected


def test_tail_of_a_missing_log_is_empty(tmp_path: Path) -> None:
    assert children.tail(tmp_path / "nonesuch") == ""
