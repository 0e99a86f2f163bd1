"""Runs other programs for the launcher: quietly, into a log, and never longer than the launcher lives."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from bwcportal.launcher.problems import from_output
from bwcportal.local_services.children import die_with_parent


def run(
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str] | None = None,
) -> int:
    """Run a program on the launcher's own terminal and give its exit status."""
    child = subprocess.Popen(
        list(command),
        cwd=folder,
        env=dict(os.environ if environment is None else environment),
        preexec_fn=die_with_parent(signal.SIGTERM),
    )
    # Told to end, the launcher passes it on as Ctrl-C, after which tests still remove their folders.
    before = signal.signal(signal.SIGTERM, lambda _number, _frame: child.send_signal(signal.SIGINT))
    try:
        while True:
            try:
                return child.wait()
            except KeyboardInterrupt:
                # The terminal has sent Ctrl-C to the child as well: let it end in its own way.
                continue
    finally:
        signal.signal(signal.SIGTERM, before)


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
