"""The commands of ./bwc, and the way from the system's Python into the portal's environment."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bwcportal.launcher import checks, demo, environment, testing
from bwcportal.launcher.paths import Paths, find_paths
from bwcportal.launcher.problems import CannotContinue, disk_full, from_os_error, is_full
from bwcportal.launcher.programs import run
from bwcportal.launcher.progress import complain, say
from bwcportal.local_services.children import ServiceProblem

BEGUN = "BWC_LAUNCHER_BEGUN"
DEFAULT_PORT = 8000
# Arguments of these belong to the program behind them.
HANDED_ON = {"test", "manage"}


def main(arguments: list[str]) -> int:
    """Run one command of the launcher. Gives the exit status."""
    paths = find_paths()
    try:
        return dispatch(paths, arguments)
    except (CannotContinue, ServiceProblem) as problem:
        complain(str(disk_full(paths.var) if is_full(paths.var) else problem))
        return problem.status if isinstance(problem, CannotContinue) else 1
    except OSError as error:
        known = from_os_error(error, paths.var)
        if known is None:
            raise
        complain(str(known))
        return known.status
    except KeyboardInterrupt:
        say("Stopped")
        return 130


def parser() -> argparse.ArgumentParser:
    """Describe the commands."""
    description = "The case-review portal for body-worn video: run it, test it, check it."
    top = argparse.ArgumentParser(prog="./bwc", description=description)
    commands = top.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    show = commands.add_parser("demo", help="run the whole portal with a made-up force")
    show.add_argument("--port", type=_port, default=DEFAULT_PORT, help="default: %(default)s")
    show.add_argument("--reset", action="store_true", help="remove the demo's data and begin again")
    commands.add_parser(
        "test", help="run the tests on throw-away servers; takes pytest's arguments"
    )
    commands.add_parser("check", help="run every check that changes nothing")
    commands.add_parser("fix", help="format the code and templates, rewrite the reference")
    bench = commands.add_parser("bench", help="run a benchmark of bench/")
    bench.add_argument("name", nargs="?", help="its name; without one, the names are listed")
    commands.add_parser("manage", help="run a management command against the demo")
    return top


def dispatch(paths: Paths, arguments: list[str]) -> int:
    """Read the arguments, prepare the environment for the command, and run it."""
    if arguments and arguments[0] in HANDED_ON:
        command, rest = arguments[0], arguments[1:]
        options = argparse.Namespace(command=command)
    else:
        options, rest = parser().parse_args(arguments), []
    if options.command is None:
        parser().print_help()
        return 0
    if options.command == "demo":
        # What is certain to stop it is said before anything takes a minute.
        demo.refuse_second(paths)
        demo.refuse_taken_port(options.port)
    enter_environment(paths, options.command, arguments)
    if options.command == "demo":
        begun = float(os.environ.pop(BEGUN))
        return demo.run(paths, options.port, reset=options.reset, begun=begun)
    os.environ.pop(BEGUN, None)
    if options.command == "test":
        return testing.run_tests(paths, rest)
    if options.command == "check":
        return checks.run_checks(paths)
    if options.command == "fix":
        return checks.fix(paths)
    if options.command == "bench":
        return run_benchmark(paths, options.name)
    return manage(paths, rest)


def enter_environment(paths: Paths, command: str, arguments: list[str]) -> None:
    """Install what the command needs and go on inside the portal's environment, as the same process.

    Does nothing when it is already there.
    """
    os.environ.setdefault(BEGUN, str(time.time()))
    needs = environment.DEVELOPER if command in {"test", "check", "fix"} else environment.NEWCOMER
    with _one_at_a_time(paths):
        environment.ensure(paths, needs)
    if Path(sys.prefix).resolve() == paths.venv.resolve():
        return
    sys.stdout.flush()
    python = str(paths.python)
    os.execv(python, [python, str(paths.root / "bwc"), *arguments])


@contextlib.contextmanager
def _one_at_a_time(paths: Paths) -> Iterator[None]:
    """Let one launcher at a time change the environment; the others wait and find it done."""
    paths.var.mkdir(parents=True, exist_ok=True)
    with (paths.var / "prepare.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("- Waiting for another ./bwc that is preparing the environment")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def manage(paths: Paths, arguments: list[str]) -> int:
    """Run a management command on the servers of the demo, which manage.py finds or starts."""
    given = {"BWC_ENVIRONMENT": os.environ.get("BWC_ENVIRONMENT") or "demo"}
    return run(
        [str(paths.python), str(paths.root / "manage.py"), *arguments],
        folder=paths.root,
        environment={**os.environ, **given, "BWC_VAR": str(paths.var)},
    )


def run_benchmark(paths: Paths, name: str | None) -> int:
    """Run bench/NAME.py, or list the names.

    Raises CannotContinue when there is no such benchmark.
    """
    folder = paths.root / "bench"
    names = sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))
    if name is None:
        say("Benchmarks: " + (", ".join(names) or "none yet"))
        return 0
    if name not in names:
        raise CannotContinue(
            f"There is no benchmark {name!r}. There are: {', '.join(names) or 'none yet'}"
        )
    return run([str(paths.python), str(folder / f"{name}.py")], folder=paths.root)


def _port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: a number from 1 to 65535")
    return int(text)
