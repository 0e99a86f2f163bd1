"""The way to what is left of a destroyed case: its team's members who dispose of records.

The ledger of a destroyed case is gone with it, so the team is read from the row of the case.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, FilteredRelation, QuerySet, Value
from django.db.models.functions import Greatest

from accounts.models import RoleAssignment
from accounts.roles import PERMISSIONS, Permission
from incidents.enums import CaseState
from incidents.models import Complaint
from incidents.selectors.access_paths.columns import (
    Names,
    Path,
    PathRows,
    Provider,
    as_paths,
    meets,
)

KIND = "TOMBSTONE"
ROLES = [role for role, may in PERMISSIONS.items() if Permission.SEE_DISPOSALS in may]


def rows(cases: QuerySet[Complaint], begin: datetime, end: datetime) -> PathRows:
    """Find the members of the team who held a role that sees disposals."""
    destroyed = cases.filter(
        state=CaseState.DESTROYED, is_restricted=False, destroyed_at__lte=end
    ).annotate(
        member=FilteredRelation(
            "team__memberships",
            condition=meets(
                begin, end, since="team__memberships__since", until="team__memberships__until"
            ),
        )
    )
    held = RoleAssignment.objects.filter(
        meets(begin, end, since="since", until="until"), role__in=ROLES
    )
    return as_paths(
        destroyed.filter(member__user_id__in=held.values("user_id")),
        case="pk",
        user="member__user_id",
        kind=Value(KIND),
        since=Greatest("destroyed_at", "member__since"),
        until=F("member__until"),
    )


def words(path: Path, names: Names) -> str:
    """Name the team and what is left."""
    return f"{names.teams.get(path.case_id, 'The team of the case')}, what is left of the record"


PROVIDER = Provider((KIND,), rows, words, icon="eye")
