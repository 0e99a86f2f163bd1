"""Child processes that cannot outlive the process that started them. Standard library only."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1  # prctl(2)
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class ServiceProblem(Exception):
    """A local service cannot be used. The message is one line that says what to do."""


@dataclass(frozen=True)
class ServiceUser:
    """The account that the servers run as when the launcher itself is root."""

    name: str
    uid: int
    gid: int


def service_user() -> ServiceUser | None:
    """Give the account the servers must run as, or None when the present one will do.

    PostgreSQL refuses to run as root, so root hands its servers to `nobody`.
    Raises ServiceProblem when there is no such account, or the present one has no name: initdb
    wants to know it.
    """
    if os.geteuid() != 0:
        _require_name(os.geteuid())
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError as error:
        raise ServiceProblem(
            "PostgreSQL does not run as root and there is no account 'nobody' to run it as. "
            "Run this as an ordinary user, or set DATABASE_URL."
        ) from error
    return ServiceUser(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _require_name(uid: int) -> None:
    try:
        pwd.getpwuid(uid)
    except KeyError as error:
        raise ServiceProblem(
            f"The account with number {uid} has no name on this system, and PostgreSQL wants one. "
            "Add it to /etc/passwd, or set DATABASE_URL."
        ) from error


def die_with_parent(on_parent_death: signal.Signals) -> Callable[[], None]:
    """Build the function that a new child runs to be signalled when its parent is gone.

    The kernel forgets the wish when the child changes its user, so it is made afterwards:
    subprocess runs preexec_fn after the change. A parent that died in between is noticed.
    """
    parent = os.getpid()

    def ask_the_kernel() -> None:
        if _LIBC is not None:
            _LIBC.prctl(PR_SET_PDEATHSIG, int(on_parent_death))
        if os.getppid() != parent:
            os._exit(1)

    return ask_the_kernel


def spawn(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: Path = Path("/"),
    log: Path | None = None,
    user: ServiceUser | None = None,
    on_parent_death: signal.Signals = signal.SIGTERM,
    given: bytes | None = None,
) -> subprocess.Popen[bytes]:
    """Start a server in its own session, so that Ctrl-C at the terminal reaches only the launcher.

    Output is appended to the log. `given` is written to its standard input, which is then closed:
    a password passed there is not shown in the process list.
    Raises OSError when the program cannot be started.
    """
    output = log.open("ab") if log else None
    try:
        child = subprocess.Popen(
            list(command),
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.PIPE if given is not None else subprocess.DEVNULL,
            stdout=output or subprocess.DEVNULL,
            stderr=subprocess.STDOUT if output else subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent(on_parent_death),
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user else None,
        )
    finally:
        if output:
            output.close()
    if given is not None and child.stdin is not None:
        child.stdin.write(given)
        child.stdin.close()
    return child


def stop(
    child: subprocess.Popen[bytes],
    *,
    first: signal.Signals = signal.SIGTERM,
    patience_s: float = 10.0,
) -> None:
    """End a child politely, and its whole process group by force when it does not go in time."""
    if child.poll() is None:
        child.send_signal(first)
        try:
            child.wait(timeout=patience_s)
        except subprocess.TimeoutExpired:
            kill_group(child)
            child.wait()
    kill_group(child)


def kill_group(child: subprocess.Popen[Any]) -> None:
    """End every process that the child started and that is still in its process group."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def alive(pid: int) -> bool:
    """Tell whether a process with this id exists and is not a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return True
    return state.rpartition(")")[2].split()[0] != "Z"


def tail(path: Path, lines: int = 5) -> str:
    """Give the last lines of a log, joined by ' | ' so that they fit one line of a message."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return " | ".join(line.strip() for line in text.strip().splitlines()[-lines:])
