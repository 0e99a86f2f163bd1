"""Handing over one case's record with its proofs, for a reader who has nothing of ours.

The export is itself an event of the case, and the bundle ends with it: because the chain of the
case has no gap and the signed tree holds the export's own event, nothing recorded earlier can have
been left out. A bundle says nothing of other cases; the paths of the proofs do tell how many events
the whole record holds, which is why a bundle is handed over and never shown on a page.
"""

from __future__ import annotations

import base64
import json
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from audit import canonical
from audit.errors import AuditError
from audit.events import CASE_EXPORTED
from audit.models import Checkpoint, Entry, Event, EventPayload
from audit.recorder import record_alone
from audit.sealing import keys, merkle, notes
from audit.sealing.bundle_format import FORMAT_TEXT
from audit.sealing.proofs import StoredNodes
from audit.sealing.run import seal_and_sign
from audit.values import Actor, Subject

_CHUNK = 1_000
_PATIENCE_SECONDS = 30.0
_PAUSE_SECONDS = 0.2


class NotYetSealed(AuditError):
    """The export's own event is not in a signed checkpoint yet; a long transaction is in the way."""


@dataclass(frozen=True)
class Exported:
    """What was written: the file, the events in it, and the key line to hand over apart from it."""

    path: Path
    events: int
    verifier_key: str


def export_case(
    *,
    case_id: UUID,
    case_reference: str,
    actor: Actor,
    now: datetime,
    path: Path,
    with_personal: bool,
    older: tuple[str, ...] = (),
    patience: float = _PATIENCE_SECONDS,
) -> Exported:
    """Write a case's bundle to ``path`` and return what it holds.

    ``older`` are checkpoints that readers kept: the bundle gets a proof from each. Personal parts
    are left out unless asked for. Raises NotYetSealed when the record cannot be sealed up to the
    export within ``patience`` seconds, BadCheckpoint for an older checkpoint that this key did not
    sign, FileExistsError rather than overwriting a file.
    """
    if path.exists():
        raise FileExistsError(f"{path} exists already, and is not overwritten")
    folder = keys.SignerFolder.configured()
    public = notes.public_bytes(folder.key())
    sizes = [notes.read(note, folder.origin, public).size for note in older]
    event = record_alone(
        CASE_EXPORTED,
        actor=actor,
        subject=Subject("case", str(case_id), case_reference, case_id, case_reference),
        now=now,
        details={"with_personal": with_personal},
    )
    end, checkpoint = _sealed(event, now, patience)
    nodes = StoredNodes()
    with zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED) as bundle:
        with bundle.open("events.ndjson", "w", force_zip64=True) as stream:
            for row in _rows(
                case_id, end.case_seq, checkpoint.size, nodes, with_personal=with_personal
            ):
                stream.write(json.dumps(row).encode() + b"\n")
        bundle.writestr("checkpoint.txt", checkpoint.note)
        bundle.writestr("consistency.json", json.dumps(_proofs(sizes, checkpoint.size, nodes)))
        key_line = notes.verifier_key(folder.origin, public)
        bundle.writestr("verifier-key.txt", f"{key_line}\n")
        bundle.writestr("FORMAT.txt", FORMAT_TEXT)
        manifest = {
            "format": "bwc-bundle/1",
            "case_id": str(case_id),
            "case_reference": case_reference,
            "events": end.case_seq,
        }
        bundle.writestr("manifest.json", json.dumps(manifest, indent=1))
    return Exported(path, end.case_seq, key_line)


def _sealed(event: Event, now: datetime, patience: float) -> tuple[Entry, Checkpoint]:
    """Wait until the event is in the tree and the tree is signed, helping if nobody else seals."""
    deadline = time.monotonic() + patience
    while True:
        seal_and_sign(now=now)
        entry = Entry.objects.filter(event_uuid=event.uuid).first()
        if entry is not None:
            checkpoint = Checkpoint.objects.filter(size__gt=entry.seq).order_by("-id").first()
            if checkpoint is not None:
                return entry, checkpoint
        if time.monotonic() > deadline:
            raise NotYetSealed(
                "The export was recorded, but could not be sealed in time: a long transaction is "
                "still open in this database. Try again when it has ended"
            )
        time.sleep(_PAUSE_SECONDS)


def _rows(
    case_id: UUID, last: int, size: int, nodes: StoredNodes, *, with_personal: bool
) -> Iterator[dict]:
    for start in range(1, last + 1, _CHUNK):
        wanted = Entry.objects.filter(
            case_id=case_id, case_seq__gte=start, case_seq__lt=min(start + _CHUNK, last + 1)
        )
        entries = list(wanted.order_by("case_seq"))
        uuids = [entry.event_uuid for entry in entries]
        events = {event.uuid: event for event in Event.objects.filter(uuid__in=uuids)}
        held = EventPayload.objects.in_bulk(uuids) if with_personal else {}
        for entry in entries:
            yield _row(entry, events[entry.event_uuid], held.get(entry.event_uuid), size, nodes)


def _row(
    entry: Entry, event: Event, payload: EventPayload | None, size: int, nodes: StoredNodes
) -> dict:
    row = {
        "case_seq": entry.case_seq,
        "index": entry.seq,
        "event": base64.b64encode(bytes(event.canonical)).decode(),
        "payload_digest": bytes(event.payload_digest).hex(),
        "proof": b"".join(merkle.inclusion_proof(entry.seq, size, nodes)).hex(),
    }
    if payload is not None:
        written = canonical.encode(canonical.PAYLOAD_TAG, payload.payload)
        row["payload"] = base64.b64encode(written).decode()
        row["salt"] = bytes(payload.salt).hex()
    return row


def _proofs(sizes: list[int], size: int, nodes: StoredNodes) -> dict[str, list[str]]:
    return {
        str(old): [node.hex() for node in merkle.consistency_proof(old, size, nodes)]
        for old in sizes
        if old <= size
    }
