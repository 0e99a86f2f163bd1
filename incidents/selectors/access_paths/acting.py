"""The ways of a deputy: what opens to the absent person by team or grant, while the cover holds.

One provider for each way of the absent person. None gives restricted cases, and none is standing: only a deputy who has chosen to act sees what it opens, and only then. What keeps the
absent person out, or closes their account, ends the deputy's path too; readers of paths see to
that by `for_id`.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Greatest, Least

from accounts.models import RoleAssignment
from incidents.enums import CaseState
from incidents.models import CasePlacement, Complaint, GrantPeriod
from incidents.selectors.access_paths.columns import (
    Names,
    Path,
    PathRows,
    Provider,
    as_paths,
    meets,
)
from incidents.selectors.access_paths.tombstone import ROLES as SEEING_ROLES

BY_TEAM = "ACTING_BY_TEAM"
BY_GRANT = "ACTING_BY_GRANT"
TO_TOMBSTONE = "ACTING_TO_TOMBSTONE"


def rows_by_team(cases: QuerySet[Complaint], begin: datetime, end: datetime) -> PathRows:
    """Find the deputies of members of the teams in which cases stood unrestricted."""
    member = "team__memberships"
    cover = f"{member}__user__covered_by"
    # One filter, so that every condition is of the same membership and the same cover.
    both = CasePlacement.objects.filter(
        meets(begin, end, since="since", until="until"),
        meets(begin, end, since=f"{member}__since", until=f"{member}__until"),
        _covers(cover, begin, end),
        complaint__in=cases,
        is_restricted=False,
    )
    return _met(
        as_paths(
            both,
            case="complaint_id",
            user=f"{cover}__deputy_id",
            kind=Value(BY_TEAM),
            since=Greatest("since", f"{member}__since", f"{cover}__since"),
            until=Least("until", f"{member}__until", f"{cover}__until", f"{cover}__ended_at"),
            reason=F(f"{cover}__reason"),
            by=f"{cover}__made_by_id",
            acting_for=f"{cover}__absent_id",
            ended_by=f"{cover}__ended_by_id",
        )
    )


def rows_by_grant(cases: QuerySet[Complaint], begin: datetime, end: datetime) -> PathRows:
    """Find the deputies of people with a grant of a case, for as long as it was not restricted."""
    placed, cover = "complaint__placements", "user__covered_by"
    periods = GrantPeriod.objects.filter(
        meets(begin, end, since="since", until="until"),
        meets(begin, end, since="since", until="ended_at"),
        meets(begin, end, since=f"{placed}__since", until=f"{placed}__until"),
        _covers(cover, begin, end),
        Q(**{f"{placed}__is_restricted": False}),
        complaint__in=cases,
    )
    return _met(
        as_paths(
            periods,
            case="complaint_id",
            user=f"{cover}__deputy_id",
            kind=Value(BY_GRANT),
            since=Greatest("since", f"{placed}__since", f"{cover}__since"),
            until=Least(
                "until", "ended_at", f"{placed}__until", f"{cover}__until", f"{cover}__ended_at"
            ),
            reason=F(f"{cover}__reason"),
            by=f"{cover}__made_by_id",
            acting_for=f"{cover}__absent_id",
            ended_by=f"{cover}__ended_by_id",
        )
    )


def rows_to_tombstone(cases: QuerySet[Complaint], begin: datetime, end: datetime) -> PathRows:
    """Find the deputies of the team's members to what is left, where a role of both sees disposals."""
    member = "team__memberships"
    cover = f"{member}__user__covered_by"
    held = RoleAssignment.objects.filter(meets(begin, end, since="since", until="until"))
    of_deputy = held.filter(user_id=OuterRef(OuterRef(f"{cover}__deputy_id")))
    of_both = held.filter(user_id=OuterRef(f"{cover}__absent_id"), role__in=SEEING_ROLES).filter(
        role__in=of_deputy.values("role")
    )
    left = cases.filter(
        meets(begin, end, since=f"{member}__since", until=f"{member}__until"),
        _covers(cover, begin, end),
        state=CaseState.DESTROYED,
        is_restricted=False,
        destroyed_at__lte=end,
    ).filter(Exists(of_both))
    return _met(
        as_paths(
            left,
            case="pk",
            user=f"{cover}__deputy_id",
            kind=Value(TO_TOMBSTONE),
            since=Greatest("destroyed_at", f"{member}__since", f"{cover}__since"),
            until=Least(f"{member}__until", f"{cover}__until", f"{cover}__ended_at"),
            reason=F(f"{cover}__reason"),
            by=f"{cover}__made_by_id",
            acting_for=f"{cover}__absent_id",
            ended_by=f"{cover}__ended_by_id",
        )
    )


def _covers(path: str, begin: datetime, end: datetime) -> Q:
    return meets(begin, end, since=f"{path}__since", until=f"{path}__until") & meets(
        begin, end, since=f"{path}__since", until=f"{path}__ended_at"
    )


def _met(paths: PathRows) -> PathRows:
    """Keep the rows whose periods meet; a cover always has an end."""
    return paths.filter(path_since__lt=F("path_until"))


def words_by_team(path: Path, names: Names) -> str:
    """Name the absent person and their team."""
    team = names.teams.get(path.case_id, "the team of the case")
    return f"Can act for {names.person(path.for_id)}, of {team}"


def words_by_grant(path: Path, names: Names) -> str:
    """Name the absent person, who has a grant."""
    return f"Can act for {names.person(path.for_id)}, who has personal access"


def words_to_tombstone(path: Path, names: Names) -> str:
    """Name the absent person, and what is left."""
    return f"Can act for {names.person(path.for_id)}, what is left of the record"


TEAM_PROVIDER = Provider((BY_TEAM,), rows_by_team, words_by_team, icon="person", is_standing=False)
GRANT_PROVIDER = Provider(
    (BY_GRANT,), rows_by_grant, words_by_grant, icon="person", is_standing=False
)
TOMBSTONE_PROVIDER = Provider(
    (TO_TOMBSTONE,), rows_to_tombstone, words_to_tombstone, icon="person", is_standing=False
)
