"""./bwc demo: from a bare checkout to a sign-in page, and nothing left behind afterwards."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import time
from collections.abc import Iterator
from types import FrameType

from bwcportal.launcher import assets, problems, static_files
from bwcportal.launcher.paths import Paths
from bwcportal.launcher.problems import CannotContinue
from bwcportal.launcher.progress import complain, heartbeat, say, step
from bwcportal.launcher.stack import Stack, port_is_free
from bwcportal.local_services import children
from bwcportal.local_services.services import Instance, LocalServices

ROOM_MIB = 300
# A process that ends this often within this time is not started again.
ENDINGS, WITHIN_S = 3, 60.0
# Everything the demo makes and --reset removes. The logs and the built assets are kept.
MADE_BY_DEMO = ("services", "footage", "static", "beat", "secret-key")


def refuse_second(paths: Paths) -> None:
    """Stop when a demo of this folder is already running.

    Raises CannotContinue with its address and how to end it.
    """
    try:
        state = json.loads(paths.demo_state.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    # The lock tells, not the process id: that may have been given to another program.
    instance = Instance(paths.var)
    if instance.claim():
        instance.release()
        return
    raise CannotContinue(
        f"The demo is already running at {state['url']} (process {state['pid']}). Use that one, "
        f"or end it with Ctrl-C in its terminal or: kill {state['pid']}"
    )


def refuse_taken_port(port: int) -> None:
    """Stop when something else listens on the port.

    Raises CannotContinue, naming a port that is free.
    """
    if port_is_free(port):
        return
    other = next((n for n in range(port + 1, min(port + 200, 65536)) if port_is_free(n)), None)
    advice = f": ./bwc demo --port {other}" if other else " with --port"
    raise CannotContinue(f"Port {port} is taken by another program. Choose another{advice}")


def run(paths: Paths, port: int, *, reset: bool, begun: float) -> int:
    """Start the demo, keep it running until it is told to end, and stop everything.

    `begun` is when the command was started (seconds of the wall clock). Gives the exit status.
    Raises CannotContinue when something is in the way.
    """
    problems.require_space(paths.var, ROOM_MIB)
    assets.ensure(paths)
    with ending_on_signals(), _claimed(paths) as instance:
        services = LocalServices(paths.var)
        if reset:
            _remove_data(paths, services)
        stack = Stack(paths, port, services)
        try:
            accounts = _start(stack, instance)
            _announce(stack, accounts, begun)
            return _watch(stack)
        except KeyboardInterrupt:
            say("Stopping. The data is kept; ./bwc demo continues with it.")
            return 0
        finally:
            ignore_signals()
            paths.demo_state.unlink(missing_ok=True)
            stack.stop(report=say)


def _start(stack: Stack, instance: Instance) -> str:
    """Bring everything up, in order. Gives the list of demo accounts."""
    with step("Starting PostgreSQL and Valkey"):
        instance.publish(stack.services.start())
    stale = not static_files.are_collected(stack.paths)
    with heartbeat():
        accounts = stack.prepare(collect_static=stale, report=say)
        static_files.remember(stack.paths)
        for name in stack.parts():
            stack.start_part(name)
        stack.wait_until_answering()
    return accounts


def _announce(stack: Stack, accounts: str, begun: float) -> None:
    state = {"pid": os.getpid(), "url": stack.url, "port": stack.port}
    stack.paths.demo_state.write_text(json.dumps(state), encoding="utf-8")
    say()
    say(f"The portal is ready after {time.time() - begun:.0f} s:  {stack.url}/")
    say()
    say(accounts)
    say()
    say(f"Logs: {stack.paths.logs}    End with Ctrl-C.")


def _watch(stack: Stack) -> int:
    """Wait for the end. A process that dies is reported and started again; a server ends the demo."""
    endings: list[float] = []
    while True:
        time.sleep(0.5)
        name = stack.ended()
        if name is None:
            continue
        last = children.tail(stack.log_of(name), 3)
        where = f"The end of {stack.log_of(name)}: {last}"
        if problems.is_full(stack.paths.var):
            complain(str(problems.disk_full(stack.paths.var)))
            return 1
        if name not in stack.parts():
            complain(f"The {name} ended unexpectedly, so the demo stops. {where}")
            return 1
        endings = [moment for moment in endings if time.monotonic() - moment < WITHIN_S]
        endings.append(time.monotonic())
        if len(endings) >= ENDINGS:
            complain(f"The {name} keeps ending, so the demo stops. {where}")
            return 1
        status = stack.processes[name].returncode
        stack.kill_part(name)
        stack.start_part(name)
        complain(f"The {name} ended unexpectedly ({status}) and was started again. {where}")


@contextlib.contextmanager
def _claimed(paths: Paths) -> Iterator[Instance]:
    """Hold the folder for as long as the demo runs; a short command that has it is waited for."""
    instance = Instance(paths.var)
    deadline = time.monotonic() + 10
    while not instance.claim():
        if time.monotonic() > deadline:
            refuse_second(paths)
            raise CannotContinue(
                f"Another command uses the database in {paths.var} (manage.py, or a demo that is "
                "starting). Wait for it or end it, and run this again."
            )
        time.sleep(0.1)
    try:
        yield instance
    finally:
        instance.release()


def _remove_data(paths: Paths, services: LocalServices) -> None:
    with step("Removing the demo's data"):
        for path in (services.home, *(paths.var / name for name in MADE_BY_DEMO)):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


@contextlib.contextmanager
def ending_on_signals() -> Iterator[None]:
    """Turn Ctrl-C, SIGTERM and a closed terminal into KeyboardInterrupt.

    SIGINT is taken explicitly: a shell that starts the launcher in the background makes it ignored.
    """

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    taken = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, interrupt) for number in taken}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def ignore_signals() -> None:
    """Let nothing but SIGKILL disturb the orderly stop."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
