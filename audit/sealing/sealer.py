"""Sealing: giving committed events their place in the tree and in their case's chain.

No request waits for it. Numbers are handed out before transactions commit, so the order of ids is
not the order of commits; the sealer therefore takes the events of every transaction below the
oldest one still running (the horizon), of which nothing can appear later.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from audit.models import Batch, Entry, Subtree
from audit.sealing import merkle
from audit.sealing.merkle import Frontier

BATCH_LIMIT = 10_000
SUBTREE_LEVELS = 8

# One sealer at a time; any fixed number that nothing else in the portal uses.
_LOCK = 0x62776361
_CLUSTER = "SELECT system_identifier::text FROM pg_control_system()"
_HORIZON = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::numeric"
# The transaction that ends a batch of about the limit; a transaction is never divided.
_CUT = """
SELECT (e.xid::text::numeric + 1)
FROM audit_event e
WHERE e.xid >= %(start)s::text::xid8 AND e.xid < %(horizon)s::text::xid8
  AND NOT EXISTS (SELECT FROM audit_entry m WHERE m.event_id = e.id)
ORDER BY e.xid OFFSET %(limit)s LIMIT 1
"""
_EVENTS = """
SELECT e.id, e.uuid, e.xid::text::numeric, e.leaf_hash, e.case_id
FROM audit_event e
WHERE e.xid >= %(start)s::text::xid8 AND e.xid < %(horizon)s::text::xid8
  AND NOT EXISTS (SELECT FROM audit_entry m WHERE m.event_id = e.id)
ORDER BY e.id
"""
# After a restore into another cluster the stored ids are of a clock that no longer runs: the rows'
# own xmin says instead which of them belong to finished transactions of this cluster.
_EVENTS_OF_ANOTHER_CLUSTER = """
SELECT e.id, e.uuid, e.xid::text::numeric, e.leaf_hash, e.case_id
FROM audit_event e
WHERE age(e.xmin) > age((%(horizon)s::text::xid8)::xid)
  AND NOT EXISTS (SELECT FROM audit_entry m WHERE m.event_id = e.id)
ORDER BY e.id
"""
_OLDEST_WAITING = """
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(e.recorded_at)) * 1000, 0)
FROM audit_event e
WHERE e.xid >= coalesce((SELECT b.xid_to FROM audit_batch b ORDER BY b.number DESC LIMIT 1), '0')
  AND NOT EXISTS (SELECT FROM audit_entry m WHERE m.event_id = e.id)
"""
_CHAIN_ENDS = """
SELECT wanted.case_id, last.case_seq, last.case_link
FROM unnest(%s::uuid[]) AS wanted(case_id)
CROSS JOIN LATERAL (
    SELECT m.case_seq, m.case_link FROM audit_entry m
    WHERE m.case_id = wanted.case_id ORDER BY m.case_seq DESC LIMIT 1
) AS last
"""


@dataclass(frozen=True)
class Sealed:
    """What a run did: the size of the tree after it, the events added, whether more are waiting."""

    size: int
    added: int
    more: bool


@dataclass(frozen=True)
class _Found:
    """An event to be sealed."""

    event_id: int
    uuid: UUID
    xid: int
    leaf: bytes
    case_id: UUID | None


def seal(*, limit: int = BATCH_LIMIT) -> Sealed | None:
    """Seal the events committed so far, about ``limit`` at most, in one transaction.

    Returns None when another sealer is at work, so that two can never fork a chain. Without new
    events nothing is written. A long transaction anywhere in the cluster delays the horizon.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return None
        last = Batch.objects.order_by("-number").first()
        cursor.execute(_CLUSTER)
        cluster = cursor.fetchone()[0]
        cursor.execute(_HORIZON)
        horizon = int(cursor.fetchone()[0])
        frontier = _frontier(last)
        found, end, more = _find(cursor, last, cluster, horizon, limit)
        if not found:
            return Sealed(frontier.size, 0, more=False)
        start = last.xid_to if last is not None and last.cluster == cluster else 0
        _write(frontier, found, last, start, end, cluster)
        return Sealed(frontier.size, len(found), more)


def sealing_lag() -> int:
    """Return how many milliseconds the oldest unsealed event has been waiting; 0 when none is."""
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST_WAITING)
        return max(0, int(cursor.fetchone()[0]))


def _frontier(last: Batch | None) -> Frontier:
    if last is None:
        return Frontier.empty()
    return Frontier.unpack(last.end_size, bytes(last.frontier))


def _find(
    cursor: object, last: Batch | None, cluster: str, horizon: int, limit: int
) -> tuple[list[_Found], int, bool]:
    """Return the events to seal, the transaction id they end before, and whether more wait."""
    moved = last is not None and last.cluster != cluster
    span = {"start": str(0 if last is None else last.xid_to), "horizon": str(horizon)}
    more = False
    if not moved:
        cursor.execute(_CUT, {**span, "limit": limit - 1})  # type: ignore[attr-defined]
        cut = cursor.fetchone()  # type: ignore[attr-defined]
        if cut is not None and int(cut[0]) < horizon:
            span["horizon"], more = str(int(cut[0])), True
    cursor.execute(_EVENTS_OF_ANOTHER_CLUSTER if moved else _EVENTS, span)  # type: ignore[attr-defined]
    found = [
        _Found(event_id, uuid, int(xid), bytes(leaf), case_id)
        for event_id, uuid, xid, leaf, case_id in cursor.fetchall()  # type: ignore[attr-defined]
    ]
    return found, int(span["horizon"]), more


def _write(
    frontier: Frontier,
    found: list[_Found],
    last: Batch | None,
    xid_from: int,
    xid_to: int,
    cluster: str,
) -> None:
    start_size = frontier.size
    ends = _chain_ends({event.case_id for event in found if event.case_id})
    entries, subtrees = [], []
    for event in found:
        case_seq, link = 0, merkle.NO_CASE_LINK
        if event.case_id is not None:
            before, previous = ends.get(event.case_id, (0, merkle.CHAIN_START))
            case_seq, link = before + 1, merkle.chain_link(previous, event.leaf)
            ends[event.case_id] = (case_seq, link)
        entries.append(
            Entry(
                seq=frontier.size,
                event_id=event.event_id,
                event_uuid=event.uuid,
                xid=event.xid,
                leaf_hash=event.leaf,
                case_id=event.case_id,
                case_seq=case_seq,
                case_link=link,
            )
        )
        completed = frontier.append(merkle.entry_hash(event.leaf, case_seq, link))
        subtrees += [
            Subtree(level=level, position=position, hash=node)
            for level, position, node in completed
            if level % SUBTREE_LEVELS == 0
        ]
    Entry.objects.bulk_create(entries, batch_size=2_000)
    Subtree.objects.bulk_create(subtrees)
    Batch.objects.create(
        number=last.number + 1 if last is not None else 1,
        start_size=start_size,
        end_size=frontier.size,
        xid_from=xid_from,
        xid_to=xid_to,
        cluster=cluster,
        frontier=frontier.pack(),
        root=frontier.root(),
    )


def _chain_ends(cases: set[UUID]) -> dict[UUID, tuple[int, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute(_CHAIN_ENDS, [list(cases)])
        return {case_id: (seq, bytes(link)) for case_id, seq, link in cursor.fetchall()}
