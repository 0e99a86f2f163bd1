"""What the person at the terminal sees while something takes its time."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Iterator

HEARTBEAT_S = 10.0
WORTH_TELLING_S = 2.0


def say(line: str = "") -> None:
    """Print one line at once, whatever standard output is connected to."""
    print(line, flush=True)


def complain(line: str) -> None:
    """Print one line to standard error."""
    print(f"bwc: {line}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def step(what: str, expect: str = "") -> Iterator[None]:
    """Announce a step, show that it is alive every ten seconds, and say how long it took."""
    begun = time.monotonic()
    say(f"- {what}{f' ({expect})' if expect else ''}")
    with heartbeat():
        yield
    taken = time.monotonic() - begun
    if taken > WORTH_TELLING_S:
        say(f"  done in {taken:.0f} s")


@contextlib.contextmanager
def heartbeat() -> Iterator[None]:
    """Show every ten seconds that something is still going on."""
    begun = time.monotonic()
    finished = threading.Event()

    def keep_telling() -> None:
        while not finished.wait(HEARTBEAT_S):
            say(f"  still at it, {time.monotonic() - begun:.0f} s")

    teller = threading.Thread(target=keep_telling, daemon=True)
    teller.start()
    try:
        yield
    finally:
        finished.set()
        teller.join()
