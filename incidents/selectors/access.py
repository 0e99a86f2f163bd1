"""Who can see a case, how it opens for them, who is kept out and who could see it before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from accounts.models import Membership, Person, User
from accounts.roles import Permission, Role
from audit.of_case import last_read_by
from audit.selectors import search
from incidents.models import Complaint, ComplaintGrant
from incidents.selectors.casebar import accounts_that_see

ENDED_SHOWN = 50


@dataclass(frozen=True)
class Seer:
    """One person to whom the case is open: how, why, since and until when, and last opened."""

    user: User
    may: str
    place: str
    opens: str
    reason: str
    since: datetime
    until: datetime | None
    last_read: datetime | None
    by_grant: bool


@dataclass(frozen=True)
class KeptOut:
    """One person who may never see the case, and why."""

    person: Person
    reason: str
    since: datetime


@dataclass(frozen=True)
class Ended:
    """A personal access that is over."""

    name: str
    reason: str
    ended_at: datetime
    by: str


@dataclass(frozen=True)
class AccessPicture:
    """Everybody the case is open to now, everybody kept out, and the personal access that ended."""

    seers: list[Seer]
    kept_out: list[KeptOut]
    ended: list[Ended]


_MAY = (
    (Permission.DECIDE_ALLEGATION, "Investigate"),
    (Permission.SIGN_OFF, "Sign off"),
    (Permission.MANAGE_CASE, "Manage"),
    (Permission.GRANT_ACCESS, "Give access"),
    (Permission.APPROVE_DISPOSAL, "Dispose of records"),
)


def who_can_see(case: Complaint, *, now: datetime) -> AccessPicture:
    """Work out the access to a case at this moment; a person is listed once, by their grant first."""
    accounts = list(
        accounts_that_see(case, now=now)
        .select_related("person")
        .prefetch_related("role_assignments")
        .order_by("person__surname", "id")
    )
    grants = {
        grant.user_id: grant
        for grant in ComplaintGrant.objects.filter(content_object=case).select_related(
            "granted_by__person", "user__person"
        )
    }
    in_force = {
        key: grant
        for key, grant in grants.items()
        if grant.expires_at is None or grant.expires_at > now
    }
    members = _memberships(case, now)
    read = last_read_by(case.pk, [str(account.pk) for account in accounts])
    seers = [
        _seer(account, case, in_force.get(account.pk), members.get(account.pk), read, now)
        for account in accounts
    ]
    expired = [grant for key, grant in grants.items() if key not in in_force]
    return AccessPicture(seers, _kept_out(case), _ended(case, expired))


def granted_user(case: Complaint, user_id: UUID) -> User | None:
    """Find the account that has a personal grant of the case, or None."""
    grant = (
        ComplaintGrant.objects.filter(content_object=case, user_id=user_id)
        .select_related("user__person")
        .first()
    )
    return grant.user if grant else None


def _memberships(case: Complaint, now: datetime) -> dict[Any, Membership]:
    current = Membership.objects.filter(
        Q(until__isnull=True) | Q(until__gt=now), team=case.team, since__lte=now
    )
    return {membership.user_id: membership for membership in current}


def _seer(
    user: User,
    case: Complaint,
    grant: ComplaintGrant | None,
    membership: Membership | None,
    read: dict[str, datetime],
    now: datetime,
) -> Seer:
    # Read at once for everybody; `role_set` would ask the database for each.
    user.role_set = frozenset(
        Role(assignment.role)
        for assignment in user.role_assignments.all()
        if assignment.since <= now and (assignment.until is None or assignment.until > now)
    )
    last = read.get(str(user.pk))
    if grant is not None:
        return Seer(
            user,
            _may(user),
            case.team.name if membership else user.role_label,
            f"Personal grant from {grant.granted_by.display_name}",
            grant.reason,
            grant.granted_at,
            grant.expires_at,
            last,
            by_grant=True,
        )
    assert membership is not None  # noqa: S101 - the case opens by nothing else
    since = max(membership.since, case.logged_at)
    return Seer(
        user, _may(user), user.role_label, case.team.name, "", since, membership.until, last,
        by_grant=False,
    )  # fmt: skip


def _may(user: User) -> str:
    can = [words for permission, words in _MAY if user.has_role_permission(permission)]
    return ", ".join([can[0], *(word.lower() for word in can[1:])]) if can else "Read"


def _kept_out(case: Complaint) -> list[KeptOut]:
    subjects = case.subjects.filter(person__isnull=False).select_related("person")
    rows = [
        KeptOut(subject.person, "Complained against", case.logged_at)
        for subject in subjects
        if subject.person is not None
    ]
    rows += [
        KeptOut(exclusion.person, exclusion.reason, exclusion.made_at)
        for exclusion in case.exclusions.in_force().select_related("person")
    ]
    return sorted(rows, key=lambda row: (row.person.surname, str(row.person.pk)))


def _ended(case: Complaint, expired: list[ComplaintGrant]) -> list[Ended]:
    rows = [
        Ended(grant.user.display_name, grant.reason, grant.expires_at, "by itself")
        for grant in expired
        if grant.expires_at is not None
    ]
    page = search(case_id=case.pk, name="incidents.access_ended", limit=ENDED_SHOWN)
    rows += [
        Ended(
            str(row.personal.get("name", "Name erased")),
            str(row.personal.get("reason", "")),
            row.occurred_at,
            f"by {row.actor_name}",
        )
        for row in page.rows
    ]
    return sorted(rows, key=lambda row: row.ended_at, reverse=True)
