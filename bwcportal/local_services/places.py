"""Where the local servers keep data, sockets and binaries, so that the account they run as can reach them."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bwcportal.local_services.children import ServiceProblem, ServiceUser

# sockaddr_un.sun_path holds 108 bytes with its closing zero (unix(7)).
SOCKET_PATH_BYTES = 107
SOCKET_NAME = ".s.PGSQL.5432"
SYSTEM_HOME = Path("/var/lib/bwcportal")
_UNNEEDED = shutil.ignore_patterns("include", "*.a", "pkgconfig", "__pycache__")


def reachable(path: Path) -> bool:
    """Tell whether any account may enter every folder on the way to the path, itself included."""
    return all(
        folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents) if folder.is_dir()
    )


def short_name(path: Path) -> str:
    """Derive twelve letters that stand for a path."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def services_home(var: Path, user: ServiceUser | None, *, system_home: Path = SYSTEM_HOME) -> Path:
    """Choose the folder for the servers' data.

    That is `services` under var. Only when root starts the servers for another account, and that
    account cannot enter var (a checkout under /root), it is a folder of the system instead: the
    permissions of root's home are never changed.
    """
    var = var.resolve()
    nearest = next(folder for folder in (var, *var.parents) if folder.exists())
    if user is None or reachable(nearest):
        return var / "services"
    return system_home / short_name(var)


def make_private(folder: Path, user: ServiceUser | None) -> Path:
    """Make a folder that only the servers' account and root can enter.

    Raises ServiceProblem when the place is taken by somebody else's folder or a link, because
    whoever owns the folder of a socket can answer in place of the server.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    owner = user.uid if user else os.geteuid()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {owner, os.geteuid()}:
        raise ServiceProblem(f"{folder} belongs to somebody else. Remove it and run this again.")
    if user and found.st_uid != user.uid:
        os.chown(folder, user.uid, user.gid)
    folder.chmod(0o700)
    return folder


def content_name(file: Path) -> str:
    """Derive twelve letters that stand for a file's content."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def socket_folder(home: Path) -> Path:
    """Choose a folder whose path fits a Unix socket address.

    A path that is too long, or holds a character that libpq reads as a separator, is replaced by a
    short one in the temporary directory.
    """
    wanted = home / "socket"
    length = len(os.fsencode(wanted / SOCKET_NAME))
    if length <= SOCKET_PATH_BYTES and not set(str(wanted)) & set(",\"'\\"):
        return wanted
    return Path("/tmp") / f"bwc-{os.geteuid()}-{short_name(home)}"  # noqa: S108 - checked by make_private


def throw_away_folder() -> Path:
    """Make an empty folder that any account may enter, for servers that live as long as one run."""
    folder = Path(tempfile.mkdtemp(prefix="bwc-"))
    folder.chmod(0o711)
    return folder


def within_reach(sources: Sequence[Path], name: str, *, system_home: Path = SYSTEM_HOME) -> Path:
    """Copy files and folders side by side to where any account can run them, once per name.

    Gives the folder that holds the copies. `name` must change with the version. The folder appears
    whole or not at all.
    """
    target = system_home / "binaries" / name
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    for folder in (system_home, target.parent):
        folder.chmod(0o755)
    building = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=target.parent))
    try:
        for source in sources:
            if source.is_dir():
                shutil.copytree(source, building / source.name, ignore=_UNNEEDED, symlinks=True)
            else:
                shutil.copy(source, building / source.name)
        open_to_all(building)
        try:
            building.rename(target)
        except OSError:
            # Another process was quicker: its copy is as good.
            if not target.exists():
                raise
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return target


def open_to_all(folder: Path) -> None:
    """Let every account read a tree and run its programs, without letting any write."""
    for path in (folder, *folder.rglob("*")):
        if path.is_symlink():
            continue
        mode = path.stat().st_mode
        executable = path.is_dir() or mode & stat.S_IXUSR
        path.chmod((mode & 0o700) | (0o055 if executable else 0o044))
