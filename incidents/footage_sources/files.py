"""Files on disk, handled so that a crash, a link or a second process cannot spoil them."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path, PurePosixPath


class OutsideFolder(Exception):
    """A path leads out of the folder, or through a link, or to something that is not an ordinary file."""


@dataclass(frozen=True)
class Unopened:
    """An entry of a tree that was not entered, and why: LINK or NO_PERMISSION."""

    relative: str
    reason: str


def write_durably(path: Path, content: bytes) -> None:
    """Write a file so that after a crash it has either the old content or the new, never a part.

    The new content and the folder entry are on disk when this returns.
    """
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), 0o640)
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Put a folder's entries on disk, so that a removed or renamed file stays so after a crash."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_if_there(path: Path) -> bytes | None:
    """Read a whole small file, or answer None when there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


@contextmanager
def folder_of(root: Path, relative: str) -> Iterator[tuple[int, str]]:
    """Open, one step at a time and never through a link, the folder that holds `relative`.

    Yields its descriptor and the last part of the name. Opening step by step leaves no moment at
    which somebody could put a link in the way. Raises OutsideFolder or FileNotFoundError.
    """
    parts = PurePosixPath(relative).parts
    if not parts or "\0" in relative or ".." in parts or PurePosixPath(relative).is_absolute():
        raise OutsideFolder("the path leads out of the folder")
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts[:-1]:
            descriptor = _step_into(descriptor, part)
        yield descriptor, parts[-1]
    finally:
        os.close(descriptor)


def _step_into(descriptor: int, part: str) -> int:
    """Replace an open folder by one of its folders; the first is left open when that fails."""
    try:
        inner = os.open(
            part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=descriptor
        )
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise OutsideFolder("a link stands in the path") from error
        raise
    os.close(descriptor)
    return inner


def open_inside(root: Path, relative: str) -> BufferedReader:
    """Open an ordinary file below `root` for reading.

    Raises OutsideFolder for links, pipes and paths that lead out, and OSError as the disk does.
    """
    with folder_of(root, relative) as (folder, name):
        try:
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            descriptor = os.open(name, flags, dir_fd=folder)
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise OutsideFolder("a link stands in the path") from error
            raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OutsideFolder("this is not an ordinary file")
    return os.fdopen(descriptor, "rb")


def remove_inside(root: Path, relative: str) -> bool:
    """Delete a file below `root`, on disk when this returns; False when it was gone already."""
    try:
        with folder_of(root, relative) as (folder, name):
            os.unlink(name, dir_fd=folder)
            os.fsync(folder)
    except FileNotFoundError:
        return False
    return True


def walk_files(root: Path) -> Iterator[str | Unopened]:
    """Yield every ordinary file below `root`, sorted, as a relative path with forward slashes.

    Names that begin with a dot are left out. Links are never followed, and they and folders that may
    not be read are yielded as `Unopened`, so that nobody takes silence for absence.
    """
    yield from _walk(root, "")


def _walk(root: Path, prefix: str) -> Iterator[str | Unopened]:
    try:
        with os.scandir(root / prefix) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except PermissionError:
        yield Unopened(prefix.rstrip("/") or ".", "NO_PERMISSION")
        return
    except FileNotFoundError:
        if not prefix:
            raise
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        relative = prefix + entry.name
        if entry.is_symlink():
            yield Unopened(relative, "LINK")
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk(root, relative + "/")
        elif entry.is_file(follow_symlinks=False):
            yield relative


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the exclusive lock of a lock file, against other threads and other processes alike.

    The lock ends with the process that holds it, so a crash leaves none behind.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def printable(name: str) -> str:
    """Make a file name fit for a report: no control characters, and bytes that are no text shown as such."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
