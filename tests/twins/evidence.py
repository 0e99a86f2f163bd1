"""The evidence system of the twin worlds. It stands outside them: it holds the same in both."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.factories.footage import put_recording

RECORDINGS = 4


class EvidenceFolder:
    """The evidence system: made once, and put back as it was before each world and each act."""

    def __init__(self, folder: Path, officers_number: str) -> None:
        self.folder = folder
        self.recordings = [put_recording(folder, collar=officers_number) for _ in range(RECORDINGS)]
        self._names = {path.name for path in folder.iterdir()}

    def restore(self) -> None:
        """Forget what it promised: its holds, receipts and deletions."""
        for path in self.folder.iterdir():
            if path.name not in self._names:
                shutil.rmtree(path)

    @contextmanager
    def as_it_was(self) -> Iterator[None]:
        """Put its promises back afterwards as they are now."""
        before = self._promises()
        yield
        for path, content in self._promises().items():
            if path not in before:
                path.unlink()
            elif content != before[path]:
                path.write_bytes(before[path])
        for path in before.keys() - self._promises().keys():
            path.write_bytes(before[path])

    def _promises(self) -> dict[Path, bytes]:
        return {
            path: path.read_bytes()
            for folder in self.folder.iterdir()
            if folder.name not in self._names
            for path in folder.rglob("*")
            if path.is_file() and path.parent.name != "locks"
        }
