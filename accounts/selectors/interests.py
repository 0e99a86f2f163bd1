"""Declared interests and reporting lines, as their pages show them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accounts.models import DeclaredInterest, Membership, Person, ReportingLine, User
from bwcportal.errors import NotFound


def interests_of(user: User) -> list[DeclaredInterest]:
    """List what a person declared, what holds first (1 query)."""
    rows = DeclaredInterest.objects.filter(person__in=user.person.ids)
    return list(rows.select_related("about_person").order_by("until", "-declared_at", "id"))


def interests_in_teams(user: User, *, now: datetime) -> list[DeclaredInterest]:
    """List what holds of the interests of everybody in a supervisor's teams (1 query)."""
    members = Membership.objects.at(now).filter(team__in=user.team_ids)
    return list(
        DeclaredInterest.objects.filter(
            person__in=members.values("user__person_id"), until__isnull=True
        )
        .exclude(person__in=user.person_ids)
        .select_related("person", "about_person")
        .order_by("person__surname", "-declared_at", "id")
    )


def standing_of(person: Person) -> list[DeclaredInterest]:
    """List what holds of a person's declared interests, the last first, 100 at most (1 query)."""
    rows = DeclaredInterest.objects.filter(person__in=person.ids, until__isnull=True)
    return list(rows.select_related("about_person").order_by("-declared_at", "id")[:100])


def interest_of(user: User, interest_id: UUID) -> DeclaredInterest | None:
    """Find one of the person's own interests that holds, or None."""
    return (
        DeclaredInterest.objects.filter(
            pk=interest_id, person__in=user.person.ids, until__isnull=True
        )
        .select_related("about_person")
        .first()
    )


def lines_of(person: Person) -> tuple[list[ReportingLine], list[ReportingLine]]:
    """List whom a person reports or reported to, and who reports to them now (2 queries)."""
    up = ReportingLine.objects.filter(person__in=person.ids).select_related("manager")
    down = ReportingLine.objects.filter(manager__in=person.ids, until__isnull=True)
    return (
        list(up.order_by("-since", "id")),
        list(down.select_related("person").order_by("person__surname", "id")[:200]),
    )


def open_line_of(person: Person, line_id: UUID) -> ReportingLine:
    """Find one reporting line of a person that holds; raise NotFound."""
    found = (
        ReportingLine.objects.filter(pk=line_id, person=person, until__isnull=True)
        .select_related("manager")
        .first()
    )
    if found is None:
        raise NotFound
    return found
