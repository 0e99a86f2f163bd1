"""The way of personal grants: given to one account by name, for an assignment, or as a seat."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, QuerySet
from django.db.models.functions import Least

from incidents.enums import GrantKind
from incidents.models import Complaint, GrantPeriod
from incidents.selectors.access_paths.columns import (
    Names,
    Path,
    PathRows,
    Provider,
    as_paths,
    meets,
)


def rows(cases: QuerySet[Complaint], begin: datetime, end: datetime) -> PathRows:
    """Find the periods of grants; the end planned and the end made both end one."""
    periods = GrantPeriod.objects.filter(
        meets(begin, end, since="since", until="until")
        & meets(begin, end, since="since", until="ended_at"),
        complaint__in=cases,
    )
    return as_paths(
        periods,
        case="complaint_id",
        user="user_id",
        kind=F("kind"),
        since=F("since"),
        until=Least("until", "ended_at"),
        reason=F("reason"),
        by="granted_by_id",
        ended_by="ended_by_id",
        end_reason=F("end_reason"),
    )


def words(path: Path, names: Names) -> str:
    """Say which kind of grant it is and who gave it."""
    return f"{GrantKind(path.kind).label} from {names.person(path.by_id)}"


PROVIDER = Provider(tuple(GrantKind.values), rows, words, icon="link", opens_restricted=True)
