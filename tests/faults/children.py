"""Work in processes and threads of its own, with a database connection of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import psycopg
from django.db import DatabaseError, connection

from incidents.services import evidence

R = TypeVar("R")
PATIENCE_S = 30
FINISHED, CUT_OFF, FAILED = 0, 3, 4
# The parent's connection must not be closed by a child that shares its socket.
_inherited: list[object] = []


def plain_connection(**options: Any) -> psycopg.Connection[Any]:
    """Open a connection that knows nothing of the portal's rules, as somebody at a shell would."""
    parameters = connection.get_connection_params()
    for ours in ("cursor_factory", "context", "prepare_threshold"):
        parameters.pop(ours, None)
    return psycopg.connect(**parameters, **options)


@contextlib.contextmanager
def threads(count: int) -> Iterator[Callable[[Callable[..., R]], Any]]:
    """Give a function that starts work in a thread and returns its future.

    Each piece of work closes its database connection, and the threads are waited for.
    """

    def closing(work: Callable[..., R], *arguments: Any) -> R:
        try:
            return work(*arguments)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        yield lambda work, *arguments: pool.submit(closing, work, *arguments)


class Gate:
    """Stops a thread at a place until the test lets it go on."""

    def __init__(self) -> None:
        self._reached, self._opened = threading.Event(), threading.Event()

    def before(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap a function so that whoever calls it waits at the gate first."""

        def gated(*arguments: Any, **named: Any) -> Any:
            self._reached.set()
            assert self._opened.wait(PATIENCE_S)
            return work(*arguments, **named)

        return gated

    def wait_for_somebody(self) -> None:
        """Return when somebody waits at the gate."""
        assert self._reached.wait(PATIENCE_S)

    def open(self) -> None:
        """Let everybody pass from now on."""
        self._opened.set()


def start(work: Callable[[], object]) -> int:
    """Do the work in a child process and return its process id."""
    with warnings.catch_warnings():
        # Python 3.12 warns of forking with threads; the child touches nothing that they lock.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid:
        return pid
    status = FAILED
    try:
        _inherited.append(connection.connection)
        connection.connection = None
        evidence._askers = ThreadPoolExecutor(max_workers=1)
        work()
        status = FINISHED
    except DatabaseError:
        status = CUT_OFF
    except BaseException:  # noqa: BLE001 - it is printed, and the status tells the parent
        traceback.print_exc()
    finally:
        os._exit(status)


def finish(pid: int) -> int:
    """Wait for a child and return its status; minus the number of the signal that killed it."""
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


class Failpoint:
    """Strikes at the nth thing that this process asks of the database, commits included."""

    def __init__(self, strike: Callable[[], None], at: int) -> None:
        self._strike = strike
        self._left = at
        self.struck = False

    def reach(self) -> None:
        """Count one point, and strike when it is the one."""
        self._left -= 1
        if self._left == 0:
            self.struck = True
            self._strike()

    def around(self, work: Callable[[], object]) -> None:
        """Do the work with a point before each statement, and before and after each commit."""
        commit = connection._commit

        def counted_commit() -> None:
            self.reach()
            commit()
            self.reach()

        def counted(execute: Any, *arguments: Any) -> Any:
            self.reach()
            return execute(*arguments)

        connection._commit = counted_commit  # type: ignore[method-assign]
        with connection.execute_wrapper(counted):
            work()


def kill_self() -> None:
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def cut_connection() -> None:
    """End this process's database session from outside, as a restart of the server would."""
    backend = connection.connection.info.backend_pid
    with plain_connection(autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])


def wait_until_waiting_for_lock(count: int = 1, *, patience_s: float = 20) -> None:
    """Return when so many sessions of the database wait for a lock. Raises AssertionError if not."""
    deadline = time.monotonic() + patience_s
    with plain_connection(autocommit=True) as observer:
        while time.monotonic() < deadline:
            row = observer.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ).fetchone()
            if row and row[0] >= count:
                return
            time.sleep(0.01)
    raise AssertionError("nobody waits for a lock")
