"""What a person was called before and besides, where they served, and their other records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from accounts.human_beings import people_known_by
from accounts.models import CollarNumber, Person, PersonLink, PersonName, Posting
from bwcportal.errors import NotFound

MOST_FOUND = 10
NUMBER, NAME = "number", "name"


@dataclass(frozen=True)
class KnownBefore:
    """A number, a name or a unit of before; `part` is empty for what cannot be taken back."""

    id: UUID
    part: str
    what: str
    words: str
    since: date | None
    until: date | None


@dataclass(frozen=True)
class OtherRecord:
    """Another record of the same human being, and the finding that it is."""

    link: PersonLink
    person: Person


@dataclass(frozen=True)
class Identity:
    """Everything by which a person can be known besides their record of today."""

    before: list[KnownBefore]
    others: list[OtherRecord]


def identity_of(person: Person) -> Identity:
    """Read what a person was called, where they served and which records are theirs too (4 queries)."""
    before = [
        KnownBefore(
            row.pk,
            NUMBER,
            "Number",
            f"{row.number}, {row.force}" if row.force else row.number,
            row.since,
            row.until,
        )
        for row in CollarNumber.objects.filter(person=person)
    ]
    before += [
        KnownBefore(
            row.pk, NAME, "Name", f"{row.given_names} {row.surname}".strip(), row.since, row.until
        )
        for row in PersonName.objects.filter(person=person)
    ]
    before += [
        KnownBefore(row.pk, "", "Unit", row.unit.name, row.since, row.until)
        for row in Posting.objects.filter(person=person).select_related("unit")
    ]
    links = PersonLink.objects.filter(Q(first=person) | Q(second=person), ended_at__isnull=True)
    others = [
        OtherRecord(link, link.second if link.first_id == person.pk else link.first)
        for link in links.select_related("first", "second", "made_by__person").order_by(
            "made_at", "id"
        )
    ]
    latest = date.max
    return Identity(sorted(before, key=lambda row: row.until or latest, reverse=True), others)


def find_people(typed: str, *, but_not: UUID) -> list[Person]:
    """Find the persons whose number or surname, of today or before, is what was typed."""
    found: dict[UUID, Person] = {}
    for word in typed.split():
        for person in people_known_by(word).exclude(pk=but_not).order_by("surname", "pk"):
            found[person.pk] = person
    return list(found.values())[:MOST_FOUND]


def words_of_row(person: Person, part: str, row_id: UUID) -> str:
    """Give in words what is to be taken back; raise NotFound."""
    for row in identity_of(person).before:
        if row.part == part and part and row.id == row_id:
            return f"{row.what.lower()} {row.words}"
    raise NotFound
