"""One recording on disk: the media, its sidecar and what can be said of them together."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BufferedReader
from pathlib import Path, PurePosixPath

from incidents.footage_sources.files import OutsideFolder, open_inside, printable
from incidents.footage_sources.protocol import FoundFootage, Mount, StartSource
from incidents.footage_sources.sidecar import SUFFIX, Sidecar, UnusableSidecar, parse_sidecar
from incidents.media_facts import MediaFacts, MediaFault, UnusableMedia, probe_file

CONTENT_TYPES = {
    "mp4": "video/mp4",
    "webm": "video/webm",
    "matroska": "video/x-matroska",
    "avi": "video/x-msvideo",
    "mpegts": "video/mp2t",
}
BAD_SIDECAR = "BAD_SIDECAR"
_SIDECAR_READ_LIMIT = 64 * 1024 + 1
# Where the sidecar was not believed or never read, nothing may be deleted by a guess.
_START_UNKNOWN = {BAD_SIDECAR, MediaFault.NO_PERMISSION.value, MediaFault.NOT_READABLE.value}

MeasureMedia = Callable[[BufferedReader], MediaFacts]


@dataclass(frozen=True)
class Stamp:
    """What tells two states of a file apart without reading it."""

    modified_ns: int
    size_bytes: int

    @classmethod
    def of(cls, file: BufferedReader) -> Stamp:
        """Read the stamp of an open file."""
        status = os.fstat(file.fileno())
        return cls(status.st_mtime_ns, status.st_size)

    @property
    def version(self) -> str:
        """A short text that changes when the file does, fit for an ETag."""
        return f"{self.modified_ns:x}-{self.size_bytes:x}"

    @property
    def modified_at(self) -> datetime:
        """When the file was last written (aware UTC)."""
        return datetime.fromtimestamp(self.modified_ns // 1_000_000_000, UTC)


@dataclass(frozen=True)
class Recording:
    """One media file as read: either `facts`, or the `fault` that makes it unusable and its sentence."""

    relative: str
    stamp: Stamp
    sidecar: Sidecar | None
    facts: MediaFacts | None
    fault: str = ""
    message: str = ""

    @property
    def external_id(self) -> str:
        """The opaque identifier of the recording."""
        return external_id_of(self.relative)

    @property
    def title(self) -> str:
        """What people call the recording: the sidecar's title, else the file name."""
        named = self.sidecar.title if self.sidecar else ""
        return named or printable(PurePosixPath(self.relative).name)

    @property
    def start_source(self) -> StartSource:
        """Where the start comes from."""
        if self.sidecar:
            return StartSource.RECORDED
        if self.facts and self.facts.created_at:
            return StartSource.CONTAINER
        return StartSource.FILE_TIME

    @property
    def recorded_on(self) -> datetime:
        """When the recording started, by the best source there is (aware UTC)."""
        if self.sidecar:
            return self.sidecar.recorded_on
        if self.facts and self.facts.created_at:
            return self.facts.created_at
        return self.stamp.modified_at

    @property
    def clock_verified(self) -> bool:
        """Whether anybody vouches for `recorded_on`."""
        return self.sidecar is not None and self.sidecar.clock_verified

    def auto_delete_at(self, days: int) -> datetime | None:
        """Compute when the recording's period ends; None when its start cannot be known.

        The period counts from Recorded On. A clock that nobody verified may be years wrong, so
        there it counts from the arrival of the file if that was later.
        """
        if self.fault in _START_UNKNOWN:
            return None
        start = self.recorded_on
        if not self.clock_verified:
            start = max(start, self.stamp.modified_at)
        return start + timedelta(days=days)

    def as_found(self, *, days: int | None, on_hold: bool, sha256: str | None) -> FoundFootage:
        """Describe a usable recording in the words of the protocol; raises ValueError for a damaged one.

        `days` is the period of auto-deletion; None when nothing deletes.
        """
        if self.facts is None:
            raise ValueError(f"a recording with the fault {self.fault} cannot be described")
        sidecar, facts = self.sidecar, self.facts
        return FoundFootage(
            external_id=self.external_id,
            title=self.title,
            camera_serial=sidecar.serial if sidecar else "",
            camera_model=sidecar.model if sidecar else "",
            mount=sidecar.mount if sidecar else Mount.UNKNOWN,
            wearer_collar_number=sidecar.wearer_collar_number if sidecar else "",
            recorded_on=self.recorded_on,
            buffer_ms=sidecar.buffer_ms if sidecar else 0,
            duration_ms=facts.duration_ms,
            frame_rate=facts.frame_rate,
            variable_frame_rate=facts.variable_frame_rate,
            width=facts.width,
            height=facts.height,
            has_audio=facts.has_audio,
            codec=facts.codec,
            content_type=CONTENT_TYPES[facts.container],
            plays_in_browser=facts.plays_in_browser,
            size_bytes=facts.size_bytes,
            sha256=sha256,
            auto_delete_at=self.auto_delete_at(days) if days is not None else None,
            on_hold=on_hold,
            clock_verified=self.clock_verified,
            start_source=self.start_source,
        )


def external_id_of(relative: str) -> str:
    """Compute the identifier of a recording from its place in the folder: 'FF-' and 24 hexadecimal digits.

    The identifier is stored by the portal, and so it must not give the path away.
    """
    return "FF-" + hashlib.sha256(os.fsencode(relative)).hexdigest()[:24]


def is_sidecar(relative: str) -> bool:
    """Say whether a file is a sidecar by its name."""
    return PurePosixPath(relative).suffix.lower() == SUFFIX


def read_sidecar(root: Path, relative: str) -> Sidecar | None:
    """Read the sidecar of the recording at `relative`; None when it has none.

    Raises UnusableSidecar, also for a sidecar that is a link or may not be read.
    """
    if is_sidecar(relative):
        return None
    try:
        with open_inside(root, str(PurePosixPath(relative).with_suffix(SUFFIX))) as file:
            return parse_sidecar(file.read(_SIDECAR_READ_LIMIT))
    except FileNotFoundError:
        return None
    except (OutsideFolder, OSError) as error:
        raise UnusableSidecar("the sidecar could not be opened") from error


def read_recording(root: Path, relative: str, measure: MeasureMedia = probe_file) -> Recording:
    """Read one recording below `root`; a damaged one is answered with its fault.

    `measure` gives the facts of an open media file. Raises OutsideFolder, and OSError for a file
    that is not there or may not be opened.
    """
    sidecar, fault, message = None, "", ""
    try:
        sidecar = read_sidecar(root, relative)
    except UnusableSidecar as error:
        fault, message = BAD_SIDECAR, f"The file beside the recording cannot be used: {error}"
    with open_inside(root, relative) as file:
        stamp = Stamp.of(file)
        try:
            facts = measure(file) if not fault else None
        except UnusableMedia as error:
            return Recording(relative, stamp, sidecar, None, error.fault.value, error.message)
    return Recording(relative, stamp, sidecar, facts, fault, message)
