"""Finding an officer by collar number or surname."""

from __future__ import annotations

from django.db.models import Q

from accounts.models import Person, User

MOST_FOUND = 10


def find_officers(typed: str, *, exact: bool = False) -> list[Person]:
    """Find officers whose collar number or surname begins with what was typed, ten at most.

    With `exact` the number or the surname must be the whole of it, a number before a surname;
    rank and number before the surname ('PC 2186QX Brannick') are understood too. Upper and lower
    case are one. Nothing is found for less than two characters.
    """
    text = " ".join(typed.split())
    if len(text) < 2:
        return []
    people = Person.objects.select_related("unit")
    if not exact:
        begins = Q(collar_number__istartswith=text) | Q(surname__istartswith=text)
        return list(people.filter(begins).order_by("surname", "collar_number")[:MOST_FOUND])
    for word in text.split(" "):
        by_number = list(people.filter(collar_number__iexact=word))
        if by_number:
            return by_number
    return list(people.filter(surname__iexact=text).order_by("collar_number")[:MOST_FOUND])


def find_accounts(typed: str) -> list[User]:
    """Find the open accounts of the person whose collar number, surname or user name was typed."""
    text = " ".join(typed.split())
    accounts = User.objects.filter(is_active=True).select_related("person")
    by_name = list(accounts.filter(username__iexact=text))
    if by_name:
        return by_name
    people = find_officers(text, exact=True)
    return list(accounts.filter(person__in=people).order_by("person__surname", "id")[:MOST_FOUND])
