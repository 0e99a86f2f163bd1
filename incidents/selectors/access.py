"""Who can see a case, or could at a past moment: by which path, since when, and who is kept out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q

from accounts.models import Person, RoleAssignment, User
from accounts.roles import Permission, Role, permissions_of
from audit.of_case import last_read_by
from incidents.enums import GrantKind
from incidents.kept_out import kept_from_tombstone
from incidents.models import CasePlacement, Complaint, ComplaintGrant
from incidents.selectors.access_paths import PROVIDER_OF, Path, only, paths_to
from incidents.selectors.access_paths.bars import Bar, bars_of
from incidents.selectors.access_paths.columns import Names
from incidents.selectors.seers import closed_at


@dataclass(frozen=True)
class Way:
    """One path in words, with its icon: why, since and until when."""

    kind: str
    icon: str
    words: str
    reason: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class Seer:
    """One account to which the case is open, by all its ways, what it may do and when it last read."""

    user: User
    role: str
    may: str
    ways: list[Way]
    last_read: datetime | None
    has_grant: bool
    is_standing: bool = True

    @property
    def way(self) -> Way:
        """The way that counts most: a grant before the team, because it outlasts it."""
        return self.ways[0]


@dataclass(frozen=True)
class KeptOut:
    """One person who could not see the case whatever opens it, and why."""

    person: Person
    reason: str
    since: datetime


@dataclass(frozen=True)
class AccessPicture:
    """Everybody the case was open to at a moment, and everybody kept out."""

    at: datetime
    placement: CasePlacement | None
    seers: list[Seer]
    kept_out: list[KeptOut]

    @property
    def standing(self) -> int:
        """How many see it whatever they do: the number in the bar of the case."""
        return sum(seer.is_standing for seer in self.seers)

    @property
    def by_acting(self) -> int:
        """How many more can see it only by choosing to act for somebody absent."""
        return len(self.seers) - self.standing


_MAY = (
    (Permission.DECIDE_ALLEGATION, "Investigate"),
    (Permission.SIGN_OFF, "Sign off"),
    (Permission.MANAGE_CASE, "Manage"),
    (Permission.GRANT_ACCESS, "Give access"),
    (Permission.FINALISE, "Finalise"),
    (Permission.APPROVE_DISPOSAL, "Dispose of records"),
    (Permission.PLACE_HOLD, "Place holds"),
)
_MOST = 3


def who_can_see(case: Complaint, *, at: datetime) -> AccessPicture:
    """Work out the access to a case at a moment, now or past; 8 queries, however many people.

    A person appears once for each account, with every way that was open. Roles are those held then.
    """
    paths = paths_to(only(case), begin=at, end=at)
    bars = bars_of(only(case), begin=at, end=at)
    placement = (
        CasePlacement.objects.filter(
            Q(until__isnull=True) | Q(until__gt=at), complaint=case, since__lte=at
        )
        .select_related("team", "moved_by__person")
        .first()
    )
    accounts = accounts_of(paths, at=at)
    names = names_for(case, accounts, placement)
    people = (account.person for account in accounts.values())
    out = {bar.person_id for bar in bars} | kept_from_tombstone(case, people)
    ways: dict[UUID, list[Path]] = {}
    for path in paths:
        # What keeps the absent person out keeps out who acts for them.
        behind = [accounts[pk] for pk in (path.user_id, path.for_id) if pk is not None]
        if not any(user.person_id in out or user.was_closed for user in behind):  # type: ignore[attr-defined]
            ways.setdefault(path.user_id, []).append(path)
    read = last_read_by(case.pk, [str(pk) for pk in ways], until=at)
    seers = [_seer(accounts[pk], mine, names, read, accounts) for pk, mine in ways.items()]
    seers.sort(key=lambda seer: (seer.user.person.surname, str(seer.user.pk)))
    return AccessPicture(at, placement, seers, kept_out_people(bars))


def accounts_of(paths: Iterable[Path], *, at: datetime) -> dict[UUID, User]:
    """Load the accounts that paths name, with person, roles held then and `was_closed` (2 queries)."""
    wanted = {pk for path in paths for pk in _named_in(path) if pk}
    roles = RoleAssignment.objects.filter(Q(until__isnull=True) | Q(until__gt=at), since__lte=at)
    found = (
        User.objects.filter(pk__in=wanted)
        .annotate(was_closed=closed_at(at))
        .select_related("person")
        .prefetch_related(Prefetch("role_assignments", roles, to_attr="roles_then"))
    )
    return {user.pk: user for user in found}


def _named_in(path: Path) -> tuple[UUID | None, ...]:
    return (path.user_id, path.by_id, path.for_id, path.ended_by_id)


def names_for(
    case: Complaint, accounts: dict[UUID, User], placement: CasePlacement | None
) -> Names:
    """Give the names that the words of paths need."""
    team = placement.team.name if placement is not None else case.team.name
    return Names({pk: user.display_name for pk, user in accounts.items()}, {case.pk: team})


def way_of(path: Path, names: Names) -> Way:
    """Put a path into words."""
    provider = PROVIDER_OF[path.kind]
    return Way(
        path.kind,
        provider.icon,
        provider.words(path, names),
        path.reason,
        path.since,
        path.until,
    )


def kept_out_people(bars: list[Bar]) -> list[KeptOut]:
    """Name the people kept out, by surname (1 query)."""
    people = Person.objects.in_bulk(
        [pk for bar in bars for pk in (bar.person_id, bar.named_id) if pk is not None]
    )
    rows = []
    for bar in bars:
        also = f", as {people[bar.named_id].title}" if bar.named_id else ""
        rows.append(KeptOut(people[bar.person_id], f"{bar.reason}{also}", bar.since))
    return sorted(rows, key=lambda row: (row.person.surname, str(row.person.pk), row.since))


def granted_user(case: Complaint, user_id: UUID) -> User | None:
    """Find the account that has a personal grant of the case, or None."""
    grant = (
        ComplaintGrant.objects.filter(content_object=case, user_id=user_id)
        .select_related("user__person")
        .first()
    )
    return grant.user if grant else None


def what_may(roles: set[Role]) -> str:
    """Say in a few words what roles allow in a case: 'Sign off, manage, give access'; else 'Read'."""
    allowed = permissions_of(roles)
    can = [words for permission, words in _MAY if permission in allowed][:_MOST]
    return ", ".join([can[0], *(word.lower() for word in can[1:])]) if can else "Read"


def _seer(
    user: Any,
    paths: list[Path],
    names: Names,
    read: dict[str, datetime],
    accounts: dict[UUID, Any],
) -> Seer:
    roles = _roles_then(user)
    may = roles
    if all(path.for_id is not None for path in paths):
        # Only by acting for somebody: what both may.
        absent = [_roles_then(accounts[path.for_id]) for path in paths if path.for_id is not None]
        may = roles & set[Role]().union(*absent)
    label = ", ".join(role.label for role in Role if role in roles)
    ordered = sorted(paths, key=_first_of_ways)
    kinds = {path.kind for path in paths}
    return Seer(
        user,
        label,
        "Read only" if kinds == {GrantKind.OVERSIGHT} else what_may(may),
        [way_of(path, names) for path in ordered],
        read.get(str(user.pk)),
        has_grant=bool(kinds & set(GrantKind.values)),
        is_standing=any(PROVIDER_OF[kind].is_standing for kind in kinds),
    )


def _first_of_ways(path: Path) -> tuple[bool, bool, datetime]:
    """Order ways: what lasts by itself before what takes an act, a grant before the team."""
    return (path.for_id is not None, path.kind not in GrantKind.values, path.since)


def _roles_then(user: Any) -> set[Role]:
    return {Role(held.role) for held in user.roles_then}
