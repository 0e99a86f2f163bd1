"""What keeps people out of cases, whatever opens them: one function for each, listed here.

A row is a person and a stretch of time; it beats every path of every account of that human being,
over all their records for as long as these were found to be one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import CharField, DateTimeField, F, Q, QuerySet, Value
from django.db.models.functions import Cast

from accounts.models import PersonLink
from incidents.models import CaseExclusion, Complaint, ComplaintSubject, FormerNaming
from incidents.selectors.access_paths.columns import meets

COLUMNS = ("bar_case", "bar_person", "bar_reason", "bar_since", "bar_until")
COMPLAINED_AGAINST = "Complained against"
NAMED_BY_MISTAKE = "Complained against, which was corrected later"
# No human being has so many records; a longer chain of links is not followed.
_MOST_RECORDS = 20

BarRows = QuerySet[Any]


@dataclass(frozen=True)
class Bar:
    """One record of a person kept out of one case, from `since` until `until` (None: no end), and why.

    `named_id` is the record that was complained about or excluded, if that is another.
    """

    case_id: UUID
    person_id: UUID
    reason: str
    since: datetime
    until: datetime | None
    named_id: UUID | None = None

    def holds_at(self, moment: datetime) -> bool:
        """Tell whether the person was kept out at a moment."""
        return self.since <= moment and (self.until is None or self.until > moment)


def complained_against(cases: QuerySet[Complaint], begin: datetime, end: datetime) -> BarRows:
    """Find the officers complained about, from when they were named."""
    rows = ComplaintSubject.objects.filter(
        complaint__in=cases, person__isnull=False, named_at__lte=end
    )
    return rows.annotate(
        bar_case=F("complaint_id"),
        bar_person=F("person_id"),
        bar_reason=Value(COMPLAINED_AGAINST, CharField()),
        bar_since=F("named_at"),
        bar_until=Cast(Value(None), DateTimeField()),
    )


def named_before(cases: QuerySet[Complaint], begin: datetime, end: datetime) -> BarRows:
    """Find who was named as complained about until that was corrected."""
    rows = FormerNaming.objects.filter(
        meets(begin, end, since="named_at", until="corrected_at"), subject__complaint__in=cases
    )
    return rows.annotate(
        bar_case=F("subject__complaint_id"),
        bar_person=F("person_id"),
        bar_reason=Value(NAMED_BY_MISTAKE, CharField()),
        bar_since=F("named_at"),
        bar_until=F("corrected_at"),
    )


def excluded(cases: QuerySet[Complaint], begin: datetime, end: datetime) -> BarRows:
    """Find the people declared excluded."""
    rows = CaseExclusion.objects.filter(
        meets(begin, end, since="made_at", until="ended_at"), complaint__in=cases
    )
    return rows.annotate(
        bar_case=F("complaint_id"),
        bar_person=F("person_id"),
        bar_reason=Cast(F("reason"), CharField()),
        bar_since=F("made_at"),
        bar_until=F("ended_at"),
    )


BARS: tuple[Callable[[QuerySet[Complaint], datetime, datetime], BarRows], ...] = (
    complained_against,
    named_before,
    excluded,
)


def bars_of(cases: QuerySet[Complaint], *, begin: datetime, end: datetime) -> list[Bar]:
    """List who was kept out of some cases at any time from `begin` to `end`, by every record.

    2 queries, and one more for each further record in a row of links.
    """
    first, *others = (bar(cases, begin, end).values_list(*COLUMNS) for bar in BARS)
    bars = [Bar(*row) for row in first.union(*others, all=True)]
    links = _links_between({bar.person_id for bar in bars}, begin, end)
    return [each for bar in bars for each in _spread(bar, links)]


def _links_between(ids: Iterable[UUID], begin: datetime, end: datetime) -> list[PersonLink]:
    """Load the links of these records, of those linked to them and so on."""
    known: dict[UUID, PersonLink] = {}
    wanted = set(ids)
    seen: set[UUID] = set()
    while wanted:
        found = PersonLink.objects.filter(
            Q(first__in=wanted) | Q(second__in=wanted),
            meets(begin, end, since="made_at", until="ended_at"),
        )
        known |= {link.pk: link for link in found}
        seen |= wanted
        wanted = {pk for link in known.values() for pk in (link.first_id, link.second_id)} - seen
        if len(seen) > _MOST_RECORDS * max(1, len(list(ids))):
            break
    return list(known.values())


def _spread(bar: Bar, links: list[PersonLink]) -> Iterator[Bar]:
    """Give a bar, and the same for every record linked to its person while the links hold."""
    waiting = [(bar, frozenset({bar.person_id}))]
    while waiting:
        reached, on_the_way = waiting.pop()
        yield reached
        for link in links:
            ends = {link.first_id, link.second_id}
            if reached.person_id not in ends or ends <= on_the_way:
                continue
            (other,) = ends - {reached.person_id}
            since = max(reached.since, link.made_at)
            until = min(
                (moment for moment in (reached.until, link.ended_at) if moment), default=None
            )
            if until is None or since < until:
                further = replace(
                    reached, person_id=other, since=since, until=until, named_id=bar.person_id
                )
                waiting.append((further, on_the_way | {other}))
