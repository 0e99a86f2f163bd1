"""Examining the whole record in the database: which event was touched, and how (nightly)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection

from audit import canonical, tables
from audit.errors import AuditError
from audit.events import PERSONAL_ERASED
from audit.models import Batch, Checkpoint, Entry, Event, EventPayload, Subtree
from audit.recorder import canonical_bytes
from audit.sealing import keys, merkle, notes
from audit.sealing.merkle import Frontier

_CHUNK = 2_000


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it was recorded; the event, where it can be named."""

    sentence: str
    event_uuid: UUID | None = None

    def __str__(self) -> str:
        return f"Event {self.event_uuid}: {self.sentence}" if self.event_uuid else self.sentence


@dataclass
class Report:
    """What an examination found. ``vouched`` is the size that something outside the database proves."""

    findings: list[Finding] = field(default_factory=list)
    sealed: int = 0
    waiting: int = 0
    vouched: int = 0

    def unproven(self) -> int:
        """Return how many sealed events nothing outside the database vouches for."""
        return max(0, self.sealed - self.vouched)


def examine(*, outside: tuple[str, ...] = (), folder: keys.SignerFolder | None = None) -> Report:
    """Read the whole record, recompute everything, and report each event that does not fit.

    ``outside`` are checkpoints kept elsewhere; the signer's own memory counts as one. Without any,
    a record that was rewritten consistently from some point on, or cut off, cannot be told from a
    true one, and the report counts those events as unproven.
    """
    folder = folder or keys.SignerFolder.configured()
    report = Report()
    report.findings += [Finding(text) for text in tables.weaknesses(connection)]
    roots = _roots_to_meet(report, outside, folder)
    _walk(report, roots)
    _check_unsealed(report)
    _check_payloads(report)
    return report


def _roots_to_meet(
    report: Report, outside: tuple[str, ...], folder: keys.SignerFolder
) -> dict[int, list[tuple[str, bytes]]]:
    """Return for each size the roots that must be met there, and who says so."""
    public = notes.public_bytes(folder.key())
    roots: dict[int, list[tuple[str, bytes]]] = {}
    for row in Checkpoint.objects.order_by("id").iterator():
        try:
            said = notes.read(row.note, folder.origin, public)
        except notes.BadCheckpoint as bad:
            report.findings.append(Finding(f"Checkpoint {row.pk} of {row.size} events: {bad}"))
            continue
        if (said.size, said.root, said.time) != (row.size, bytes(row.root), row.signed_at):
            report.findings.append(Finding(f"Checkpoint {row.pk} is not what its note says"))
        roots.setdefault(said.size, []).append((f"checkpoint {row.pk}", said.root))
    for note in outside:
        said = notes.read(note, folder.origin, public)
        roots.setdefault(said.size, []).append(("the checkpoint kept outside", said.root))
        report.vouched = max(report.vouched, said.size)
    remembered = folder.remembered()
    if remembered is not None and remembered.size:
        roots.setdefault(remembered.size, []).append(("the signer's memory", remembered.root()))
        report.vouched = max(report.vouched, remembered.size)
    return roots


class _Walker:
    """Rebuilds the tree and the chains, entry by entry, and compares them with what is stored."""

    def __init__(self, report: Report, roots: dict[int, list[tuple[str, bytes]]]) -> None:
        self.report = report
        self.roots = roots
        self.batches = {batch.end_size: batch for batch in Batch.objects.order_by("number")}
        self.frontier = Frontier.empty()
        self.ends: dict[UUID, tuple[int, bytes]] = {}
        self.met = 0

    def find(self, sentence: str, event_uuid: UUID | None = None) -> None:
        self.report.findings.append(Finding(sentence, event_uuid))

    def take(self, entry: Entry, event: Event | None) -> list[tuple[int, int, bytes]]:
        """Check one entry; return the large subtrees it completes."""
        if event is None:
            self.find("was sealed and is gone", entry.event_uuid)
        else:
            for sentence in _differences(entry, event):
                self.find(sentence, entry.event_uuid)
        leaf = bytes(entry.leaf_hash)
        if entry.case_id is not None:
            before, previous = self.ends.get(entry.case_id, (0, merkle.CHAIN_START))
            here = (before + 1, merkle.chain_link(previous, leaf))
            if here != (entry.case_seq, bytes(entry.case_link)):
                self.find("does not follow the event before it in its case", entry.event_uuid)
            # Go on from what is stored, so that one broken link is reported once.
            self.ends[entry.case_id] = (entry.case_seq, bytes(entry.case_link))
        node = merkle.entry_hash(leaf, entry.case_seq, bytes(entry.case_link))
        completed = [each for each in self.frontier.append(node) if each[0] % 8 == 0]
        self._meet()
        return completed

    def _meet(self) -> None:
        size, root = self.frontier.size, None
        batch = self.batches.get(size)
        if batch is not None:
            root = self.frontier.root()
            if (bytes(batch.root), bytes(batch.frontier)) != (root, self.frontier.pack()):
                self.find(f"The sealed record of {size} events is not that of batch {batch.number}")
        wanted = self.roots.get(size, [])
        if not wanted:
            return
        root = root or self.frontier.root()
        others = [who for who, said in wanted if said != root]
        for who in others:
            self.find(
                f"The record of {size} events is not the one that {who} vouches for: something "
                f"between events {self.met} and {size} was rewritten"
            )
        if not others:
            self.met = size


def _walk(report: Report, roots: dict[int, list[tuple[str, bytes]]]) -> None:
    walker = _Walker(report, roots)
    expected = 0
    for entries in _chunks():
        events = Event.objects.filter(uuid__in=[entry.event_uuid for entry in entries])
        by_uuid = {event.uuid: event for event in events}
        completed: list[tuple[int, int, bytes]] = []
        for entry in entries:
            if entry.seq != expected:
                walker.find(f"Entries {expected} to {entry.seq - 1} are gone from the tree")
            expected = entry.seq + 1
            completed += walker.take(entry, by_uuid.get(entry.event_uuid))
        _check_subtrees(report, completed)
    report.sealed = walker.frontier.size
    for size in sorted(roots):
        if size > report.sealed:
            for who, _ in roots[size]:
                walker.find(
                    f"{who.capitalize()} vouches for {size} events, but only {report.sealed} are "
                    "sealed here: the record was cut off or restored from a backup"
                )
    _check_batches(walker)


def _chunks() -> Iterator[list[Entry]]:
    after = -1
    while entries := list(Entry.objects.filter(seq__gt=after).order_by("seq")[:_CHUNK]):
        yield entries
        after = entries[-1].seq


def _differences(entry: Entry, event: Event) -> Iterator[str]:
    written, digest = bytes(event.canonical), bytes(event.payload_digest)
    leaf = canonical.leaf_hash(written, digest)
    if leaf != bytes(event.leaf_hash):
        yield "its hash is not that of its bytes"
    if bytes(event.leaf_hash) != bytes(entry.leaf_hash):
        yield "its hash is not the one that was sealed"
    if written != canonical_bytes(event):
        yield f"its columns are not those that were hashed ({_named(written, event)})"
    if event.format_version != canonical.FORMAT_VERSION:
        yield "its format version was changed"
    if (event.pk, event.xid, event.case_id) != (entry.event_id, entry.xid, entry.case_id):
        yield "its number, transaction or case is not the one that was sealed"


def _named(written: bytes, event: Event) -> str:
    try:
        before = canonical.decode(canonical.EVENT_TAG, written)
    except (AuditError, ValueError):
        return "the bytes themselves are damaged"
    after = json.loads(canonical_bytes(event)[len(canonical.EVENT_TAG) :])
    return ", ".join(sorted(key for key in after if before.get(key) != after[key])) or "the bytes"


def _check_subtrees(report: Report, completed: list[tuple[int, int, bytes]]) -> None:
    for level, position, node in completed:
        stored = Subtree.objects.filter(level=level, position=position).first()
        if stored is None or bytes(stored.hash) != node:
            report.findings.append(
                Finding(f"The subtree {level}/{position} is not that of its events")
            )


def _check_batches(walker: _Walker) -> None:
    size, number = 0, 0
    for batch in walker.batches.values():
        if (batch.start_size, batch.number) != (size, number + 1):
            walker.find(f"Batch {batch.number} does not follow the one before it")
        size, number = batch.end_size, batch.number
    if size != walker.frontier.size:
        walker.find(f"The last batch ends at {size} events, the entries at {walker.frontier.size}")


def _check_unsealed(report: Report) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.uuid, e.xid < last.xid_to FROM audit_event e CROSS JOIN (SELECT coalesce("
            " (SELECT xid_to FROM audit_batch ORDER BY number DESC LIMIT 1), '0') AS xid_to) last"
            " WHERE NOT EXISTS (SELECT FROM audit_entry m WHERE m.event_uuid = e.uuid)"
        )
        for event_uuid, too_late in cursor.fetchall():
            report.waiting += 1
            if too_late:
                report.findings.append(
                    Finding("was put in behind the sealer, or taken out of the tree", event_uuid)
                )


def _check_payloads(report: Report) -> None:
    erased = dict(
        Event.objects.filter(name=PERSONAL_ERASED.name).order_by("id").values_list("case_id", "id")
    )
    after = 0
    while events := list(
        Event.objects.filter(id__gt=after)
        .exclude(payload_digest=canonical.NO_PAYLOAD)
        .order_by("id")[:_CHUNK]
    ):
        held = EventPayload.objects.in_bulk([event.uuid for event in events])
        for event in events:
            sentence = _payload_difference(event, held.get(event.uuid), erased)
            if sentence:
                report.findings.append(Finding(sentence, event.uuid))
        after = events[-1].pk
    strays = EventPayload.objects.exclude(
        event_uuid__in=Event.objects.exclude(payload_digest=canonical.NO_PAYLOAD).values("uuid")
    )
    for event_uuid in strays.values_list("event_uuid", flat=True):
        report.findings.append(Finding("has a personal part that was never recorded", event_uuid))


def _payload_difference(
    event: Event, payload: EventPayload | None, erased: dict[UUID | None, int]
) -> str:
    if payload is None:
        if event.pk < erased.get(event.case_id, 0):
            return ""
        return "its personal part is gone without a certificate"
    digest = canonical.payload_digest(bytes(payload.salt), payload.payload)
    if digest != bytes(event.payload_digest) or payload.case_id != event.case_id:
        return "its personal part was altered"
    return ""
