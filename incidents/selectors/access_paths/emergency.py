"""The way of an emergency: by reference, for hours, while the opener holds a role that breaks glass."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, FilteredRelation, Q, QuerySet, Value
from django.db.models.functions import Greatest, Least

from accounts.roles import PERMISSIONS, Permission
from incidents.models import Complaint, EmergencyAccess
from incidents.selectors.access_paths.columns import (
    Names,
    Path,
    PathRows,
    Provider,
    as_paths,
    meets,
)

KIND = "EMERGENCY"
ROLES = [role for role, may in PERMISSIONS.items() if Permission.BREAK_GLASS in may]


def rows(cases: QuerySet[Complaint], begin: datetime, end: datetime) -> PathRows:
    """Find emergency accesses for as long as the role was held and the case was not restricted."""
    placed, held = "complaint__placements", "account__role_assignments"
    uses = EmergencyAccess.objects.filter(
        meets(begin, end, since="opened_at", until="expires_at")
        & meets(begin, end, since="opened_at", until="ended_at"),
        complaint__in=cases,
    ).annotate(
        place=FilteredRelation(
            placed,
            condition=Q(**{f"{placed}__is_restricted": False})
            & meets(begin, end, since=f"{placed}__since", until=f"{placed}__until"),
        ),
        role=FilteredRelation(
            held,
            condition=Q(**{f"{held}__role__in": ROLES})
            & meets(begin, end, since=f"{held}__since", until=f"{held}__until"),
        ),
    )
    paths = as_paths(
        uses.filter(place__isnull=False, role__isnull=False),
        case="complaint_id",
        user="account_id",
        kind=Value(KIND),
        since=Greatest("opened_at", "place__since", "role__since"),
        until=Least("expires_at", "ended_at", "place__until", "role__until"),
        reason=F("reason"),
        by="account_id",
        ended_by="ended_by_id",
    )
    return paths.filter(path_since__lt=F("path_until"))


def words(path: Path, names: Names) -> str:
    """Say that it was opened in an emergency."""
    return "Emergency access, opened by reference"


PROVIDER = Provider((KIND,), rows, words, icon="key")
