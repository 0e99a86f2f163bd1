"""Reading the record. Callers decide who may: they load the case through ``visible_to`` first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from audit import registry
from audit.canonical import NO_PAYLOAD
from audit.enums import Operation, Outcome, PersonalState
from audit.errors import UnknownEventType
from audit.models import Event, EventPayload
from audit.querysets import EventQuerySet

COUNT_CAP = 1000
PAGE_LIMIT = 200


@dataclass(frozen=True)
class HistoryRow:
    """One event as a reader sees it: copied names, the sentence, and what is left of the personal part."""

    uuid: UUID
    occurred_at: datetime
    recorded_at: datetime
    name: str
    sentence: str
    operation: Operation
    outcome: Outcome
    actor_kind: str
    actor_id: str
    actor_name: str
    actor_role: str
    subject_type: str
    subject_id: str
    subject_label: str
    case_id: UUID | None
    case_reference: str
    purpose: str
    request_id: str
    source: str
    details: dict[str, Any]
    personal_state: PersonalState
    personal: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class HistoryPage:
    """Rows newest first. ``next_before`` is the cursor of the older page, None on the last."""

    rows: list[HistoryRow]
    next_before: UUID | None


@dataclass(frozen=True)
class CappedCount:
    """A count that stops at its cap; ``capped`` says there are more."""

    number: int
    capped: bool

    def __str__(self) -> str:
        return f"{self.number:,}+" if self.capped else f"{self.number:,}"


def history_of_case(
    case_id: UUID,
    *,
    before: UUID | None = None,
    limit: int = 50,
    include_refusals: bool = False,
) -> HistoryPage:
    """Return a page of a case's events, newest first, those before the event ``before``.

    ``limit`` is held between 1 and 200. Refusals are left out unless asked for: they tell who
    tried to look, which is for auditors. A cursor that names no event gives an empty page.
    """
    events = Event.objects.of_case(case_id)
    return _page(events if include_refusals else events.allowed(), before, limit)


def count_of_case(case_id: UUID, *, cap: int = COUNT_CAP) -> CappedCount:
    """Return how many events, refusals apart, a case has, counting no further than the cap."""
    number = Event.objects.of_case(case_id).allowed().order_by()[: cap + 1].count()
    return CappedCount(min(number, cap), number > cap)


def history_of_actor(actor_id: str, *, before: UUID | None = None, limit: int = 50) -> HistoryPage:
    """Return a page of what one actor did or was refused, newest first; for auditors."""
    return _page(Event.objects.filter(actor_id=actor_id), before, limit)


def events_of_request(request_id: str, *, since: datetime, until: datetime) -> list[HistoryRow]:
    """Return the events of one request in the order written; for auditors.

    The span of database time keeps the search to a few blocks of a very large table.
    """
    events = Event.objects.filter(
        request_id=request_id, recorded_at__gte=since, recorded_at__lt=until
    )
    return _rows(events.order_by("id")[:PAGE_LIMIT])


def search(
    *,
    before: UUID | None = None,
    limit: int = 50,
    operation: str = "",
    outcome: str = "",
    name: str = "",
    actor_id: str = "",
    case_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> HistoryPage:
    """Return a page of events of the whole portal that meet every condition given; for auditors.

    ``since`` and ``until`` bound the database's time, half-open.
    """
    conditions = {
        "operation": operation,
        "outcome": outcome,
        "name": name,
        "actor_id": actor_id,
        "case_id": case_id,
        "recorded_at__gte": since,
        "recorded_at__lt": until,
    }
    return _page(
        Event.objects.filter(**{key: value for key, value in conditions.items() if value}),
        before,
        limit,
    )


def _page(events: EventQuerySet, before: UUID | None, limit: int) -> HistoryPage:
    limit = max(1, min(limit, PAGE_LIMIT))
    if before is not None:
        events = events.older_than(before)
    rows = _rows(events.newest_first()[: limit + 1])
    more = len(rows) > limit
    rows = rows[:limit]
    return HistoryPage(rows, rows[-1].uuid if more else None)


def _rows(events: Iterable[Event]) -> list[HistoryRow]:
    events = list(events)
    payloads = EventPayload.objects.filter(
        event_uuid__in=[event.uuid for event in events if _has_payload(event)]
    )
    held = {payload.event_uuid: payload.payload for payload in payloads}
    return [_row(event, held.get(event.uuid)) for event in events]


def _row(event: Event, personal: dict[str, Any] | None) -> HistoryRow:
    if not _has_payload(event):
        state = PersonalState.NONE
    else:
        state = PersonalState.ERASED if personal is None else PersonalState.HELD
    return HistoryRow(
        sentence=_sentence(event.name),
        operation=Operation(event.operation),
        outcome=Outcome(event.outcome),
        personal_state=state,
        personal=personal or {},
        **{name: getattr(event, name) for name in _COPIED},
    )


_COPIED = (
    "uuid", "occurred_at", "recorded_at", "name", "actor_kind", "actor_id", "actor_name",
    "actor_role", "subject_type", "subject_id", "subject_label", "case_id", "case_reference",
    "purpose", "request_id", "source", "details",
)  # fmt: skip


def _has_payload(event: Event) -> bool:
    return bytes(event.payload_digest) != NO_PAYLOAD


def _sentence(name: str) -> str:
    # An event outlives the code that wrote it: a type retired since is shown by its stored name.
    try:
        return registry.get(name).sentence
    except UnknownEventType:
        return f"did: {name}"
