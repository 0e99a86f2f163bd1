"""Databases of a chosen size on a server of their own, made by the seeder and removed afterwards."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bwcportal.launcher.paths import ROOT
from bwcportal.local_services.postgres import APPLICATION, DATABASE, OWNER
from bwcportal.local_services.services import LocalServices

MANAGE = [sys.executable, "-W", "ignore", "manage.py"]
# A million cases with their indexes are about 6 GB.
NEEDED_GB = 12
SETTINGS = {
    "shared_buffers": "3GB",
    "max_wal_size": "8GB",
    "work_mem": "16MB",
    "effective_cache_size": "8GB",
    "max_parallel_workers_per_gather": "0",
    "checkpoint_timeout": "30min",
    "autovacuum": "off",
}


@contextlib.contextmanager
def server() -> Iterator[LocalServices]:
    """Run PostgreSQL with the memory of a real one, on a disk with room; remove it at the end.

    `BWC_BENCH_FOLDER` names the folder, by default one in the system's folder for temporary files.
    With `BWC_BENCH_KEEP=1` the databases stay there and the next run takes them as they are.
    """
    given = os.environ.get("BWC_BENCH_FOLDER")
    parent = Path(given) if given else Path(tempfile.gettempdir())
    parent.mkdir(parents=True, exist_ok=True)
    keeps = os.environ.get("BWC_BENCH_KEEP") == "1"
    folder = (
        parent / "bwc-bench-kept"
        if keeps
        else Path(tempfile.mkdtemp(prefix="bwc-bench-", dir=parent))
    )
    free = shutil.disk_usage(parent).free / 2**30
    if free < NEEDED_GB and not folder.exists():
        sys.exit(
            f"{parent} has {free:.0f} GB free and the databases need {NEEDED_GB}. "
            "Name another folder in BWC_BENCH_FOLDER"
        )
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    services = LocalServices(folder, throw_away=True)
    services.postgres.more_settings = SETTINGS
    try:
        services.start()
        yield services
    finally:
        services.stop()
        if not keeps:
            shutil.rmtree(services.home, ignore_errors=True)
            shutil.rmtree(folder, ignore_errors=True)


def address(services: LocalServices, name: str, role: str) -> str:
    """Give the address of one of the server's databases for a role."""
    return services.postgres.url(role).replace(f"/{DATABASE}?", f"/{name}?")


def environment(services: LocalServices, name: str, *, owner: bool = False) -> dict[str, str]:
    """Give the variables of a process that works in a database as the portal does, or as owner."""
    return {
        **os.environ,
        # The pages are asked without collected static files.
        "BWC_ENVIRONMENT": "test",
        "BWC_VAR": str(services.var),
        "SECRET_KEY": "for a benchmark, on a database that is removed after it",
        "DJANGO_SETTINGS_MODULE": "bwcportal.settings",
        "DATABASE_URL": address(services, name, OWNER if owner else APPLICATION),
        "DATABASE_OWNER_URL": address(services, name, OWNER),
        "REDIS_URL": services.addresses().redis_url,
    }


def make_database(services: LocalServices, name: str, complaints: int) -> str:
    """Make a database with the portal's tables and so many complaints; give the seeder's last line.

    A database that was kept is brought to the tables of today and used as it is.
    """
    if not make_empty_database(services, name):
        return "kept from a run before"
    command = [*MANAGE, "seed_scale", "--complaints", str(complaints)]
    return _run(command, environment(services, name, owner=True)).splitlines()[-1]


def make_empty_database(services: LocalServices, name: str) -> bool:
    """Make a database with the portal's tables; False when it was there, with whatever it holds."""
    found = _sql(services, DATABASE, f"SELECT 1 FROM pg_database WHERE datname = '{name}'")
    if not found:
        _sql(services, DATABASE, f"CREATE DATABASE {name} OWNER {OWNER}")
    _run([*MANAGE, "migrate", "--verbosity", "0"], environment(services, name, owner=True))
    return not found


def _sql(services: LocalServices, name: str, statement: str) -> str:
    """Run one statement as the owner; give the rows of a query as text."""
    program = (
        "import psycopg, sys\n"
        "done = psycopg.connect(sys.argv[1], autocommit=True).execute(sys.argv[2])\n"
        "print(done.fetchall() or '' if done.description else '')"
    )
    command = [sys.executable, "-c", program, address(services, name, OWNER), statement]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _run(command: list[str], given: object) -> str:
    """Run a command, showing its lines as they come; give them all. Ends the benchmark on failure."""
    lines = []
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=dict(given),
        stdout=subprocess.PIPE,
        text=True,  # type: ignore[call-overload]
    ) as process:
        for line in process.stdout or ():
            lines.append(line)
            print(f"  {line}", end="", file=sys.stderr, flush=True)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command[1:4])} ended with {process.returncode}")
    return "".join(lines)
