"""Runs other programs for the launcher: quietly, into a log, and never longer than the launcher lives."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import IO

from bwcportal.launcher.problems import from_output
from bwcportal.launcher.progress import say
from bwcportal.local_services.children import die_with_parent


def run(
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str] | None = None,
) -> int:
    """Run a program on the launcher's own terminal and give its exit status."""
    child = _start(command, folder, environment, None)
    with _passing_the_end_on([child]):
        return _wait(child)


def run_side_by_side(
    command: Sequence[str],
    beside: Sequence[str],
    *,
    folder: Path,
    log: Path,
    environment: Mapping[str, str] | None = None,
) -> int:
    """Run a program on the terminal and another one beside it into a log, shown when both ended.

    Gives the exit status of the first, or of the other when the first succeeded.
    """
    with log.open("wb") as file:
        children = [
            _start(command, folder, environment, None),
            _start(beside, folder, environment, file),
        ]
        with _passing_the_end_on(children):
            statuses = [_wait(child) for child in children]
    say(log.read_text(encoding="utf-8", errors="replace"))
    return statuses[0] or statuses[1]


def _start(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str] | None,
    output: IO[bytes] | None,
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        list(command),
        cwd=folder,
        env=dict(os.environ if environment is None else environment),
        stdout=output,
        stderr=None if output is None else subprocess.STDOUT,
        preexec_fn=die_with_parent(signal.SIGTERM),
    )


@contextlib.contextmanager
def _passing_the_end_on(children: Sequence[subprocess.Popen[bytes]]) -> Iterator[None]:
    """Told to end, the launcher passes it on as Ctrl-C, after which tests still remove their folders."""

    def pass_on(_number: int, _frame: FrameType | None) -> None:
        for child in children:
            child.send_signal(signal.SIGINT)

    before = signal.signal(signal.SIGTERM, pass_on)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _wait(child: subprocess.Popen[bytes]) -> int:
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            # The terminal has sent Ctrl-C to the child as well: let it end in its own way.
            continue


def attempt(
    command: Sequence[str],
    *,
    folder: Path,
    log: Path,
    environment: Mapping[str, str] | None = None,
) -> str | None:
    """Run a program with its output in a log. Give None when it succeeded, else what it printed."""
    with log.open("a", encoding="utf-8") as file:
        file.write(f"$ {' '.join(command)}\n")
        file.flush()
        begun = file.tell()
        done = subprocess.run(
            list(command),
            cwd=folder,
            env=dict(os.environ if environment is None else environment),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent(signal.SIGKILL),
            check=False,
        )
    if done.returncode == 0:
        return None
    with log.open("r", encoding="utf-8", errors="replace") as file:
        file.seek(begun)
        return file.read()


def must_succeed(
    what: str,
    command: Sequence[str],
    *,
    folder: Path,
    log: Path,
    environment: Mapping[str, str] | None = None,
    mirror_setting: str = "PIP_INDEX_URL",
) -> None:
    """Run a program with its output in a log.

    Raises CannotContinue, explaining the failure in one line, when it does not succeed.
    """
    output = attempt(command, folder=folder, log=log, environment=environment)
    if output is not None:
        raise from_output(what, output, log, mirror_setting)
