"""Signing: stating the tree's size and root, and never anything but an extension of the last.

The signer keeps the edge of the tree it last signed in a file of its own. It reads the new events
from the disk again, hashes them itself and extends its own edge: what the database says about its
tree is compared with that, not believed. A database that is behind, or tells another history, gets
no signature until a person has said why (reference: rollback and rewriting).
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.db import transaction

from audit import canonical
from audit.errors import AuditError
from audit.events import RECORD_RESTORED
from audit.models import Batch, Checkpoint, Entry, Event
from audit.recorder import canonical_bytes, record
from audit.sealing import merkle, notes
from audit.sealing.keys import SignerFolder
from audit.sealing.merkle import Frontier
from audit.values import Actor, Subject

_CHUNK = 2_000


class NotAnExtension(AuditError):
    """The database's record does not extend what was signed before; the message says how."""


def sign(*, now: datetime, folder: SignerFolder | None = None) -> Checkpoint | None:
    """Sign the tree as sealed, and return the checkpoint, or None when there is nothing to sign.

    Raises NotAnExtension when the database is behind what was signed, or its events, entries or
    root are not those that extend it. Raises NoSigningKey without a key.
    """
    folder = folder or SignerFolder.configured()
    with _alone(folder):
        return _sign(folder, folder.remembered(), now)


def accept_restore(
    *, reason_code: str, actor: Actor, now: datetime, folder: SignerFolder | None = None
) -> None:
    """Take the database as it stands as the record, after a person has said why.

    For a restore from a backup or a signer that lost its memory. What was remembered is kept in a
    file beside the new memory and written into the record as an event, so that a reader who holds
    an older checkpoint sees both the break and who accepted it. The next ``sign`` reads everything
    from the first event on.
    """
    folder = folder or SignerFolder.configured()
    with _alone(folder):
        before = folder.remembered()
        last = Batch.objects.order_by("-number").first()
        with transaction.atomic():
            record(
                RECORD_RESTORED,
                actor=actor,
                subject=Subject("record", folder.origin, "Record of events"),
                now=now,
                details={
                    "signed_size": before.size if before else None,
                    "signed_root": before.root().hex() if before else None,
                    "found_size": last.end_size if last else 0,
                    "found_root": bytes(last.root).hex() if last else None,
                },
                purpose=reason_code,
            )
        if before is not None:
            folder.set_aside(now)
        folder.remember(Frontier.empty())


def _sign(folder: SignerFolder, remembered: Frontier | None, now: datetime) -> Checkpoint | None:
    if remembered is None:
        if Checkpoint.objects.exists():
            raise NotAnExtension(
                "The signer has no memory of the checkpoints in this database. Restore its folder "
                "from a backup, or accept the database as it stands with --accept-restore"
            )
        remembered = Frontier.empty()
    last = Batch.objects.order_by("-number").first()
    size = last.end_size if last is not None else 0
    if size < remembered.size:
        raise NotAnExtension(
            f"The record has {size} sealed events, but {remembered.size} were signed. It was "
            "restored from a backup or cut off. Accept it with --accept-restore if you know why"
        )
    if last is None:
        return None
    frontier = remembered.copy()
    frontier.extend(_entries_read_again(remembered.size, size))
    if frontier.size != size or frontier.root() != bytes(last.root):
        raise NotAnExtension(
            f"The record of {size} events does not extend the {remembered.size} that were signed: "
            "it was rewritten. Run verify_audit"
        )
    if size == remembered.size and Checkpoint.objects.filter(size=size, root=last.root).exists():
        return None
    key = folder.key()
    folder.remember(frontier)
    statement = notes.Checkpoint(folder.origin, size, frontier.root(), now)
    return Checkpoint.objects.create(
        size=size, root=frontier.root(), signed_at=now, note=notes.sign(statement, key)
    )


def _entries_read_again(start: int, end: int) -> Iterator[bytes]:
    for at in range(start, end, _CHUNK):
        wanted = Entry.objects.filter(seq__gte=at, seq__lt=min(at + _CHUNK, end))
        entries = list(wanted.order_by("seq"))
        events = {
            event.uuid: event
            for event in Event.objects.filter(uuid__in=[entry.event_uuid for entry in entries])
        }
        for entry in entries:
            yield _entry_read_again(entry, events.get(entry.event_uuid))


def _entry_read_again(entry: Entry, event: Event | None) -> bytes:
    if event is None:
        raise NotAnExtension(f"The sealed event {entry.event_uuid} is gone. Run verify_audit")
    written = bytes(event.canonical)
    leaf = canonical.leaf_hash(written, bytes(event.payload_digest))
    if leaf != bytes(entry.leaf_hash) or written != canonical_bytes(event):
        raise NotAnExtension(f"The sealed event {event.uuid} was altered. Run verify_audit")
    return merkle.entry_hash(leaf, entry.case_seq, bytes(entry.case_link))


@contextmanager
def _alone(folder: SignerFolder) -> Iterator[None]:
    with Path(folder.path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
