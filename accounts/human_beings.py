"""Reading who is who: every record of a human being, whom words may mean, who manages whom, when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Func, Q, QuerySet, UUIDField
from django.db.models.functions import Upper

from accounts.identities import KnownAs, Mention, mentions, search_terms
from accounts.models import (
    CollarNumber,
    CommandUnit,
    Membership,
    Person,
    PersonName,
    Posting,
    ReportingLine,
    Team,
)

# Recursive, and a set: a ring of reporting lines ends by itself.
_ABOVE = """
WITH RECURSIVE up (id) AS (
    SELECT unnest(%s::uuid[])
    UNION
    SELECT record.id
    FROM up
    JOIN accounts_reportingline line ON line.person_id = up.id
        AND line.since <= %s AND (line.until IS NULL OR line.until > %s)
    JOIN accounts_person manager ON manager.id = line.manager_id
    CROSS JOIN LATERAL unnest(manager.id || manager.other_ids) AS record (id)
)
SELECT id FROM up
"""


class Unnest(Func):
    """PostgreSQL's unnest: a row for each member of an array."""

    function = "unnest"
    set_returning = True


def all_records(person_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Give the ids of every record of these human beings (1 query, none for nobody)."""
    ids = set(person_ids)
    if not ids:
        return frozenset()
    rows = Person.objects.filter(pk__in=ids).values_list("other_ids", flat=True)
    return frozenset(ids.union(*rows))


def every_record(path: str = "person") -> Func:
    """Turn a person named by a path into the ids of all records of the human being, a row for each.

    For subqueries: `rows.annotate(record=every_record()).values("record")`.
    """
    together = Func(F(f"{path}__other_ids"), F(f"{path}_id"), function="array_append")
    return Unnest(together, output_field=UUIDField())


def count_humans(person_ids: Iterable[UUID]) -> int:
    """Count how many human beings these records are (1 query)."""
    ids = set(person_ids)
    rows = dict(Person.objects.filter(pk__in=ids).values_list("pk", "other_ids"))
    return len({min([pk, *rows.get(pk, ())]) for pk in ids})


def known_as(terms: Iterable[str]) -> list[KnownAs]:
    """List every way, of today and of the past, in which anybody is known by these words (3 queries)."""
    wanted = [term.upper() for term in terms]
    ways = [
        KnownAs(person.pk, number=person.collar_number)
        for person in _by_upper(Person.objects.all(), "collar_number", wanted)
    ]
    ways += [
        KnownAs(row.person_id, number=row.number, is_past=True)
        for row in _by_upper(CollarNumber.objects.all(), "number", wanted)
    ]
    ways += [
        KnownAs(person.pk, given_names=person.given_names, surname=person.surname)
        for person in _by_upper(Person.objects.all(), "surname", wanted)
    ]
    ways += [
        KnownAs(row.person_id, given_names=row.given_names, surname=row.surname, is_past=True)
        for row in _by_upper(PersonName.objects.all(), "surname", wanted)
    ]
    return ways


def mentioned_in(text: str) -> list[tuple[Person, Mention]]:
    """List the persons whom a description may mean by a number or name of today or the past."""
    found = mentions(text, known_as(search_terms(text)))
    people = Person.objects.select_related("unit").in_bulk([each.person_id for each in found])
    pairs = [(people[each.person_id], each) for each in found]
    return sorted(pairs, key=lambda pair: (pair[0].surname, str(pair[0].pk)))


def people_known_by(word: str) -> QuerySet[Person]:
    """Find people whose number or surname, of today or the past, is this word, in any case."""
    return Person.objects.filter(
        Q(collar_number__iexact=word)
        | Q(surname__iexact=word)
        | Q(pk__in=CollarNumber.objects.filter(number__iexact=word).values("person_id"))
        | Q(pk__in=PersonName.objects.filter(surname__iexact=word).values("person_id"))
    )


def managers_of(person_ids: Iterable[UUID], *, on: date) -> frozenset[UUID]:
    """Give the records of everybody above a human being on a London day, at any distance (1 query)."""
    start = list(person_ids)
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE, [start, on, on])
        return frozenset(row[0] for row in cursor.fetchall()) - frozenset(start)


def lines_on(day: date) -> dict[UUID, set[UUID]]:
    """Map every person to those they report to on a London day, for looking at many (1 query)."""
    lines: dict[UUID, set[UUID]] = {}
    rows = ReportingLine.objects.filter(Q(until__isnull=True) | Q(until__gt=day), since__lte=day)
    for person_id, manager_id in rows.values_list("person_id", "manager_id"):
        lines.setdefault(person_id, set()).add(manager_id)
    return lines


def units_on(person_ids: Iterable[UUID], day: date) -> dict[UUID, CommandUnit]:
    """Give the units in which the records of a human being served on a London day (2 queries).

    The day of a move counts for both units.
    """
    ids = list(person_ids)
    postings = Posting.objects.filter(person_id__in=ids).select_related("unit")
    then: dict[UUID, CommandUnit] = {}
    moved_later: set[UUID] = set()
    for posting in postings:
        if posting.until > day:
            moved_later.add(posting.person_id)
        if posting.until >= day and (posting.since is None or posting.since <= day):
            then[posting.unit_id] = posting.unit
    for person in Person.objects.filter(pk__in=ids).select_related("unit"):
        if person.pk not in moved_later:
            then[person.unit_id] = person.unit
    return then


def teams_on(person_ids: Iterable[UUID], first: datetime, last: datetime) -> dict[UUID, Team]:
    """Give the teams to which any account of a human being belonged between two moments (1 query)."""
    rows = Membership.objects.filter(
        Q(until__isnull=True) | Q(until__gt=first),
        user__person_id__in=list(person_ids),
        since__lte=last,
    ).select_related("team")
    return {row.team_id: row.team for row in rows}


def _by_upper(rows: QuerySet[Any], column: str, wanted: list[str]) -> QuerySet[Any]:
    return rows.annotate(upper=Upper(F(column))).filter(upper__in=wanted)
