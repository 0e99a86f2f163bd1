"""Whether the static files must be collected again: only when one of them has changed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from bwcportal.launcher import assets
from bwcportal.launcher.paths import Paths

STAMP = ".collected-from"


def are_collected(paths: Paths) -> bool:
    """Tell whether var/static was collected from exactly the present files."""
    stamp = paths.var / "static" / STAMP
    return stamp.exists() and stamp.read_text(encoding="ascii") == wanted(paths)


def remember(paths: Paths) -> None:
    """Note what var/static was collected from, after it was collected."""
    stamp = paths.var / "static" / STAMP
    stamp.write_text(wanted(paths), encoding="ascii")


def wanted(paths: Paths) -> str:
    """Derive the stamp: our own files by size and time, the packages' and npm's by their locks."""
    digest = hashlib.sha256(assets.wanted(paths).encode())
    digest.update((paths.root / "requirements.txt").read_bytes())
    for path in _own_files(paths.root):
        facts = path.stat()
        digest.update(
            f"{path.relative_to(paths.root)} {facts.st_size} {facts.st_mtime_ns}".encode()
        )
    return digest.hexdigest()


def _own_files(root: Path) -> list[Path]:
    """List the files in the static folders of the apps, which are the folders that are packages."""
    folders = [path.parent / "static" for path in root.glob("*/__init__.py")]
    return sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
