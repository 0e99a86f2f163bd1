"""What the folder evidence system remembers: holds, deletions, receipts, and facts already measured.

Everything is one small JSON file per recording, written whole or not at all, below one hidden folder:
`holds/`, `deleted/`, `facts/`, `locks/` and `receipts.json`. A hold that cannot be read counts as a
hold: keeping too long can be repaired, deleting cannot.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from incidents.footage_sources.files import locked, read_if_there, write_durably
from incidents.footage_sources.protocol import HashCheck, PreservationReceipt
from incidents.footage_sources.recordings import Stamp
from incidents.media_facts import MediaFacts, MediaFault, UnusableMedia

_LOCKS = 64
# Raised when the meaning of the measured facts changes, so that old ones are measured again.
_FACTS_FORMAT = 1


class DamagedState(Exception):
    """A record of the evidence system is there but cannot be read."""


@dataclass(frozen=True)
class Promise:
    """One request to keep a recording, and when it was released (aware UTC), if it was."""

    receipt: PreservationReceipt
    released_at: datetime | None = None


@dataclass(frozen=True)
class Hold:
    """All requests to keep one recording, and the SHA-256 it had at the first of them."""

    sha256: str
    promises: tuple[Promise, ...]

    @property
    def in_force(self) -> tuple[Promise, ...]:
        """The requests that still keep the recording."""
        return tuple(promise for promise in self.promises if promise.released_at is None)

    def promise_for(self, idempotency_key: str) -> Promise | None:
        """Find the request that was made with a key."""
        return next(
            (p for p in self.promises if p.receipt.idempotency_key == idempotency_key), None
        )

    def with_promise(self, receipt: PreservationReceipt) -> Hold:
        """Give this hold with one more request."""
        return replace(self, promises=(*self.promises, Promise(receipt)))

    def released(self, idempotency_key: str, now: datetime) -> Hold:
        """Give this hold with the request of a key released."""
        return replace(
            self,
            promises=tuple(
                replace(p, released_at=p.released_at or now)
                if p.receipt.idempotency_key == idempotency_key
                else p
                for p in self.promises
            ),
        )


@dataclass(frozen=True)
class Deletion:
    """A recording that the nightly job deleted: only what says when and by which rule."""

    external_id: str
    deleted_at: datetime
    recorded_on: datetime
    days: int


class FolderState:
    """The records of one folder evidence system, kept below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def prepare(self) -> None:
        """Create the folders that the records need."""
        for name in ("holds", "deleted", "facts", "locks"):
            (self._folder / name).mkdir(parents=True, exist_ok=True, mode=0o750)

    def lock(self, external_id: str) -> AbstractContextManager[None]:
        """Lock one recording against every other change (shared with a few others, so lock one at a time)."""
        number = int.from_bytes(hashlib.sha256(external_id.encode()).digest()[:2], "big") % _LOCKS
        return locked(self._folder / "locks" / f"{number:02d}")

    @staticmethod
    def new_receipt_number() -> str:
        """Make a receipt number, such as PR-88F2-041-773: random, so that it counts no other receipts."""
        figures = secrets.randbelow(1_000_000)
        return f"PR-{secrets.token_hex(2).upper()}-{figures // 1000:03d}-{figures % 1000:03d}"

    def hold(self, external_id: str) -> Hold | None:
        """Read the hold of a recording. Raises DamagedState when there is one that cannot be read."""
        data = _load(self._path("holds", external_id))
        try:
            return _hold_from(data) if data is not None else None
        except (KeyError, TypeError, ValueError) as error:
            raise DamagedState(f"the hold of {external_id} cannot be read") from error

    def keep_hold(self, external_id: str, hold: Hold) -> None:
        """Write the hold of a recording to disk."""
        content = {
            "sha256": hold.sha256,
            "promises": [
                {
                    **asdict(p.receipt),
                    "issued_at": p.receipt.issued_at.isoformat(),
                    "released_at": _iso(p.released_at),
                }
                for p in hold.promises
            ],
        }
        write_durably(self._path("holds", external_id), json.dumps(content, indent=1).encode())

    def deletion(self, external_id: str) -> Deletion | None:
        """Read when a recording was deleted, if it was."""
        data = _load(self._path("deleted", external_id))
        if data is None:
            return None
        return Deletion(
            external_id=external_id,
            deleted_at=datetime.fromisoformat(data["deleted_at"]),
            recorded_on=datetime.fromisoformat(data["recorded_on"]),
            days=data["days"],
        )

    def keep_deletion(self, deletion: Deletion) -> None:
        """Write to disk that a recording is being deleted, before it is."""
        content = {
            "external_id": deletion.external_id,
            "deleted_at": deletion.deleted_at.isoformat(),
            "recorded_on": deletion.recorded_on.isoformat(),
            "days": deletion.days,
        }
        write_durably(self._path("deleted", deletion.external_id), json.dumps(content).encode())

    def facts(self, external_id: str, stamp: Stamp) -> MediaFacts | None:
        """Find the facts measured of a file in this very state.

        Raises UnusableMedia when the file in this state was found damaged.
        """
        try:
            data = _load(self._path("facts", external_id))
        except DamagedState:
            return None
        if data is None or data.get("stamp") != [
            _FACTS_FORMAT,
            stamp.modified_ns,
            stamp.size_bytes,
        ]:
            return None
        if "fault" in data:
            found = UnusableMedia(data["message"])
            found.fault = MediaFault(data["fault"])
            raise found
        values = data["facts"]
        created = values["created_at"]
        return MediaFacts(
            **{
                **values,
                "frame_rate": Fraction(values["frame_rate"]),
                "created_at": datetime.fromisoformat(created) if created else None,
            }
        )

    def keep_facts(self, external_id: str, stamp: Stamp, found: MediaFacts | UnusableMedia) -> None:
        """Keep what was measured of a file in this state."""
        content: dict[str, Any] = {"stamp": [_FACTS_FORMAT, stamp.modified_ns, stamp.size_bytes]}
        if isinstance(found, UnusableMedia):
            content |= {"fault": found.fault.value, "message": found.message}
        else:
            values = asdict(found)
            values |= {"frame_rate": str(found.frame_rate), "created_at": _iso(found.created_at)}
            content["facts"] = values
        write_durably(self._path("facts", external_id), json.dumps(content).encode())

    def forget_facts(self, external_id: str) -> None:
        """Remove what was measured of a recording that is gone."""
        self._path("facts", external_id).unlink(missing_ok=True)

    def _path(self, kind: str, external_id: str) -> Path:
        # An identifier from outside may hold anything, and only its hash becomes part of a path.
        return (
            self._folder / kind / (hashlib.sha256(external_id.encode()).hexdigest()[:32] + ".json")
        )


def _load(path: Path) -> dict[str, Any] | None:
    content = read_if_there(path)
    if content is None:
        return None
    try:
        data = json.loads(content)
    except ValueError as error:
        raise DamagedState(f"{path.name} cannot be read") from error
    if not isinstance(data, dict):
        raise DamagedState(f"{path.name} cannot be read")
    return data


def _hold_from(data: dict[str, Any]) -> Hold:
    promises = []
    for item in data["promises"]:
        released_at = item.pop("released_at")
        receipt = PreservationReceipt(
            **{
                **item,
                "issued_at": datetime.fromisoformat(item["issued_at"]),
                "hash_check": HashCheck(item["hash_check"]),
            }
        )
        promises.append(
            Promise(receipt, datetime.fromisoformat(released_at) if released_at else None)
        )
    return Hold(data["sha256"], tuple(promises))


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
