"""The recordings that lie in a folder: finding them by identifier, and reading them at most once.

A recording is measured when it is first met, and what was measured is kept with the size and time
of the file, so that a search in a folder of many recordings opens none of them again.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from zoneinfo import ZoneInfo

from incidents.footage_sources.errors import FootageDamaged, FootageGone, FootageUnknown
from incidents.footage_sources.files import (
    OutsideFolder,
    Unopened,
    open_inside,
    printable,
    walk_files,
)
from incidents.footage_sources.folder_state import FolderState
from incidents.footage_sources.recordings import (
    Recording,
    Stamp,
    external_id_of,
    is_sidecar,
    read_recording,
)
from incidents.media_facts import MediaFacts, MediaFault, UnusableMedia, probe_file

_LONDON = ZoneInfo("Europe/London")
_LASTING_FAULTS = {MediaFault.ZERO_BYTES, MediaFault.NOT_A_VIDEO, MediaFault.TRUNCATED}
_UNOPENED = {
    "LINK": "Links are not followed: put the file itself here",
    "NO_PERMISSION": "The portal may not read this folder. Ask for read permission",
}


@dataclass(frozen=True)
class FootageFault:
    """A file in the folder that cannot be offered as a recording, and why."""

    external_id: str
    name: str
    fault: str
    message: str


class FolderShelf:
    """The recordings below `root`. Its methods raise OSError and DamagedState as the disk does."""

    def __init__(self, root: Path, state: FolderState) -> None:
        self._root = root
        self._state = state
        self._places: dict[str, str] = {}

    def faults(self) -> list[FootageFault]:
        """List the files that cannot be offered as recordings, sorted by name."""
        found = [
            FootageFault(item.external_id, printable(item.relative), item.fault, item.message)
            for item in self.recordings()
            if item.fault
        ]
        for entry in walk_files(self._root):
            if isinstance(entry, Unopened):
                name, reason = printable(entry.relative), entry.reason
                identifier = external_id_of(entry.relative)
                found.append(FootageFault(identifier, name, reason, _UNOPENED[reason]))
        return sorted(found, key=lambda fault: fault.name)

    def recordings(self) -> list[Recording]:
        """Read every recording in the folder, and remember where each one is."""
        found = []
        places = {}
        for entry in walk_files(self._root):
            if isinstance(entry, Unopened) or is_sidecar(entry):
                continue
            recording = self._read(entry)
            if recording is not None:
                found.append(recording)
                places[recording.external_id] = entry
        self._places = places
        return found

    def _read(self, relative: str) -> Recording | None:
        """Read one recording; None when it vanished or is not an ordinary file any more."""
        try:
            return read_recording(
                self._root, relative, lambda file: self._measured(external_id_of(relative), file)
            )
        except (FileNotFoundError, OutsideFolder):
            return None
        except OSError as error:
            fault = (
                MediaFault.NO_PERMISSION
                if isinstance(error, PermissionError)
                else MediaFault.NOT_READABLE
            )
            status = (self._root / relative).lstat()
            stamp = Stamp(status.st_mtime_ns, status.st_size)
            return Recording(
                relative, stamp, None, None, fault.value, "The file could not be opened"
            )

    def _measured(self, external_id: str, file: BufferedReader) -> MediaFacts:
        """Measure a file, or find what was measured of it in this state before."""
        stamp = Stamp.of(file)
        kept = self._state.facts(external_id, stamp)
        if kept is not None:
            return kept
        try:
            facts = probe_file(file)
        except UnusableMedia as error:
            if error.fault in _LASTING_FAULTS:
                self._state.keep_facts(external_id, stamp, error)
            raise
        self._state.keep_facts(external_id, stamp, facts)
        return facts

    def _place(self, external_id: str) -> str:
        """Find where a recording is. Raises FootageUnknown or FootageGone."""
        place = self._places.get(external_id)
        if place is not None and (self._root / place).is_file():
            return place
        self._places = {
            external_id_of(entry): entry
            for entry in walk_files(self._root)
            if not isinstance(entry, Unopened) and not is_sidecar(entry)
        }
        if external_id in self._places:
            return self._places[external_id]
        raise self._absence(external_id)

    def _absence(self, external_id: str) -> FootageGone | FootageUnknown:
        deletion = self._state.deletion(external_id)
        if deletion:
            local = deletion.deleted_at.astimezone(_LONDON)
            when = f"{local.day} {local:%B %Y at %H:%M %Z}"
            return FootageGone(
                f"The evidence system auto-deleted this recording on {when}, "
                f"{deletion.days} days after it was made, because nobody had asked to keep it",
                deleted_at=deletion.deleted_at,
            )
        if self._state.hold(external_id):
            return FootageGone(
                "The evidence system had promised to keep this recording and no longer has it. "
                "Report it as lost footage",
                deleted_at=None,
            )
        return FootageUnknown()

    def recording(self, external_id: str) -> Recording:
        """Read one recording, damaged or not. Raises FootageUnknown or FootageGone."""
        recording = self._read(self._place(external_id))
        if recording is None:
            raise self._absence(external_id)
        return recording

    def usable(self, external_id: str) -> Recording:
        """Read one recording that can be played; raises FootageDamaged when it cannot."""
        recording = self.recording(external_id)
        if recording.fault:
            raise FootageDamaged(
                f"The evidence system holds this recording but it cannot be used. {recording.message}",
                fault=recording.fault,
            )
        return recording

    def open(self, external_id: str) -> BufferedReader:
        """Open the media file of a recording. Raises FootageUnknown or FootageGone."""
        try:
            return open_inside(self._root, self._place(external_id))
        except (FileNotFoundError, OutsideFolder) as error:
            raise self._absence(external_id) from error
