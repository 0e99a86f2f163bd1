"""What the stack says while it prepares, and what its processes are given."""

import signal
import socket
import sys
from pathlib import Path

import pytest

from bwcportal.launcher.paths import ROOT, Paths
from bwcportal.launcher.stack import BEAT, WEB, WORKER, Stack, _relay, port_is_free
from bwcportal.local_services.places import throw_away_folder
from bwcportal.local_services.services import LocalServices
from bwcportal.local_services.valkey import free_port


@pytest.fixture
def stack() -> Stack:
    var = throw_away_folder()
    paths = Paths(root=ROOT, venv=Path(sys.prefix), var=var)
    return Stack(paths, free_port(), LocalServices(var, throw_away=True))


def test_steps_are_relayed_and_what_follows_the_last_is_kept() -> None:
    told: list[str] = []
    lines = ["- One\n", "noise\n", "- Two\n", "Recordings ...\n", "Sign in with\n", "  farrow\n"]

    said = _relay(lines, told.append)

    assert told == ["- One", "- Two", "  Recordings ..."]
    assert said == "Sign in with\n  farrow"


def test_parts_are_stopped_in_the_order_web_scheduler_worker(stack: Stack) -> None:
    assert list(stack.parts()) == [WEB, BEAT, WORKER]


def test_processes_do_not_get_the_owners_address(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://from-the-shell")

    assert "DATABASE_OWNER_URL" not in stack.environment()
    assert "bwc_owner" in stack.environment(owner=True)["DATABASE_OWNER_URL"]
    assert "bwc_app" in stack.environment(owner=True)["DATABASE_URL"]


def test_worker_is_not_left_waiting_for_a_broker_that_died_with_the_launcher(stack: Stack) -> None:
    assert stack.parts()[WORKER].on_parent_death == signal.SIGKILL


def test_port_in_use_is_not_free() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        assert not port_is_free(other.getsockname()[1])
    assert port_is_free(free_port())
