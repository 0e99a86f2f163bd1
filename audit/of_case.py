"""What the record says of one case, besides its pages: who is in it, who read when, what is sealed.

As with the other selectors, the caller decides who may know.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Max

from audit.enums import ActorKind, Operation, Outcome
from audit.models import Entry, Event


def actors_of_case(case_id: UUID, *, cap: int = 200) -> list[tuple[str, str]]:
    """List who acted in a case, by name, as (actor id, name as last used); refusals apart."""
    latest = (
        Event.objects.of_case(case_id)
        .allowed()
        .values("actor_id")
        .annotate(last=Max("id"))
        .order_by("-last")
        .values_list("last", flat=True)[:cap]
    )
    rows = Event.objects.filter(id__in=list(latest))
    people = [
        # Whoever acted for somebody last is still listed under the own name alone.
        (actor_id, name.partition(", for ")[0] if "on_behalf_of" in details else name)
        for actor_id, name, details in rows.values_list("actor_id", "actor_name", "details")
    ]
    return sorted(people, key=lambda person: person[1])


def last_read_by(
    case_id: UUID, actor_ids: Iterable[str], *, until: datetime | None = None
) -> dict[str, datetime]:
    """Say when each of some accounts last read anything of a case; who never did is left out.

    `until` asks for what had been read by that moment.
    """
    in_time = {"occurred_at__lte": until} if until is not None else {}
    rows = (
        Event.objects.of_case(case_id)
        .filter(
            actor_kind=ActorKind.USER,
            actor_id__in=list(actor_ids),
            operation=Operation.CONSULTATION,
            outcome=Outcome.ALLOWED,
            **in_time,
        )
        .order_by()
        .values_list("actor_id")
        .annotate(last=Max("occurred_at"))
    )
    return dict(rows)


def numbers_of(event_uuids: Iterable[UUID]) -> dict[UUID, int]:
    """Say which number each of some events has in its case; those not sealed yet are left out.

    The number in the whole record is told to nobody: it would count what happens in cases that
    the reader may not know of.
    """
    rows = Entry.objects.filter(event_uuid__in=list(event_uuids))
    return dict(rows.values_list("event_uuid", "case_seq"))
