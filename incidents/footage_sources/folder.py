"""A directory of camera files as an evidence system, with holds and an auto-deletion that is real.

It is what the demonstration force runs on, and it serves a small force that keeps its recordings on
a file server. Files are MP4 or WebM (others are listed, not played) with an optional JSON sidecar;
length, frame rate, picture and sound are measured from the media. Links are never followed.

Example: `FolderSource(Path("/srv/bwv"), auto_delete_days=31).search(query)`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from incidents.footage_sources.errors import (
    FootageGone,
    PreservationRefused,
    PreservationUnknown,
    SourceUnavailable,
    UnusableQuery,
)
from incidents.footage_sources.folder_expiry import DeletionReport, delete_expired_recordings
from incidents.footage_sources.folder_shelf import FolderShelf, FootageFault
from incidents.footage_sources.folder_state import DamagedState, FolderState, Hold
from incidents.footage_sources.protocol import (
    FootageQuery,
    FoundFootage,
    HashCheck,
    Playback,
    PlaybackKind,
    PreservationReceipt,
    PreservationState,
    PreservationStatus,
)
from incidents.footage_sources.recordings import (
    CONTENT_TYPES,
    Recording,
    Stamp,
)
from incidents.media import read_chunks, sha256_of

STATE_FOLDER = ".evidence-system"
_CODE = re.compile(r"[A-Z][A-Z0-9_]{1,63}")


def _utc_now() -> datetime:
    return datetime.now(UTC)


class FolderSource:
    """The `folder` adapter; it fulfils `FootageSource`. Safe to share between threads and processes."""

    def __init__(
        self,
        root: Path,
        *,
        auto_delete_days: int,
        state: Path | None = None,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        """Use the recordings below `root`.

        `state` is where holds and deletions are remembered, a hidden folder in `root` unless given.
        """
        self.root = root
        self.auto_delete_days = auto_delete_days
        self._clock = clock
        self._state = FolderState(state or root / STATE_FOLDER)
        self._shelf = FolderShelf(root, self._state)

    def search(self, query: FootageQuery) -> list[FoundFootage]:
        """Find recordings, earliest first, at most `query.limit`; damaged files are left to `faults`."""
        with self._answering():
            fitting = [
                recording for recording in self._shelf.recordings() if self._fits(query, recording)
            ]
            fitting.sort(key=lambda recording: (recording.recorded_on, recording.external_id))
            return [self._found(recording) for recording in fitting[: query.limit]]

    def describe(self, external_id: str) -> FoundFootage:
        """Describe one recording. Raises FootageUnknown, FootageGone or FootageDamaged."""
        with self._answering():
            return self._found(self._shelf.usable(external_id))

    def faults(self) -> list[FootageFault]:
        """List the files that cannot be offered as recordings, sorted by name."""
        with self._answering():
            return self._shelf.faults()

    def playback(self, external_id: str) -> Playback:
        """Say how to show one recording: as a stream through the portal."""
        with self._answering():
            recording = self._shelf.usable(external_id)
            facts = recording.facts
            return Playback(
                kind=PlaybackKind.STREAM,
                content_type=CONTENT_TYPES[facts.container]
                if facts
                else "application/octet-stream",
                size_bytes=recording.stamp.size_bytes,
                version=recording.stamp.version,
            )

    def open_range(self, external_id: str, start: int, end: int) -> Iterator[bytes]:
        """Yield the bytes `start` to `end` (half-open) in pieces of at most 64 KiB.

        The file is opened before this returns, so that a refusal still has a status to go with.
        Raises FootageUnknown, FootageGone, or UnusableQuery for bytes that the file does not have.
        """
        with self._answering():
            file = self._shelf.open(external_id)
            size = Stamp.of(file).size_bytes
            if not 0 <= start < end <= size:
                file.close()
                raise UnusableQuery(
                    f"The recording has bytes 0 to {size}, not {start} to {end}", field="range"
                )
            return read_chunks(file, start, end)

    def request_preservation(
        self, external_id: str, *, idempotency_key: str, reason_code: str
    ) -> PreservationReceipt:
        """Keep a recording from auto-deletion and give the receipt; the same key gets the same receipt.

        The file is hashed now. A hash that differs from the one taken at upload is told in the
        receipt, and the recording is kept all the same, since a damaged recording is evidence too.
        Raises PreservationRefused, FootageUnknown, FootageGone, or UnusableQuery for a bad code or key.
        """
        if not _CODE.fullmatch(reason_code):
            raise UnusableQuery(
                "Give a reason code in capital letters, such as COMPLAINT", field="reason_code"
            )
        if not 1 <= len(idempotency_key) <= 200:
            raise UnusableQuery("Give a key of 1 to 200 characters", field="idempotency_key")
        with self._answering(), self._state.lock(external_id):
            hold = self._state.hold(external_id)
            earlier = hold.promise_for(idempotency_key) if hold else None
            if earlier and earlier.released_at:
                raise PreservationRefused(
                    "This preservation was released. Ask again with a new request"
                )
            if earlier:
                return earlier.receipt
            return self._promise(external_id, hold, idempotency_key, reason_code)

    def _promise(
        self, external_id: str, hold: Hold | None, idempotency_key: str, reason_code: str
    ) -> PreservationReceipt:
        recording = self._shelf.recording(external_id)
        sidecar = recording.sidecar
        if sidecar and sidecar.locked_by:
            raise PreservationRefused(
                f"The evidence system refused: the recording is locked by {sidecar.locked_by}. "
                "Ask them to unlock it, then ask again"
            )
        with self._shelf.open(external_id) as file:
            digest = sha256_of(file)
            size = Stamp.of(file).size_bytes
        known = hold.sha256 if hold else (sidecar.sha256 if sidecar else "")
        receipt = PreservationReceipt(
            number=self._state.new_receipt_number(),
            external_id=external_id,
            idempotency_key=idempotency_key,
            reason_code=reason_code,
            issued_at=self._clock(),
            sha256=digest,
            hash_check=_compared(known, digest),
            size_bytes=size,
        )
        self._state.keep_hold(external_id, (hold or Hold(digest, ())).with_promise(receipt))
        return receipt

    def preservation_status(
        self, external_id: str, *, verify_hash: bool = True
    ) -> PreservationStatus:
        """Say whether a recording is still kept and unchanged; without `verify_hash` it is not read.

        Raises FootageUnknown for a recording that was never here.
        """
        with self._answering():
            hold = self._state.hold(external_id)
            try:
                recording = self._shelf.recording(external_id)
                digest = self._digest(external_id) if verify_hash else None
            except FootageGone as gone:
                return PreservationStatus(
                    external_id, PreservationState.GONE, self._clock(), gone_at=gone.deleted_at
                )
            receipts = tuple(promise.receipt.number for promise in hold.in_force) if hold else ()
            known = hold.sha256 if hold else (recording.sidecar.sha256 if recording.sidecar else "")
            return PreservationStatus(
                external_id=external_id,
                state=PreservationState.HELD if receipts else PreservationState.NOT_HELD,
                checked_at=self._clock(),
                receipt_numbers=receipts,
                auto_delete_at=recording.auto_delete_at(self.auto_delete_days),
                sha256=digest,
                hash_check=_compared(known, digest) if digest else HashCheck.NOT_CHECKED,
            )

    def release_preservation(self, external_id: str, *, idempotency_key: str) -> PreservationStatus:
        """End the hold asked for with this key; other holds stay, and releasing twice is no error.

        Raises PreservationUnknown when no hold was asked for with this key.
        """
        with self._answering():
            with self._state.lock(external_id):
                hold = self._state.hold(external_id)
                if hold is None or hold.promise_for(idempotency_key) is None:
                    raise PreservationUnknown("The evidence system has no such preservation")
                self._state.keep_hold(external_id, hold.released(idempotency_key, self._clock()))
            return self.preservation_status(external_id, verify_hash=False)

    def delete_expired(self, now: datetime, days: int | None = None) -> DeletionReport:
        """Delete, for good, every recording whose period has passed and which nobody holds.

        `now` is aware; `days` is the period counted from Recorded On, the configured one unless
        given. Safe to run twice at once; one file that cannot be handled does not stop the others.
        """
        period = self.auto_delete_days if days is None else days
        with self._answering():
            return delete_expired_recordings(
                root=self.root,
                state=self._state,
                recordings=self._shelf.recordings(),
                now=now.astimezone(UTC),
                days=period,
            )

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Turn a failing disk into the one error that says: ask again later."""
        try:
            if not self.root.is_dir():
                raise SourceUnavailable(
                    "The evidence system's folder is not there. Try again later, or tell support"
                )
            self._state.prepare()
            yield
        except (OSError, DamagedState) as error:
            raise SourceUnavailable(
                "The evidence system could not answer. Try again later, or tell support"
            ) from error

    def _digest(self, external_id: str) -> str:
        with self._shelf.open(external_id) as file:
            return sha256_of(file)

    def _fits(self, query: FootageQuery, recording: Recording) -> bool:
        if recording.facts is None:
            return False
        sidecar = recording.sidecar
        if not query.fits_camera(
            sidecar.wearer_collar_number if sidecar else "", sidecar.serial if sidecar else ""
        ):
            return False
        starts_at = recording.recorded_on - timedelta(
            milliseconds=sidecar.buffer_ms if sidecar else 0
        )
        return query.overlaps(
            starts_at, starts_at + timedelta(milliseconds=recording.facts.duration_ms)
        )

    def _found(self, recording: Recording) -> FoundFootage:
        hold = self._state.hold(recording.external_id)
        return recording.as_found(
            days=self.auto_delete_days,
            on_hold=bool(hold and hold.in_force),
            sha256=hold.sha256 if hold else None,
        )


def _compared(known: str, digest: str) -> HashCheck:
    if not known:
        return HashCheck.FIRST
    return HashCheck.SAME if known == digest else HashCheck.DIFFERENT


def build(options: Mapping[str, object]) -> FolderSource:
    """Make the adapter from its options: `path`, `auto_delete_days` and optionally `state`.

    Raises ValueError when one is missing or unknown.
    """
    unknown = set(options) - {"path", "auto_delete_days", "state"}
    days = options.get("auto_delete_days")
    if unknown or "path" not in options or not isinstance(days, int) or days < 1:
        raise ValueError(
            "the folder evidence system needs `path` and `auto_delete_days` (1 or more)"
        )
    state = options.get("state")
    return FolderSource(
        Path(str(options["path"])), auto_delete_days=days, state=Path(str(state)) if state else None
    )
