"""The whole portal as processes: servers, web, worker and beat, started and stopped in order."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bwcportal.launcher import problems
from bwcportal.launcher.paths import Paths
from bwcportal.launcher.problems import CannotContinue
from bwcportal.local_services import children
from bwcportal.local_services.services import Addresses, LocalServices, secret_key

WEB, WORKER, BEAT = "web server", "worker", "scheduler"
HOST = "127.0.0.1"
NOT_INHERITED = {"DATABASE_OWNER_URL", "DEBUG", "BWC_DEMO_CODE"}
WEB_PATIENCE_S = 60
# A longer log is put aside when its process starts, in place of the one before it.
LOG_LIMIT_BYTES = 5_000_000


@dataclass(frozen=True)
class Part:
    """One of the portal's processes: how it is started, and what ends it."""

    name: str
    arguments: tuple[str, ...]
    log: Path
    # What the kernel sends when the launcher was killed. A worker whose broker goes at the same
    # moment would wait for it for ever, so it gets no chance to: its duties are rows in PostgreSQL.
    on_parent_death: signal.Signals
    patience_s: float


@dataclass
class Stack:
    """The portal on servers of its own. `services` are started by it; Django runs as the application role."""

    paths: Paths
    port: int
    services: LocalServices
    environment_name: str = "demo"
    extra: Mapping[str, str] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    # What the demo's accounts show as their second factor: made anew at every start.
    demo_code: str = field(default_factory=lambda: f"{secrets.randbelow(10**6):06}", repr=False)

    @property
    def url(self) -> str:
        """Give the address of the portal."""
        return f"http://{HOST}:{self.port}"

    @property
    def addresses(self) -> Addresses:
        """Give the addresses of the servers."""
        return self.services.addresses()

    def environment(self, *, owner: bool = False) -> dict[str, str]:
        """Build the environment of a process. Only commands get the address of the owner's role."""
        servers = self.addresses.environment()
        if not owner:
            servers.pop("DATABASE_OWNER_URL")
        inherited = {k: v for k, v in os.environ.items() if k not in NOT_INHERITED}
        if self.environment_name == "demo":
            inherited["BWC_DEMO_CODE"] = self.demo_code
        return {
            **inherited,
            **servers,
            "BWC_ENVIRONMENT": self.environment_name,
            "BWC_VAR": str(self.paths.var),
            "SECRET_KEY": secret_key(self.paths.var),
            "DJANGO_SETTINGS_MODULE": "bwcportal.settings",
            "PYTHONUNBUFFERED": "1",
            # Worker and scheduler would run the system checks again, each loading every page for it.
            "CELERY_SKIP_CHECKS": "1",
            # One heap for all threads: the web server's eight would keep one each.
            "MALLOC_ARENA_MAX": "2",
            **self.extra,
        }

    def parts(self) -> dict[str, Part]:
        """Describe the three processes, in the order in which they are stopped."""
        logs = self.paths.logs
        schedule = self.paths.var / "beat"
        schedule.mkdir(exist_ok=True)
        celery = ("-m", "celery", "-A", "bwcportal.celery")
        listed = [
            Part(
                WEB,
                (
                    *("-m", "gunicorn", "bwcportal.wsgi:application"),
                    *("--bind", f"{HOST}:{self.port}", "--worker-class", "gthread"),
                    *("--workers", "2", "--threads", "4", "--graceful-timeout", "5"),
                    "--no-control-socket",
                ),
                logs / "web.log",
                signal.SIGTERM,
                10,
            ),
            Part(
                BEAT,
                (*celery, "beat", "-s", str(schedule / "schedule"), "--pidfile=", "-l", "WARNING"),
                logs / "scheduler.log",
                signal.SIGKILL,
                5,
            ),
            Part(
                WORKER,
                (
                    *(*celery, "worker", "--concurrency", "1", "-l", "WARNING"),
                    *("--without-gossip", "--without-mingle"),
                ),
                logs / "worker.log",
                signal.SIGKILL,
                15,
            ),
        ]
        return {part.name: part for part in listed}

    def start_part(self, name: str) -> None:
        """Start the web server, the worker or the scheduler."""
        part = self.parts()[name]
        if part.log.exists() and part.log.stat().st_size > LOG_LIMIT_BYTES:
            part.log.replace(part.log.with_suffix(".log.1"))
        self.processes[name] = children.spawn(
            [str(self.paths.python), *part.arguments],
            environment=self.environment(),
            folder=self.paths.root,
            log=part.log,
            on_parent_death=part.on_parent_death,
        )

    def kill_part(self, name: str) -> None:
        """End one process and its children at once, as a power cut would."""
        process = self.processes.pop(name)
        children.kill_group(process)
        process.wait()

    def manage(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a management command against the portal's own servers.

        Raises CannotContinue with the command's last line when it fails and `check` is set.
        """
        done = subprocess.run(
            [str(self.paths.python), str(self.paths.root / "manage.py"), *arguments],
            cwd=self.paths.root,
            env=self.environment(owner=True),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            preexec_fn=children.die_with_parent(signal.SIGKILL),
            check=False,
        )
        log = self.paths.logs / "manage.log"
        with log.open("a", encoding="utf-8") as file:
            file.write(f"$ manage.py {' '.join(arguments)}\n{done.stdout}{done.stderr}")
        if check and done.returncode != 0:
            lines = [line for line in done.stderr.splitlines() if line.strip()]
            raise CannotContinue(
                f"manage.py {arguments[0]} failed: {lines[-1] if lines else done.returncode}. "
                f"Details: {log}"
            )
        return done

    def prepare(self, *, collect_static: bool, report: Callable[[str], None]) -> str:
        """Migrate, collect static files and load the demo force. Gives the list of accounts.

        Each step is reported as it begins. Raises CannotContinue with the last line of the error
        when one fails.
        """
        log = self.paths.logs / "prepare.log"
        options = ["--collect-static"] if collect_static else []
        program = [str(self.paths.python), str(self.paths.root / "manage.py")]
        with (
            log.open("w", encoding="utf-8") as errors,
            subprocess.Popen(
                [*program, "prepare_demo", "--no-color", *options],
                cwd=self.paths.root,
                env=self.environment(owner=True),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
                preexec_fn=children.die_with_parent(signal.SIGKILL),
            ) as child,
        ):
            try:
                accounts = _relay(child.stdout or (), report)
            except BaseException:
                children.kill_group(child)
                raise
        if child.returncode != 0:
            output = log.read_text(encoding="utf-8", errors="replace")
            raise problems.from_output("Preparing the demo", output, log, "PIP_INDEX_URL")
        return accounts

    def wait_until_answering(self, path: str = "/sign-in/") -> None:
        """Wait until the page is served.

        Raises CannotContinue with the end of the web server's log when it is not.
        """
        log = self.parts()[WEB].log
        deadline = time.monotonic() + WEB_PATIENCE_S
        while time.monotonic() < deadline and self.processes[WEB].poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}{path}", timeout=10):
                    return
            except urllib.error.HTTPError as error:
                raise CannotContinue(
                    f"The sign-in page answers with {error.code} {error.reason}. Details: {log}"
                ) from error
            except OSError:
                time.sleep(0.1)
        raise CannotContinue(f"The web server did not come up: {children.tail(log, 3)} ({log})")

    def ended(self) -> str | None:
        """Name a process that is no longer there, or None. Servers of the data are named first."""
        servers = {"database": self.services.postgres.server, "broker": self.services.valkey.server}
        for name, process in {**servers, **self.processes}.items():
            if process is not None and process.poll() is not None:
                return name
        return None

    def log_of(self, name: str) -> Path:
        """Give the log of a process or server."""
        servers = {"database": self.services.postgres.log, "broker": self.services.valkey.log}
        return servers.get(name) or self.parts()[name].log

    def stop(self, report: Callable[[str], None] | None = None) -> None:
        """Stop everything: web, scheduler, worker, broker, database. A part that does not go is killed."""
        for name, part in self.parts().items():
            process = self.processes.pop(name, None)
            if process is not None:
                if report:
                    report(f"  stopping the {name}")
                children.stop(process, patience_s=part.patience_s)
        if report:
            report("  stopping the broker and the database")
        self.services.stop()


def _relay(lines: Iterable[str], report: Callable[[str], None]) -> str:
    """Report the steps that prepare_demo names; give what it says after the last one."""
    said: list[str] = []
    for line in lines:
        if line.startswith("- "):
            report(line.rstrip())
            said.clear()
        elif line.rstrip().endswith("..."):
            report(f"  {line.strip()}")
        else:
            said.append(line)
    return "".join(said).strip("\n")


def port_is_free(port: int) -> bool:
    """Tell whether the web server could listen on a port now."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError:
            return False
    return True
