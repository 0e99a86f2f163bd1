"""What one account can reach and why, told only of cases that the one who asks may see as well."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.branched_lists import place_of, take
from accounts.cursors import encode, read_place
from accounts.models import Team, User
from accounts.roles import Role
from bwcportal.errors import NotFound
from incidents.models import Complaint
from incidents.selectors.access import Way, accounts_of, way_of, what_may
from incidents.selectors.access_paths import paths_to
from incidents.selectors.access_paths.columns import Names

PAGE_SIZE = 25
NEWEST = ("-logged_at", "-id")


@dataclass(frozen=True)
class Reached:
    """A case that both may see, and the ways in which it opens to the account."""

    case: Complaint
    ways: list[Way]


@dataclass(frozen=True)
class Reach:
    """What an account may do, its teams, and a page of the cases; `following` is the next cursor."""

    user: User
    role: str
    may: str
    teams: list[Team]
    rows: list[Reached]
    following: str


def account_of(user_id: UUID) -> User:
    """Find an account, open or closed; raise NotFound when there is none."""
    user = User.objects.select_related("person").filter(pk=user_id).first()
    if user is None:
        raise NotFound
    return user


def reach_of(asking: User, user: User, *, now: datetime, after: str = "", most: int = 0) -> Reach:
    """Work out what an account can reach, newest case first, 25 or `most` cases (12 queries at most).

    Nothing here tells whether there are cases that only the account may see: no count, no gap. Raises
    Invalid for a cursor that was not made here.
    """
    branches = [
        both for mine in Complaint.objects.branches_for(asking) for both in mine.branches_for(user)
    ]
    place = read_place(Complaint, NEWEST, after) if after else None
    load = Complaint.objects.select_related("team")
    taken = take(branches, order=NEWEST, limit=most or PAGE_SIZE, after=place, load=load)
    following = encode(place_of(taken.rows[-1], NEWEST)) if taken.more and taken.rows else ""
    roles = set(user.role_set)
    return Reach(
        user,
        ", ".join(role.label for role in Role if role in roles),
        what_may(roles),
        list(Team.objects.filter(pk__in=user.team_ids).order_by("name")),
        _with_ways(taken.rows, user, now),
        following,
    )


def _with_ways(cases: list[Complaint], user: User, now: datetime) -> list[Reached]:
    if not cases:
        return []
    named = Complaint.objects.filter(pk__in=[case.pk for case in cases])
    paths = paths_to(named, begin=now, end=now, user_id=user.pk)
    people = {pk: account.display_name for pk, account in accounts_of(paths, at=now).items()}
    names = Names(people, {case.pk: case.team.name for case in cases})
    ways: dict[UUID, list[Way]] = {case.pk: [] for case in cases}
    for path in sorted(paths, key=lambda path: path.since):
        ways[path.case_id].append(way_of(path, names))
    return [Reached(case, ways[case.pk]) for case in cases]
