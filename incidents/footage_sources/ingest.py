"""Indexing a directory of camera files as they come: one outcome per file, whatever the file.

Nothing is changed in the directory. Files are taken in sorted order, and each is accepted or refused
with a reason word; one bad file never stops the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

from incidents.footage_sources.files import (
    OutsideFolder,
    Unopened,
    open_inside,
    printable,
    walk_files,
)
from incidents.footage_sources.protocol import FoundFootage, StartSource
from incidents.footage_sources.recordings import (
    BAD_SIDECAR,
    Recording,
    Stamp,
    is_sidecar,
    read_recording,
)
from incidents.media import sha256_of
from incidents.media_facts import MediaFault


class IngestReason(StrEnum):
    """What became of one file."""

    ACCEPTED = "ACCEPTED"
    DUPLICATE = "DUPLICATE"
    ZERO_BYTES = MediaFault.ZERO_BYTES.value
    TRUNCATED = MediaFault.TRUNCATED.value
    NOT_A_VIDEO = MediaFault.NOT_A_VIDEO.value
    NO_PERMISSION = MediaFault.NO_PERMISSION.value
    NOT_READABLE = MediaFault.NOT_READABLE.value
    BAD_SIDECAR = BAD_SIDECAR
    LINK = "LINK"
    CHANGING = "CHANGING"
    VANISHED = "VANISHED"


_SENTENCES = {
    IngestReason.NO_PERMISSION: "The portal may not read this. Ask for read permission",
    IngestReason.NOT_READABLE: "The disk could not deliver this file",
    IngestReason.LINK: "This is a link, and links are not followed",
    IngestReason.CHANGING: "The file was still being written. Run the ingest again when it is complete",
    IngestReason.VANISHED: "The file was removed while the directory was being read",
}
_START_SENTENCES = {
    StartSource.RECORDED: "Accepted",
    StartSource.CONTAINER: "Accepted; the start is what the file claims: clock unverified",
    StartSource.FILE_TIME: "Accepted; the file does not say when it started, so the time of the file stands in: "
    "clock unverified",
}


@dataclass(frozen=True)
class IngestOutcome:
    """What became of one file: `footage` and `sha256` when it was accepted, else the reason.

    `name` is the path below the directory, fit for printing, and `relative` that of an accepted
    file as the disk knows it. `duplicate_of` is the name, or the caller's word for it, of what has
    the same bytes.
    """

    name: str
    reason: IngestReason
    message: str
    footage: FoundFootage | None = None
    sha256: str | None = None
    duplicate_of: str = ""
    relative: str = ""

    @property
    def accepted(self) -> bool:
        """Whether the file can be used as a recording."""
        return self.reason is IngestReason.ACCEPTED


def index_directory(
    path: Path, *, known_hashes: Mapping[str, str] | None = None
) -> Iterator[IngestOutcome]:
    """Yield what becomes of every file below `path`, in sorted order.

    `known_hashes` are recordings the caller has already: SHA-256 -> what to call it. A sidecar of a
    recording is read with it and has no outcome of its own. Raises
    NotADirectoryError when there is no such directory.
    """
    if not path.is_dir():
        raise NotADirectoryError(f"{path} is not a directory")
    seen = dict(known_hashes or {})
    entries = list(walk_files(path))
    stems = {_stem(entry) for entry in entries if isinstance(entry, str) and not is_sidecar(entry)}
    for entry in entries:
        if isinstance(entry, Unopened):
            reason = IngestReason(entry.reason)
            yield IngestOutcome(printable(entry.relative), reason, _SENTENCES[reason])
        elif not (is_sidecar(entry) and _stem(entry) in stems):
            outcome = _index(path, entry, seen)
            if outcome.accepted and outcome.sha256:
                seen[outcome.sha256] = outcome.name
            yield outcome


def _stem(relative: str) -> str:
    return str(PurePosixPath(relative).with_suffix(""))


def _index(root: Path, relative: str, seen: Mapping[str, str]) -> IngestOutcome:
    try:
        recording = read_recording(root, relative)
        with open_inside(root, relative) as file:
            digest = sha256_of(file)
            unchanged = Stamp.of(file) == recording.stamp
    except PermissionError:
        return _refused(relative, IngestReason.NO_PERMISSION)
    except FileNotFoundError:
        return _refused(relative, IngestReason.VANISHED)
    except OutsideFolder:
        return _refused(relative, IngestReason.LINK)
    except OSError:
        return _refused(relative, IngestReason.NOT_READABLE)
    if not unchanged:
        return _refused(relative, IngestReason.CHANGING)
    if recording.fault:
        return IngestOutcome(printable(relative), IngestReason(recording.fault), recording.message)
    if digest in seen:
        return _duplicate(relative, digest, seen[digest])
    return _accepted(recording, digest)


def _refused(relative: str, reason: IngestReason) -> IngestOutcome:
    return IngestOutcome(printable(relative), reason, _SENTENCES[reason])


def _duplicate(relative: str, digest: str, original: str) -> IngestOutcome:
    message = f"The same recording, byte for byte, as {original}"
    return IngestOutcome(
        printable(relative), IngestReason.DUPLICATE, message, sha256=digest, duplicate_of=original
    )


def _accepted(recording: Recording, digest: str) -> IngestOutcome:
    footage = recording.as_found(days=None, on_hold=False, sha256=digest)
    message = _START_SENTENCES[footage.start_source]
    if not footage.plays_in_browser:
        message += f". A browser cannot play {footage.codec} in this container"
    return IngestOutcome(
        printable(recording.relative),
        IngestReason.ACCEPTED,
        message,
        footage=footage,
        sha256=digest,
        relative=recording.relative,
    )
