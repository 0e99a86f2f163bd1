"""Finding an officer by collar number or surname, of today or of the past."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import F, Prefetch, Q, QuerySet
from django.db.models.functions import Upper

from accounts.human_beings import people_known_by
from accounts.models import CollarNumber, Person, PersonName, User
from incidents.models import ComplaintSubject

MOST_FOUND = 10


def complained_about_in_order() -> Prefetch[Any]:
    """Read whom an allegation is about with it, those named first, by surname and number (1 query)."""
    surname = F("person__surname").asc(nulls_last=True)
    rows = ComplaintSubject.objects.order_by(surname, "person__collar_number", "description", "id")
    return Prefetch("subjects", queryset=rows)


def find_officers(typed: str, *, exact: bool = False) -> list[Person]:
    """Find officers whose collar number or surname begins with what was typed, ten at most.

    With `exact` the number or the surname must be the whole of it, a number before a surname;
    rank and number before the surname ('PC 2186QX Brannick') are understood too, and tell people
    apart who had one number one after the other. Upper and lower case are one. Nothing is found for
    less than two characters.
    """
    text = " ".join(typed.split())
    if len(text) < 2:
        return []
    people = Person.objects.select_related("unit")
    if not exact:
        return _beginning_with(text, people)
    words = text.split(" ")
    for word in words:
        numbered = people.filter(
            Q(collar_number__iexact=word)
            | Q(pk__in=CollarNumber.objects.filter(number__iexact=word).values("person_id"))
        ).order_by("surname", "id")
        by_number = list(numbered)
        if len(by_number) > 1:
            said = {each.upper() for each in words}
            named = [person for person in by_number if person.surname.upper() in said]
            by_number = named if len(named) == 1 else by_number
        if by_number:
            return by_number[:MOST_FOUND]
    found = people_known_by(text).select_related("unit")
    return list(found.order_by("collar_number")[:MOST_FOUND])


def _beginning_with(text: str, people: QuerySet[Person]) -> list[Person]:
    """Find people by the beginning of a number or a surname; each way is walked by its own index.

    In the order of the index that finds them: sorted by another, all the force would be looked
    through for a beginning that many share.
    """
    ways = [
        ("pk", Person.objects.filter(collar_number__istartswith=text), "collar_number"),
        ("pk", Person.objects.filter(surname__istartswith=text), "surname"),
        ("person_id", CollarNumber.objects.filter(number__istartswith=text), "number"),
        ("person_id", PersonName.objects.filter(surname__istartswith=text), "surname"),
    ]
    first, *others = [
        rows.order_by(Upper(column)).values_list(key)[:MOST_FOUND] for key, rows, column in ways
    ]
    ids = [row[0] for row in first.union(*others)]
    found = people.filter(pk__in=ids).order_by("surname", "collar_number")
    return list(found[:MOST_FOUND])


def people_called(text: str) -> list[UUID]:
    """Give the ids of all records of the people whose whole number or surname this is (1 query).

    Of today or of the past, in any case. Each way of being called is asked by its own index.
    """
    today = Person.objects.values_list("pk", "other_ids")
    past = ("person_id", "person__other_ids")
    numbers = CollarNumber.objects.filter(number__iexact=text).values_list(*past)
    names = PersonName.objects.filter(surname__iexact=text).values_list(*past)
    found = today.filter(collar_number__iexact=text).union(
        today.filter(surname__iexact=text), numbers, names
    )
    return sorted({each for pk, others in found for each in (pk, *others)})


def find_accounts(typed: str) -> list[User]:
    """Find the open accounts of the person whose collar number, surname or user name was typed."""
    text = " ".join(typed.split())
    accounts = User.objects.filter(is_active=True).select_related("person")
    by_name = list(accounts.filter(username__iexact=text))
    if by_name:
        return by_name
    people = find_officers(text, exact=True)
    return list(accounts.filter(person__in=people).order_by("person__surname", "id")[:MOST_FOUND])
