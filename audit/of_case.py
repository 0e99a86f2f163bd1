"""What the record says of one case, besides its pages: who is in it, who read when, what is sealed.

As with the other selectors, the caller decides who may know.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Max

from audit.enums import ActorKind, Operation, Outcome
from audit.models import Checkpoint, Entry, Event


@dataclass(frozen=True)
class Place:
    """Where the seal holds an event: its number in its case, and in all."""

    in_case: int
    in_all: int


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
    people = Event.objects.filter(id__in=list(latest)).values_list("actor_id", "actor_name")
    return sorted(people, key=lambda person: person[1])


def last_read_by(case_id: UUID, actor_ids: Iterable[str]) -> dict[str, datetime]:
    """Say when each of some accounts last read anything of a case; who never did is left out."""
    rows = (
        Event.objects.of_case(case_id)
        .filter(
            actor_kind=ActorKind.USER,
            actor_id__in=list(actor_ids),
            operation=Operation.CONSULTATION,
            outcome=Outcome.ALLOWED,
        )
        .order_by()
        .values_list("actor_id")
        .annotate(last=Max("occurred_at"))
    )
    return dict(rows)


def places_of(event_uuids: Iterable[UUID]) -> dict[UUID, Place]:
    """Say where the seal holds some events; those not sealed yet are left out."""
    rows = Entry.objects.filter(event_uuid__in=list(event_uuids))
    return {
        uuid: Place(case_seq, seq)
        for uuid, case_seq, seq in rows.values_list("event_uuid", "case_seq", "seq")
    }


def latest_checkpoint() -> tuple[int, datetime] | None:
    """Give how many events the last signed checkpoint covers, and when it was signed."""
    return Checkpoint.objects.order_by("-size").values_list("size", "signed_at").first()
