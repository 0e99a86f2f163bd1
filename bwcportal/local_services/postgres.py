"""A real PostgreSQL on a Unix socket, with the roles of production, driven by our own supervisor."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from bwcportal.local_services import children
from bwcportal.local_services.children import ServiceProblem, ServiceUser
from bwcportal.local_services.places import make_private, socket_folder
from bwcportal.local_services.postgres_binaries import PLAIN_ENVIRONMENT, PostgresBinaries

SUPERUSER = "postgres"
OWNER = "bwc_owner"
APPLICATION = "bwc_app"
SEALER = "bwc_sealer"
READER = "bwc_reader"
DATABASE = "bwcportal"
START_PATIENCE_S = 60

# Everybody who can open the socket is the same account (or root), so passwords would protect
# nothing. The superuser cannot sign in at all: its work is done before the server listens.
ACCESS_RULES = f"""\
local  all  {OWNER},{APPLICATION},{SEALER},{READER}  trust
local  all  all  reject
"""

# Set in template1 first, so that every database made from it (the tests' too) has them.
PRIVILEGES = (
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    f"GRANT USAGE ON SCHEMA public TO {APPLICATION}, {SEALER}, {READER}",
    f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public"
    f" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APPLICATION}",
    f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public"
    f" GRANT USAGE, SELECT ON SEQUENCES TO {APPLICATION}",
    f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public"
    f" GRANT SELECT ON TABLES TO {READER}",
)
ROLES = (
    f"CREATE ROLE {APPLICATION} LOGIN",
    f"CREATE ROLE {SEALER} LOGIN",
    f"CREATE ROLE {READER} LOGIN",
    f"CREATE ROLE {OWNER} LOGIN CREATEDB IN ROLE {APPLICATION}, {SEALER}, {READER}",
    *PRIVILEGES,
    f"CREATE DATABASE {DATABASE} OWNER {OWNER}",
    f"REVOKE CONNECT ON DATABASE {DATABASE} FROM PUBLIC",
    f"GRANT CONNECT ON DATABASE {DATABASE} TO {APPLICATION}, {SEALER}, {READER}",
    f"ALTER ROLE {SUPERUSER} NOLOGIN",
)


@dataclass
class Postgres:
    """One cluster: its folder under home, and the server while it runs."""

    binaries: PostgresBinaries
    home: Path
    log: Path
    user: ServiceUser | None
    throw_away: bool = False
    server: subprocess.Popen[bytes] | None = None
    # For a server that is measured: more memory than a demonstration needs.
    more_settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        """Give the folder of the cluster's files."""
        return self.home / "postgres"

    @property
    def sockets(self) -> Path:
        """Give the folder of the cluster's socket."""
        return socket_folder(self.home)

    def url(self, role: str) -> str:
        """Give the address of the portal's database for a role."""
        return f"postgresql://{role}@/{DATABASE}?host={quote(str(self.sockets), safe='')}"

    def start(self) -> None:
        """Make the cluster when there is none, start the server and wait until it answers.

        Raises ServiceProblem when it cannot be made or started.
        """
        make_private(self.home, self.user)
        make_private(self.sockets, self.user)
        self._refuse_other_version()
        self._wait_for_predecessor()
        if not self.data.exists():
            self._make_cluster()
        self.server = children.spawn(
            [self.binaries.program("postgres"), "-D", str(self.data), *self._settings()],
            environment=PLAIN_ENVIRONMENT,
            log=self.log,
            user=self.user,
            on_parent_death=signal.SIGINT,  # "fast" shutdown: clients are cut off, data is safe
        )
        self._wait_until_ready()

    def stop(self) -> None:
        """Stop the server: clients are cut off, everything committed is on disk."""
        if self.server is not None:
            children.stop(self.server, first=signal.SIGINT, patience_s=30)
            self.server = None
        if self.throw_away:
            shutil.rmtree(self.sockets, ignore_errors=True)

    def _settings(self) -> list[str]:
        values = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{self.sockets}"',
            "unix_socket_permissions": "0700",
            "shared_buffers": "32MB",
            "max_wal_size": "256MB",
            "max_connections": "60",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_line_prefix": "%m [%p] %u@%d ",
            # The statements of a case-work system are short: compiling them costs more than it saves.
            "jit": "off",
        }
        if self.throw_away:
            values |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        values |= self.more_settings
        return [part for name, value in values.items() for part in ("-c", f"{name}={value}")]

    def _make_cluster(self) -> None:
        """Build the cluster aside and put it in place when whole, so that a half-made one is never used."""
        building = self.data.with_name("postgres.new")
        shutil.rmtree(building, ignore_errors=True)
        # The builtin provider sorts alike on every machine; PostgreSQL has it from version 17.
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"]
            if self.binaries.major >= 17
            else ["--locale=C.UTF-8"]
        )
        unsynced = ["--no-sync"] if self.throw_away else []
        self._run(
            "initdb",
            [
                *("-D", str(building), "-U", SUPERUSER, "-A", "reject", "-E", "UTF8"),
                *("--data-checksums", *locale, *unsynced),
            ],
        )
        (building / "pg_hba.conf").write_text(ACCESS_RULES, encoding="utf-8")
        self._single_user(building, "template1", ROLES)
        self._single_user(building, DATABASE, (f"ALTER SCHEMA public OWNER TO {OWNER}",))
        building.rename(self.data)

    def _single_user(self, data: Path, database: str, statements: tuple[str, ...]) -> None:
        """Run statements as superuser without a server: one a line, stopping at the first error."""
        self._run(
            "postgres",
            ["--single", "-D", str(data), "-c", "exit_on_error=on", database],
            given="".join(f"{statement}\n" for statement in statements),
        )

    def _run(self, program: str, arguments: list[str], given: str = "") -> None:
        done = subprocess.run(
            [self.binaries.program(program), *arguments],
            env=PLAIN_ENVIRONMENT,
            cwd="/",
            input=given.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            preexec_fn=children.die_with_parent(signal.SIGKILL),
            start_new_session=True,
            user=self.user.uid if self.user else None,
            group=self.user.gid if self.user else None,
            extra_groups=[] if self.user else None,
            check=False,
        )
        with self.log.open("ab") as log:
            log.write(done.stdout)
        if done.returncode != 0:
            raise ServiceProblem(
                f"PostgreSQL could not be set up ({program} ended with {done.returncode}): "
                f"{children.tail(self.log, 3)}"
            )

    def _refuse_other_version(self) -> None:
        version = self.data / "PG_VERSION"
        if not version.exists():
            return
        made_by = version.read_text(encoding="ascii").strip()
        if made_by != str(self.binaries.major):
            raise ServiceProblem(
                f"The data in {self.data} was made by PostgreSQL {made_by} and this is "
                f"{self.binaries.major}. Start again from nothing with ./bwc demo --reset, "
                "or set DATABASE_URL."
            )

    def _wait_for_predecessor(self) -> None:
        """Wait for the server of a killed launcher, which is told to stop and takes a moment."""
        deadline = time.monotonic() + 15
        while pid := self._running_pid():
            if time.monotonic() > deadline:
                raise ServiceProblem(
                    f"A PostgreSQL server (process {pid}) still uses {self.data}. "
                    f"End it with: kill -INT {pid}"
                )
            time.sleep(0.05)

    def _running_pid(self) -> int | None:
        """Give the process id of a server on this cluster, or None. A recycled id does not count."""
        try:
            pid = int((self.data / "postmaster.pid").read_text(encoding="utf-8").split("\n")[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        return pid if children.alive(pid) and str(self.data).encode() in command else None

    def _wait_until_ready(self) -> None:
        assert self.server is not None
        deadline = time.monotonic() + START_PATIENCE_S
        while time.monotonic() < deadline:
            if self.server.poll() is not None:
                raise ServiceProblem(
                    f"PostgreSQL did not start; the end of {self.log}: {children.tail(self.log)}"
                )
            if self._says_ready():
                return
            time.sleep(0.02)
        self.stop()
        raise ServiceProblem(
            f"PostgreSQL was not ready within {START_PATIENCE_S} s; see {self.log}"
        )

    def _says_ready(self) -> bool:
        """Read the server's own state from its lock file, as pg_ctl does: line 8 says `ready`."""
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except OSError:
            return False
        assert self.server is not None
        mine = bool(lines) and lines[0].strip() == str(self.server.pid)
        return mine and len(lines) > 7 and lines[7].strip() == "ready"
