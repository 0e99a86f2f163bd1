"""Makes the virtual environment and installs the locked packages: uv when it can be had, else pip."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from bwcportal.launcher import problems
from bwcportal.launcher.paths import Paths
from bwcportal.launcher.problems import CannotContinue
from bwcportal.launcher.programs import attempt, must_succeed
from bwcportal.launcher.progress import say, step

NEWCOMER = "requirements.txt"
DEVELOPER = "requirements-dev.txt"
BOOTSTRAP = "requirements-bootstrap.txt"
RECORDINGS = "requirements-recordings.txt"
ROOM_MIB = {NEWCOMER: 700, DEVELOPER: 1300}
# The developer's set holds the newcomer's.
SATISFIED_BY = {NEWCOMER: (NEWCOMER, DEVELOPER), DEVELOPER: (DEVELOPER,)}
# Enough to survive a hiccup, few enough to tell a missing index within seconds.
PIP = ("-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--retries", "1")
PIP_TIMEOUT_S = "20"


def ensure(paths: Paths, requirements: str) -> None:
    """Make sure that the environment holds the packages of a requirement file.

    Raises CannotContinue when it cannot be made or the packages cannot be fetched.
    """
    if is_satisfied(paths, requirements):
        return
    problems.require_space(paths.venv, ROOM_MIB[requirements])
    log = paths.logs / "install.log"
    if not _usable(paths):
        with step("Making the Python environment"):
            _make_venv(paths, log)
    with step("Installing the Python packages", "about a minute the first time"):
        _install(paths, requirements, log)
    _stamp(paths, requirements).write_text(wanted(paths, requirements), encoding="ascii")


def is_satisfied(paths: Paths, requirements: str) -> bool:
    """Tell whether the environment already holds what a requirement file asks for."""
    for holder in SATISFIED_BY[requirements]:
        stamp = _stamp(paths, holder)
        if stamp.exists() and stamp.read_text(encoding="ascii") == wanted(paths, holder):
            return True
    return False


def wanted(paths: Paths, requirements: str) -> str:
    """Derive the stamp of an environment: the files' content and the interpreter it was made for."""
    digest = hashlib.sha256()
    for name in _files(requirements):
        digest.update((paths.root / name).read_bytes())
    interpreter = os.path.realpath(paths.python)
    return f"{digest.hexdigest()} {os.path.basename(interpreter)}"


def _files(requirements: str) -> list[str]:
    return [requirements, RECORDINGS] if requirements == DEVELOPER else [requirements]


def _stamp(paths: Paths, requirements: str) -> Path:
    return paths.venv / f".installed-{requirements}"


def _usable(paths: Paths) -> bool:
    """Tell whether the environment's interpreter runs and has pip."""
    if not paths.python.exists():
        return False
    done = subprocess.run([str(paths.python), "-c", "import pip"], capture_output=True, check=False)
    return done.returncode == 0


def _make_venv(paths: Paths, log: Path) -> None:
    output = attempt(
        [sys.executable, "-m", "venv", "--clear", str(paths.venv)], folder=paths.root, log=log
    )
    if output is None:
        return
    shutil.rmtree(paths.venv, ignore_errors=True)
    if "ensurepip" in output or "No module named venv" in output:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise CannotContinue(
            f"Python {version} here cannot make environments. "
            f"Install that part (Debian: apt-get install python{version}-venv) and run this again."
        )
    raise problems.from_output("Making the Python environment", output, log, "PIP_INDEX_URL")


def _install(paths: Paths, requirements: str, log: Path) -> None:
    environment = install_environment(paths)
    python = str(paths.python)
    uv = paths.venv / "bin" / "uv"
    if not uv.exists() and not os.environ.get("BWC_WITHOUT_UV"):
        # Only a help: when it cannot be had, pip tells below what is wrong.
        attempt(
            [python, *PIP, "-r", BOOTSTRAP], folder=paths.root, log=log, environment=environment
        )
    if uv.exists() and not os.environ.get("BWC_WITHOUT_UV"):
        quick = [str(uv), "pip", "install", "--python", python, "--require-hashes"]
        if not any(
            attempt([*quick, *part], folder=paths.root, log=log, environment=environment)
            for part in _parts(requirements)
        ):
            return
        say("  uv did not succeed; trying pip, which takes longer")
    for part in _parts(requirements):
        must_succeed(
            "Installing the Python packages",
            [python, *PIP, "--require-hashes", *part],
            folder=paths.root,
            log=log,
            environment=environment,
        )


def _parts(requirements: str) -> list[list[str]]:
    """Give the arguments of each installation: the recordings come without their dependencies."""
    parts = [["-r", requirements]]
    if requirements == DEVELOPER:
        parts.append(["--no-deps", "-r", RECORDINGS])
    return parts


def install_environment(paths: Paths) -> dict[str, str]:
    """Build the environment for installers: the system's certificates, and one index for both.

    uv does not read pip's settings, so the mirror that an organisation wrote into them is handed on.
    """
    environment = dict(os.environ)
    environment.setdefault("UV_NATIVE_TLS", "1")
    environment.setdefault("UV_LINK_MODE", "copy")
    # As pip does: otherwise the first start of each of five processes pays for it.
    environment.setdefault("UV_COMPILE_BYTECODE", "1")
    environment.setdefault("UV_HTTP_TIMEOUT", PIP_TIMEOUT_S)
    environment["PIP_DEFAULT_TIMEOUT"] = PIP_TIMEOUT_S
    if not {"UV_DEFAULT_INDEX", "UV_INDEX_URL"} & set(environment):
        asked = subprocess.run(
            [str(paths.python), "-m", "pip", "config", "get", "global.index-url"],
            capture_output=True,
            text=True,
            check=False,
        )
        index = environment.get("PIP_INDEX_URL") or asked.stdout.strip()
        if index:
            environment["UV_DEFAULT_INDEX"] = index
    return environment
