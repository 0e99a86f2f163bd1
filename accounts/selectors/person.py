"""One person as who administers them sees them: accounts, roles, teams and keys, never a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from accounts import lockout
from accounts.models import (
    ApiToken,
    FactorReset,
    Membership,
    Person,
    RoleAssignment,
    SetUpCode,
    SignedInSession,
    User,
)
from accounts.roles import Permission
from accounts.selectors.directory import get_person
from accounts.services.lost_factors import OPEN_FOR
from bwcportal.errors import NotFound

ENDED_SHOWN = 100


@dataclass(frozen=True)
class Security:
    """How an account stands at the door: sessions, a lock, a code handed out, a reset asked for."""

    sessions: int
    locked_until: datetime | None
    code_until: datetime | None
    reset: FactorReset | None
    has_password: bool


@dataclass(frozen=True)
class AccountView:
    """One account with the roles and teams it has or is to have, and its keys to the API."""

    user: User
    roles: list[RoleAssignment]
    teams: list[Membership]
    tokens: list[ApiToken]
    security: Security


@dataclass(frozen=True)
class Ended:
    """A role or a membership that is over, and why."""

    what: str
    username: str
    since: datetime
    until: datetime
    began: bool
    reason: str
    by: str


@dataclass(frozen=True)
class PersonPage:
    """A person with their accounts, and what was taken from them, the last first."""

    person: Person
    accounts: list[AccountView]
    ended: list[Ended]


def person_page(person_id: UUID, *, now: datetime) -> PersonPage:
    """Read a person with accounts, roles, teams and tokens (11 queries); raise NotFound."""
    person = get_person(person_id)
    users = list(User.objects.filter(person=person).order_by("-is_active", "username"))
    whose = {"user__in": users}
    roles = list(RoleAssignment.objects.not_over(now).filter(**whose).select_related(
        "given_by__person").order_by("since", "role", "id"))  # fmt: skip
    teams = list(Membership.objects.not_over(now).filter(**whose).select_related(
        "team", "given_by__person").order_by("since", "team__name", "id"))  # fmt: skip
    tokens = list(ApiToken.objects.filter(**whose, revoked_at__isnull=True, expires_at__gt=now)
                  .order_by("expires_at", "id"))  # fmt: skip
    standing = _security_of(users, now)
    views = []
    for user in users:
        user.person = person
        views.append(
            AccountView(
                user,
                [role for role in roles if role.user_id == user.pk],
                [team for team in teams if team.user_id == user.pk],
                [token for token in tokens if token.user_id == user.pk],
                standing[user.pk],
            )
        )
    return PersonPage(person, views, _ended(users, now))


def waiting_resets(*, now: datetime) -> list[FactorReset]:
    """List the requests to remove lost factors that wait for a second administrator (1 query)."""
    asked = FactorReset.objects.filter(decided_at__isnull=True, asked_at__gt=now - OPEN_FOR)
    return list(asked.select_related("user__person", "asked_by__person").order_by("asked_at", "id"))


def resets_to_decide(user: User, *, now: datetime) -> list[FactorReset]:
    """List the requests that this person can approve or drop (1 query): neither their own nor theirs."""
    if not user.has_role_permission(Permission.MANAGE_PEOPLE):
        return []
    return [
        reset
        for reset in waiting_resets(now=now)
        if user.person_id not in {reset.asked_by.person_id, reset.user.person_id}
    ]


def get_reset(reset_id: UUID) -> FactorReset:
    """Find a request to remove lost factors; raise NotFound."""
    reset = (
        FactorReset.objects.select_related("user__person", "asked_by__person")
        .filter(pk=reset_id)
        .first()
    )
    if reset is None:
        raise NotFound
    return reset


def get_token(token_id: UUID) -> ApiToken:
    """Find a key to the API with its account; raise NotFound."""
    token = ApiToken.objects.select_related("user__person").filter(pk=token_id).first()
    if token is None:
        raise NotFound
    return token


def _security_of(users: list[User], now: datetime) -> dict[UUID, Security]:
    """Read how accounts stand at the door, all at once (4 queries)."""
    sessions = dict(
        SignedInSession.objects.filter(user__in=users, expire_date__gt=now)
        .order_by()
        .values_list("user_id")
        .annotate(how_many=Count("pk"))
    )
    codes = dict(
        SetUpCode.objects.filter(
            user__in=users, used_at__isnull=True, expires_at__gt=now
        ).values_list("user_id", "expires_at")
    )
    locks = lockout.locks_of(users, now=now)
    resets = {
        reset.user_id: reset
        for reset in FactorReset.objects.filter(
            user__in=users, decided_at__isnull=True, asked_at__gt=now - OPEN_FOR
        ).select_related("asked_by__person")
    }
    return {
        user.pk: Security(
            sessions.get(user.pk, 0),
            locks.get(user.pk),
            codes.get(user.pk),
            resets.get(user.pk),
            user.has_usable_password(),
        )
        for user in users
    }


def _ended(users: list[User], now: datetime) -> list[Ended]:
    names = {user.pk: user.username for user in users}
    whose = {"user__in": users}
    roles = RoleAssignment.objects.over(now).filter(**whose).select_related("ended_by__person")
    teams = Membership.objects.over(now).filter(**whose).select_related("team", "ended_by__person")
    rows = [
        _row(role.get_role_display(), role, names)
        for role in roles.order_by("-until", "id")[:ENDED_SHOWN]
    ]
    rows += [
        _row(each.team.name, each, names) for each in teams.order_by("-until", "id")[:ENDED_SHOWN]
    ]
    return sorted(rows, key=lambda row: row.until, reverse=True)[:ENDED_SHOWN]


def _row(what: str, held: RoleAssignment | Membership, names: dict[UUID, str]) -> Ended:
    until = held.until or held.since
    by = held.ended_by.display_name if held.ended_by else ""
    return Ended(
        what,
        names[held.user_id],
        held.since,
        until,
        until > held.since,
        held.end_reason or "Its last day came",
        by,
    )
