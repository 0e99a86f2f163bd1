"""Brings the local servers up for a folder, once, and lets other commands of that folder share them."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from bwcportal.local_services import children
from bwcportal.local_services.children import ServiceProblem, service_user
from bwcportal.local_services.places import services_home, throw_away_folder
from bwcportal.local_services.postgres import APPLICATION, OWNER, Postgres
from bwcportal.local_services.postgres_binaries import find_binaries
from bwcportal.local_services.valkey import Valkey, find_valkey

SHARE_PATIENCE_S = 90
Report = Callable[[str], None]


@dataclass(frozen=True)
class Addresses:
    """Where the local servers answer: two roles of one database, and the broker."""

    database_url: str
    database_owner_url: str
    redis_url: str

    def environment(self) -> dict[str, str]:
        """Give the variables that settings and manage.py read."""
        return {
            "DATABASE_URL": self.database_url,
            "DATABASE_OWNER_URL": self.database_owner_url,
            "REDIS_URL": self.redis_url,
        }


def _say_nothing(_: str) -> None:
    return None


class LocalServices:
    """The servers of one var folder, started by this process and ended with it."""

    def __init__(self, var: Path, *, throw_away: bool = False) -> None:
        self.var = var.resolve()
        self.throw_away = throw_away
        self.user = service_user()
        self.home = services_home(self.var, self.user)
        logs = self.var / "log"
        logs.mkdir(parents=True, exist_ok=True)
        self.postgres = Postgres(
            find_binaries(self.user), self.home, logs / "postgres.log", self.user, throw_away
        )
        self.valkey = Valkey(
            find_valkey(self.user), self.home, logs / "valkey.log", self.user, throw_away
        )

    def start(self, report: Report = _say_nothing) -> Addresses:
        """Start PostgreSQL and Valkey, and give their addresses.

        Raises ServiceProblem when one cannot be started; the other is stopped again.
        """
        try:
            self.postgres.start()
            report("PostgreSQL is up")
            self.valkey.start()
            report("Valkey is up")
        except BaseException:
            self.stop()
            raise
        return self.addresses()

    def addresses(self) -> Addresses:
        """Give the addresses of the running servers."""
        return Addresses(
            database_url=self.postgres.url(APPLICATION),
            database_owner_url=self.postgres.url(OWNER),
            redis_url=self.valkey.url,
        )

    def stop(self) -> None:
        """Stop the broker, then the database."""
        self.valkey.stop()
        self.postgres.stop()


@contextlib.contextmanager
def throw_away_services(
    var: Path | None = None, report: Report = _say_nothing
) -> Iterator[Addresses]:
    """Run servers of one's own on empty data, and remove everything afterwards."""
    folder = var or throw_away_folder()
    services = LocalServices(folder, throw_away=True)
    try:
        yield services.start(report)
    finally:
        services.stop()
        shutil.rmtree(services.home, ignore_errors=True)
        if var is None:
            shutil.rmtree(folder, ignore_errors=True)


class Instance:
    """The claim on a var folder: one process runs its servers, the others share them.

    `services.lock` is held by the process that runs the servers, `services.users` is shared by
    every command that uses them, and `services.json` (readable by its owner only) says where they
    answer. The kernel drops both locks when their process dies, whatever the reason.
    """

    def __init__(self, var: Path) -> None:
        var.mkdir(parents=True, exist_ok=True)
        self.var = var.resolve()
        self.state = self.var / "services.json"
        self._lock: IO[bytes] | None = None

    def claim(self) -> bool:
        """Take the folder for this process; False when another process has it."""
        lock = (self.var / "services.lock").open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return False
        self._lock = lock
        self.state.unlink(missing_ok=True)
        return True

    def publish(self, addresses: Addresses) -> None:
        """Tell other commands where the servers answer."""
        fresh = self.state.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({"pid": os.getpid(), **asdict(addresses)}, file)
        fresh.replace(self.state)

    def release(self) -> None:
        """Give the folder up. Only after the servers have stopped."""
        self.state.unlink(missing_ok=True)
        if self._lock:
            self._lock.close()
            self._lock = None

    def read(self) -> Addresses | None:
        """Read where another process's servers answer; None while they are not up."""
        try:
            found = json.loads(self.state.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if not children.alive(found.pop("pid", 0)):
            return None
        return Addresses(**found)

    @contextlib.contextmanager
    def sharing(self) -> Iterator[None]:
        """Be counted as a user of the servers, so that their owner does not stop them meanwhile."""
        with (self.var / "services.users").open("ab") as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            yield

    def wait_for_others(self, report: Report = _say_nothing) -> None:
        """Wait until no other command uses the servers, saying so when it takes a while."""
        with (self.var / "services.users").open("ab") as users:
            said = False
            while True:
                try:
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    return
                except BlockingIOError:
                    if not said:
                        report("Another command still uses the local database; waiting for it")
                        said = True
                    time.sleep(0.1)


@contextlib.contextmanager
def shared_services(var: Path, report: Report = _say_nothing) -> Iterator[Addresses]:
    """Use the servers of a var folder: those already running, else our own for as long as needed.

    Raises ServiceProblem when they cannot be started or another process that has the folder does
    not bring them up in time.
    """
    instance = Instance(var)
    deadline = time.monotonic() + SHARE_PATIENCE_S
    while not instance.claim():
        with instance.sharing():
            if addresses := instance.read():
                yield addresses
                return
        if time.monotonic() > deadline:
            raise ServiceProblem(
                f"Another command has had {instance.var} for {SHARE_PATIENCE_S} s without "
                "bringing its database up. End that command and run this again."
            )
        time.sleep(0.1)
    with contextlib.ExitStack() as ending:
        ending.callback(instance.release)
        services = LocalServices(instance.var)
        ending.callback(services.stop)
        addresses = services.start()
        instance.publish(addresses)
        try:
            yield addresses
        except KeyboardInterrupt:
            raise  # the person at the terminal wants an end now
        except BaseException:
            # A command that failed still owns servers that others may be using.
            instance.wait_for_others(report)
            raise
        instance.wait_for_others(report)


def secret_key(var: Path) -> str:
    """Give the key of a development or demo portal, made once and kept where only its owner reads."""
    path = var / "secret-key"
    var.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    key = secrets.token_urlsafe(64)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key)
    return key
