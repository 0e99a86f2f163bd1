"""The commands of ./bwc that need no environment, and their refusals."""

import json
import socket
from pathlib import Path

import pytest

from bwcportal.launcher import cli, demo
from bwcportal.launcher.paths import ROOT, Paths
from bwcportal.launcher.problems import CannotContinue
from bwcportal.local_services.services import Addresses, Instance


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(root=ROOT, venv=tmp_path / "venv", var=tmp_path / "var")


def test_without_a_command_the_help_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 0

    printed = capsys.readouterr().out
    for command in ("demo", "test", "check", "fix", "bench", "manage"):
        assert command in printed


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "80 80"])
def test_unusable_port_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["demo", f"--port={port}"])

    assert ended.value.code == 2
    assert "a number from 1 to 65535" in capsys.readouterr().err


def test_taken_port_is_refused_with_a_free_one() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(CannotContinue, match=rf"Port {port} is taken.*--port \d+"):
            demo.refuse_taken_port(port)


def test_second_demo_is_refused_with_the_address_of_the_first(paths: Paths) -> None:
    first = Instance(paths.var)
    assert first.claim()
    paths.demo_state.write_text(json.dumps({"pid": 4471, "url": "http://127.0.0.1:8123"}))

    with pytest.raises(
        CannotContinue, match=r"http://127\.0\.0\.1:8123 \(process 4471\).*kill 4471"
    ):
        demo.refuse_second(paths)
    first.release()


def test_state_left_by_a_killed_demo_stops_nobody(paths: Paths) -> None:
    paths.var.mkdir()
    paths.demo_state.write_text(json.dumps({"pid": 1, "url": "http://127.0.0.1:8123"}))

    demo.refuse_second(paths)


def test_refusing_a_second_demo_leaves_no_claim(paths: Paths) -> None:
    paths.var.mkdir()
    paths.demo_state.write_text(json.dumps({"pid": 1, "url": "http://127.0.0.1:8123"}))
    demo.refuse_second(paths)

    instance = Instance(paths.var)

    assert instance.claim()
    instance.release()


def test_unknown_benchmark_names_those_there_are(paths: Paths) -> None:
    with pytest.raises(CannotContinue, match="There is no benchmark 'nonesuch'"):
        cli.run_benchmark(paths, "nonesuch")


def test_instance_tells_the_addresses_only_while_its_process_lives(tmp_path: Path) -> None:
    instance = Instance(tmp_path)
    assert instance.claim()
    instance.publish(Addresses("postgresql://a", "postgresql://o", "redis://r"))

    assert Instance(tmp_path).read() == Addresses("postgresql://a", "postgresql://o", "redis://r")
    assert instance.state.stat().st_mode & 0o777 == 0o600

    state = json.loads(instance.state.read_text())
    instance.state.write_text(json.dumps({**state, "pid": 2**22 + 1}))
    assert Instance(tmp_path).read() is None

    instance.release()
    assert not instance.state.exists()


def test_only_one_process_has_the_folder(tmp_path: Path) -> None:
    first, second = Instance(tmp_path), Instance(tmp_path)

    assert first.claim()
    assert not second.claim()
    first.release()
    assert second.claim()
    second.release()
