"""One person as who administers them sees them: accounts, roles, teams and keys, never a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import ApiToken, Membership, Person, RoleAssignment, User
from accounts.selectors.directory import get_person
from bwcportal.errors import NotFound

ENDED_SHOWN = 100


@dataclass(frozen=True)
class AccountView:
    """One account with the roles and teams it has or is to have, and its keys to the API."""

    user: User
    roles: list[RoleAssignment]
    teams: list[Membership]
    tokens: list[ApiToken]


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
    """Read a person with accounts, roles, teams and tokens (7 queries); raise NotFound."""
    person = get_person(person_id)
    users = list(User.objects.filter(person=person).order_by("-is_active", "username"))
    whose = {"user__in": users}
    roles = list(RoleAssignment.objects.not_over(now).filter(**whose).select_related(
        "given_by__person").order_by("since", "role"))  # fmt: skip
    teams = list(Membership.objects.not_over(now).filter(**whose).select_related(
        "team", "given_by__person").order_by("since", "team__name"))  # fmt: skip
    tokens = list(ApiToken.objects.filter(**whose, revoked_at__isnull=True, expires_at__gt=now)
                  .order_by("expires_at"))  # fmt: skip
    views = []
    for user in users:
        user.person = person
        views.append(
            AccountView(
                user,
                [role for role in roles if role.user_id == user.pk],
                [team for team in teams if team.user_id == user.pk],
                [token for token in tokens if token.user_id == user.pk],
            )
        )
    return PersonPage(person, views, _ended(users, now))


def get_token(token_id: UUID) -> ApiToken:
    """Find a key to the API with its account; raise NotFound."""
    token = ApiToken.objects.select_related("user__person").filter(pk=token_id).first()
    if token is None:
        raise NotFound
    return token


def _ended(users: list[User], now: datetime) -> list[Ended]:
    names = {user.pk: user.username for user in users}
    whose = {"user__in": users}
    roles = RoleAssignment.objects.over(now).filter(**whose).select_related("ended_by__person")
    teams = Membership.objects.over(now).filter(**whose).select_related("team", "ended_by__person")
    rows = [
        _row(role.get_role_display(), role, names)
        for role in roles.order_by("-until")[:ENDED_SHOWN]
    ]
    rows += [_row(each.team.name, each, names) for each in teams.order_by("-until")[:ENDED_SHOWN]]
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
