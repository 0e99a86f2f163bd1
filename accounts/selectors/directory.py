"""The list of people for who administers it, and finding one of them. No case is read here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from accounts.conditions import Condition
from accounts.models import (
    CollarNumber,
    CommandUnit,
    Membership,
    Person,
    PersonName,
    RoleAssignment,
    Team,
    User,
)
from accounts.selectors.paging import ListPage, take_page
from bwcportal.errors import NotFound

WITH_ACCOUNT = "open"
CLOSED_ONLY = "closed"
WITHOUT_ACCOUNT = "none"
ACCOUNT_CHOICES = (
    (WITH_ACCOUNT, "With an open account"),
    (CLOSED_ONLY, "With closed accounts only"),
    (WITHOUT_ACCOUNT, "Without an account"),
)


@dataclass(frozen=True)
class PeopleFilters:
    """What the list is narrowed to: codes and words as typed, '' for everything."""

    text: str = ""
    unit: str = ""
    account: str = ""
    role: str = ""


def list_people(filters: PeopleFilters, *, now: datetime, after: str = "") -> ListPage:
    """List people by surname, 25 to a page, each with accounts, roles and teams now (6 queries).

    Raises Invalid for a cursor that was not made here.
    """
    shown = Person.objects.select_related("unit").prefetch_related(
        Prefetch("accounts", User.objects.order_by("-is_active", "username")),
        Prefetch(
            "accounts__role_assignments",
            RoleAssignment.objects.at(now).order_by("role"),
            to_attr="roles_now",
        ),
        Prefetch(
            "accounts__memberships",
            Membership.objects.at(now).select_related("team").order_by("team__name"),
            to_attr="teams_now",
        ),
    )
    arms = _called(filters.text)
    return take_page(_narrowed(filters, now), by="surname", load=shown, after=after, arms=arms)


def all_units() -> QuerySet[CommandUnit]:
    """List the units of the force by name (1 query)."""
    return CommandUnit.objects.order_by("name")


def open_teams() -> QuerySet[Team]:
    """List the teams that are not closed, by name (1 query)."""
    return Team.objects.filter(closed_at__isnull=True).order_by("name")


def get_person(person_id: UUID) -> Person:
    """Find a person; raise NotFound."""
    person = Person.objects.select_related("unit").filter(pk=person_id).first()
    if person is None:
        raise NotFound
    return person


def get_account(user_id: UUID) -> User:
    """Find an account, open or closed; raise NotFound."""
    user = User.objects.select_related("person__unit").filter(pk=user_id).first()
    if user is None:
        raise NotFound
    return user


def find_accounts(typed: str, *, most: int = 10) -> list[User]:
    """Find the open accounts whose user name, collar number or surname is what was typed."""
    text = " ".join(typed.split())
    if not text:
        return []
    words = text.split(" ")
    exact = (
        Q(username__iexact=text)
        | Q(person__surname__iexact=text)
        | Q(person__collar_number__in=[word.upper() for word in words])
    )
    found = User.objects.filter(exact, is_active=True).select_related("person")
    return list(found.order_by("person__surname", "id")[:most])


def _called(typed: str) -> list[Q]:
    """Give the ways in which what was typed may name a person, today or before; none for nothing."""
    text = " ".join(typed.split())
    if not text:
        return []
    accounts = User.objects.filter(username__istartswith=text)
    numbers = CollarNumber.objects.filter(number__istartswith=text)
    names = PersonName.objects.filter(surname__istartswith=text)
    return [
        Q(surname__istartswith=text),
        Q(collar_number__istartswith=text),
        Q(pk__in=accounts.values("person_id")),
        Q(pk__in=numbers.values("person_id")),
        Q(pk__in=names.values("person_id")),
    ]


# Read once and looked up while the people are walked in their order, whatever the planner expects:
# a join would look up the accounts of everybody who is walked past.
_HOLDING = (
    "({column} IN (SELECT person_id FROM accounts_user WHERE (id IN (SELECT user_id"
    " FROM accounts_roleassignment WHERE role = %s AND since <= %s AND (until IS NULL OR until > %s)"
    ")) IS TRUE)) IS TRUE"
)
_WITH_ONE = "({column} IN (SELECT person_id FROM accounts_user)) IS TRUE"
_WITH_OPEN = "({column} IN (SELECT person_id FROM accounts_user WHERE is_active)) IS TRUE"
_ACCOUNTS = {
    WITH_ACCOUNT: Q(Condition("pk", _WITH_OPEN, [])),
    CLOSED_ONLY: Q(Condition("pk", _WITH_ONE, [])) & ~Q(Condition("pk", _WITH_OPEN, [])),
    WITHOUT_ACCOUNT: ~Q(Condition("pk", _WITH_ONE, [])),
}


def _narrowed(filters: PeopleFilters, now: datetime) -> QuerySet[Person]:
    wanted = _ACCOUNTS.get(filters.account, Q())
    if filters.unit:
        wanted &= Q(unit__in=CommandUnit.objects.filter(code=filters.unit).values("pk"))
    if filters.role:
        wanted &= Q(Condition("pk", _HOLDING, [filters.role, now, now]))
    return Person.objects.filter(wanted)
