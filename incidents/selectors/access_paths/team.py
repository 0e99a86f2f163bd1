"""The team's way: members of the team in which a case stands, while it is not restricted."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, FilteredRelation, Q, QuerySet, Value
from django.db.models.functions import Greatest, Least

from incidents.models import CasePlacement, Complaint
from incidents.selectors.access_paths.columns import (
    Names,
    Path,
    PathRows,
    Provider,
    as_paths,
    meets,
)

KIND = "TEAM"


def rows(cases: QuerySet[Complaint], begin: datetime, end: datetime) -> PathRows:
    """Find the members of the teams in which cases stood, for as long as both held."""
    placements = CasePlacement.objects.filter(
        meets(begin, end, since="since", until="until"), complaint__in=cases, is_restricted=False
    )
    membership = meets(
        begin, end, since="team__memberships__since", until="team__memberships__until"
    )
    both = placements.annotate(member=FilteredRelation("team__memberships", condition=membership))
    met = both.filter(
        Q(member__until__isnull=True) | Q(member__until__gt=F("since")),
        Q(until__isnull=True) | Q(until__gt=F("member__since")),
        member__isnull=False,
    )
    return as_paths(
        met,
        case="complaint_id",
        user="member__user_id",
        kind=Value(KIND),
        since=Greatest("since", "member__since"),
        until=Least("until", "member__until"),
    )


def words(path: Path, names: Names) -> str:
    """Name the team."""
    return names.teams.get(path.case_id, "The team of the case")


PROVIDER = Provider((KIND,), rows, words, icon="eye")
