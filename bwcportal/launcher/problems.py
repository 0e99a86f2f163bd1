"""What stops the launcher, as one line that says what to do."""

from __future__ import annotations

import errno
import re
import shutil
from pathlib import Path

MIB = 1024 * 1024
ALL_BUT_FULL_MIB = 4
_DISK_FULL = re.compile(r"No space left on device|os error 28|ENOSPC|Disk quota exceeded", re.I)
_NO_INDEX = re.compile(
    r"Connection refused|Failed to fetch|error sending request|Max retries|NewConnectionError"
    r"|name resolution|dns error|timed out|Could not connect|ECONNREFUSED|ENOTFOUND|EAI_AGAIN"
    r"|ETIMEDOUT|No matching distribution found|ProxyError|Tunnel connection failed",
    re.I,
)
_BAD_CERTIFICATE = re.compile(
    r"CERTIFICATE_VERIFY_FAILED|UnknownIssuer|SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER", re.I
)
_WRONG_HASH = re.compile(r"DO NOT MATCH THE HASHES|Hash mismatch|EINTEGRITY", re.I)


class CannotContinue(Exception):
    """The launcher must stop. The message is one line for the person at the terminal."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


def from_output(what: str, output: str, log: Path, mirror_setting: str) -> CannotContinue:
    """Explain why a step that ran another program failed, from what that program printed.

    `mirror_setting` names the variable with which a reader can point to another package index.
    """
    if _DISK_FULL.search(output):
        return disk_full(log.parent)
    if _WRONG_HASH.search(output):
        return CannotContinue(
            f"{what} failed: a package differs from its recorded hash, so what the index serves "
            f"is not what was reviewed. Details: {log}"
        )
    if _BAD_CERTIFICATE.search(output):
        return CannotContinue(
            f"{what} failed: the certificate of the package index is not trusted. Set "
            f"SSL_CERT_FILE to your network's certificates and run this again. Details: {log}"
        )
    if _NO_INDEX.search(output):
        return CannotContinue(
            f"{what} failed: the package index cannot be reached. Connect to the network, or name "
            f"a mirror with {mirror_setting}, and run this again. Details: {log}"
        )
    last = next((line.strip() for line in reversed(output.splitlines()) if line.strip()), "")
    said = last.removeprefix("CommandError: ")[:300].rstrip(".")
    return CannotContinue(f"{what} failed: {said}. Details: {log}")


def from_os_error(error: OSError, folder: Path) -> CannotContinue | None:
    """Explain an error of the file system, or give None when it is not one a reader can mend."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return disk_full(folder)
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS} and error.filename:
        return CannotContinue(
            f"{error.filename} cannot be written by this account. Use the account that made it, "
            "or a checkout of your own."
        )
    return None


def is_full(folder: Path) -> bool:
    """Tell whether so little room is left that it explains any failure.

    On a full disk even the log stays empty, so the words of the error cannot be relied on.
    """
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    return shutil.disk_usage(existing).free < ALL_BUT_FULL_MIB * MIB


def disk_full(folder: Path) -> CannotContinue:
    """Say that a disk is full, and which."""
    return CannotContinue(
        f"The disk that holds {folder} is full. Free about 1 GB there, or set BWC_VAR to a folder "
        "on another disk, and run this again."
    )


def require_space(folder: Path, mib: int) -> None:
    """Refuse to begin when there is too little room to finish.

    Raises CannotContinue with the room that is needed, in MB.
    """
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free // MIB
    if free < mib:
        raise CannotContinue(
            f"The disk that holds {folder} has {free} MB left and this needs {mib} MB. Free some, "
            "or set BWC_VAR to a folder on another disk, and run this again."
        )
