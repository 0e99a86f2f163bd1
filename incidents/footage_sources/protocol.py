"""What the portal may ask of an evidence system, and the shape of its answers.

Every time is aware and in UTC; every length is whole milliseconds. *Recorded On* is when the button
was pressed: it leaves out the silent pre-event buffer, so that the first picture of the file is
`buffer_ms` earlier. Answers carry no path, no token and no signed link, because they are stored.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Protocol

from incidents.footage_sources.errors import UnusableQuery

# Officers' accounts of time and camera clocks differ by minutes, not by hours.
DEFAULT_TOLERANCE = timedelta(minutes=2)


class Mount(StrEnum):
    """Where the camera was worn."""

    CHEST = "CHEST"
    HELMET = "HELMET"
    CAP = "CAP"
    UNKNOWN = "UNKNOWN"


class StartSource(StrEnum):
    """Where the start of a recording was taken from, from the best to the worst."""

    RECORDED = "RECORDED"
    CONTAINER = "CONTAINER"
    FILE_TIME = "FILE_TIME"


class PreservationState(StrEnum):
    """Whether the evidence system keeps a recording."""

    HELD = "HELD"
    NOT_HELD = "NOT_HELD"
    GONE = "GONE"


class HashCheck(StrEnum):
    """How the SHA-256 of the file compares with the one known before."""

    FIRST = "FIRST"
    SAME = "SAME"
    DIFFERENT = "DIFFERENT"
    NOT_CHECKED = "NOT_CHECKED"


class PlaybackKind(StrEnum):
    """How the browser gets the picture."""

    STREAM = "STREAM"
    REDIRECT = "REDIRECT"


@dataclass(frozen=True)
class FootageQuery:
    """A search: recordings that overlap a time window, of some officers or some cameras.

    A recording fits when its wearer is among `collar_numbers` or its camera among
    `camera_serials`; with both empty every camera fits. Letters' case and spaces do not matter.
    The window is widened by `tolerance` at both ends, and the buffer counts as part of a recording.
    """

    window_from: datetime
    window_to: datetime
    collar_numbers: tuple[str, ...] = ()
    camera_serials: tuple[str, ...] = ()
    tolerance: timedelta = DEFAULT_TOLERANCE
    limit: int = 100

    def __post_init__(self) -> None:
        for field in ("window_from", "window_to"):
            if getattr(self, field).utcoffset() is None:
                raise UnusableQuery("Give the time with its time zone", field=field)
        if self.window_to < self.window_from:
            raise UnusableQuery("The end of the window must be after its start", field="window_to")
        if self.limit < 1:
            raise UnusableQuery("Ask for at least one recording", field="limit")

    def overlaps(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Say whether a recording from `starts_at` to `ends_at` touches the widened window."""
        return (
            starts_at <= self.window_to + self.tolerance
            and ends_at >= self.window_from - self.tolerance
        )

    def fits_camera(self, collar_number: str, camera_serial: str) -> bool:
        """Say whether the wearer or the camera is one of those asked for."""
        if not self.collar_numbers and not self.camera_serials:
            return True
        collars = {folded(number) for number in self.collar_numbers}
        serials = {folded(serial) for serial in self.camera_serials}
        return folded(collar_number) in collars or folded(camera_serial) in serials


def folded(identifier: str) -> str:
    """Bring a collar number or serial into the form in which two of them are compared."""
    return "".join(identifier.split()).upper()


@dataclass(frozen=True)
class FoundFootage:
    """One recording as the evidence system describes it today.

    `auto_delete_at` is the date that the system's rule gives; while `on_hold` is true the rule does
    not act. `sha256` is None until the system has verified it. `clock_verified` is false when nobody
    vouches for `recorded_on`, and `start_source` says where it came from. With
    `variable_frame_rate` the `frame_rate` is a mean.
    """

    external_id: str
    title: str
    camera_serial: str
    camera_model: str
    mount: Mount
    wearer_collar_number: str
    recorded_on: datetime
    buffer_ms: int
    duration_ms: int
    frame_rate: Fraction
    variable_frame_rate: bool
    width: int
    height: int
    has_audio: bool
    codec: str
    content_type: str
    plays_in_browser: bool
    size_bytes: int
    sha256: str | None
    auto_delete_at: datetime | None
    on_hold: bool
    clock_verified: bool
    start_source: StartSource

    @property
    def starts_at(self) -> datetime:
        """The wall clock of the first picture of the file, buffer included."""
        return self.recorded_on - timedelta(milliseconds=self.buffer_ms)

    @property
    def ends_at(self) -> datetime:
        """The wall clock of the end of the file."""
        return self.starts_at + timedelta(milliseconds=self.duration_ms)


@dataclass(frozen=True)
class Playback:
    """How to show a recording now.

    STREAM: the portal passes the bytes on with `open_range`. REDIRECT: `url` is a short-lived link
    of the evidence system, never to be stored or logged. `version` changes when the file does.
    """

    kind: PlaybackKind
    content_type: str
    size_bytes: int
    version: str
    url: str = ""


@dataclass(frozen=True)
class PreservationReceipt:
    """The evidence system's promise to keep a recording."""

    number: str
    external_id: str
    idempotency_key: str
    reason_code: str
    issued_at: datetime
    sha256: str
    hash_check: HashCheck
    size_bytes: int


@dataclass(frozen=True)
class PreservationStatus:
    """What the evidence system says of a recording's keeping when asked again.

    `receipt_numbers` are those of the holds in force. `gone_at` is when a recording that is GONE was
    deleted, None when it vanished without a record. `hash_check` compares with the preserved file.
    """

    external_id: str
    state: PreservationState
    checked_at: datetime
    receipt_numbers: tuple[str, ...] = ()
    auto_delete_at: datetime | None = None
    gone_at: datetime | None = None
    sha256: str | None = None
    hash_check: HashCheck = HashCheck.NOT_CHECKED


class FootageSource(Protocol):
    """An evidence system. Every method may raise SourceUnavailable."""

    def search(self, query: FootageQuery) -> list[FoundFootage]:
        """Find recordings, earliest first, at most `query.limit`. A damaged one never hides the others."""
        ...

    def describe(self, external_id: str) -> FoundFootage:
        """Describe one recording. Raises FootageUnknown, FootageGone or FootageDamaged."""
        ...

    def playback(self, external_id: str) -> Playback:
        """Say how to show one recording now. Raises FootageUnknown or FootageGone."""
        ...

    def open_range(self, external_id: str, start: int, end: int) -> Iterator[bytes]:
        """Yield the bytes `start` to `end` (half-open) in bounded pieces. Raises FootageUnknown or FootageGone."""
        ...

    def request_preservation(
        self, external_id: str, *, idempotency_key: str, reason_code: str
    ) -> PreservationReceipt:
        """Keep a recording from auto-deletion; the same key gets the same receipt.

        Raises PreservationRefused, FootageUnknown or FootageGone.
        """
        ...

    def preservation_status(
        self, external_id: str, *, verify_hash: bool = True
    ) -> PreservationStatus:
        """Say whether a recording is still kept, and unchanged. Raises FootageUnknown, but not FootageGone."""
        ...

    def release_preservation(self, external_id: str, *, idempotency_key: str) -> PreservationStatus:
        """End the hold that was asked for with this key; releasing twice is no error.

        Other holds on the same recording stay. Raises PreservationUnknown or FootageUnknown.
        """
        ...


def utc(moment: datetime) -> datetime:
    """Bring an aware time to UTC; raises ValueError for one without a zone."""
    if moment.utcoffset() is None:
        raise ValueError("a time without a time zone cannot be placed on a common clock")
    return moment.astimezone(UTC)
