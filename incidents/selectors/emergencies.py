"""Uses of emergency access: what is open, what waits for review, by whom and in which month.

Every row and every count holds only cases that the reader may know of.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncMonth

from accounts.branched_lists import take, together
from accounts.models import User
from accounts.roles import Permission
from audit.recorder import Outcome
from audit.selectors import HistoryRow, search
from bwcportal.errors import NotFound
from incidents.models import Complaint, EmergencyAccess, EmergencyNotice

LATEST_USE = ("-opened_at", "-id")
ROWS_SHOWN = 100
EVENTS_SHOWN = 50
MONTHS_SHOWN = 12


@dataclass(frozen=True)
class EmergencyCounts:
    """How often it was used: in all, open now, not reviewed, late, by outcome, by person, by month."""

    total: int
    open_now: int
    to_review: int
    late: int
    justified: int
    not_justified: int
    by_person: list[tuple[str, int, int]]
    by_month: list[tuple[date, int, int]]


def uses_of_emergency(user: User) -> list[QuerySet[Any]]:
    """Give the uses on cases that the person may know of in branches, for a list."""
    return list(EmergencyAccess.objects.branches_for(user))


def use_rows() -> QuerySet[Any]:
    """Read uses in full; which ones is decided elsewhere."""
    rows: QuerySet[Any] = EmergencyAccess.objects.select_related(
        "complaint", "account__person", "reviewed_by__person", "ended_by__person"
    )
    return rows


def use_of_id(user: User, emergency_id: UUID) -> EmergencyAccess:
    """Find one use on a case that the person may know of; raise NotFound for any other id."""
    rows: Any = use_rows()
    found: EmergencyAccess | None = rows.visible_to(user).filter(pk=emergency_id).first()
    if found is None:
        raise NotFound
    return found


def latest_uses(user: User) -> list[EmergencyAccess]:
    """List the last hundred uses (2 queries)."""
    branches = uses_of_emergency(user)
    return take(branches, order=LATEST_USE, limit=ROWS_SHOWN, load=use_rows()).rows


def count_uses(user: User, *, now: datetime) -> EmergencyCounts:
    """Count the uses that the person may know of (3 queries, however many there are)."""
    uses = together(EmergencyAccess.objects.all(), uses_of_emergency(user))
    is_open = _open_at(now)
    waiting = Q(reviewed_at__isnull=True)
    late = Q(reviewed_at__gt=F("review_due_at")) | (waiting & Q(review_due_at__lt=now))
    sums = uses.aggregate(
        total=Count("pk"),
        open_now=Count("pk", filter=is_open),
        to_review=Count("pk", filter=waiting & ~is_open),
        late=Count("pk", filter=late),
        justified=Count("pk", filter=Q(outcome="JUSTIFIED")),
        not_justified=Count("pk", filter=Q(outcome="NOT_JUSTIFIED")),
    )
    unjustified = Count("pk", filter=Q(outcome="NOT_JUSTIFIED"))
    people: Counter[Any] = Counter()
    bad: Counter[Any] = Counter()
    names: dict[Any, str] = {}
    rows = uses.values(
        "account__person_id", "account__person__rank", "account__person__collar_number",
        "account__person__surname",
    ).annotate(count=Count("pk"), unjustified=unjustified).order_by()  # fmt: skip
    for row in rows:
        person = row["account__person_id"]
        people[person] += row["count"]
        bad[person] += row["unjustified"]
        names[person] = " ".join(
            part
            for part in (
                row["account__person__rank"],
                row["account__person__collar_number"],
                row["account__person__surname"],
            )
            if part
        )
    months = (
        uses.annotate(month=TruncMonth("opened_at"))
        .values("month")
        .annotate(count=Count("pk"), unjustified=unjustified)
        .order_by("-month")[:MONTHS_SHOWN]
    )
    return EmergencyCounts(
        **sums,
        by_person=[(names[person], count, bad[person]) for person, count in people.most_common()],
        by_month=[(row["month"].date(), row["count"], row["unjustified"]) for row in months],
    )


def acts_during(access: EmergencyAccess, *, now: datetime) -> list[HistoryRow]:
    """List what the opener did in the case while it was open to them so, oldest first; 50 at most."""
    # The record's own clock may be a moment behind or ahead of the portal's.
    page = search(
        case_id=access.complaint_id,
        actor_id=str(access.account_id),
        outcome=Outcome.ALLOWED.value,
        since=access.opened_at - timedelta(seconds=5),
        until=min(access.over_at, now) + timedelta(seconds=5),
        limit=EVENTS_SHOWN,
    )
    return list(reversed(page.rows))


def notices_of(user: User) -> list[EmergencyNotice]:
    """List the notices that the person has not acknowledged, on cases they may know of (2 queries)."""
    branches = [
        branch.filter(account_id=user.principal.pk, acknowledged_at__isnull=True).exclude(
            emergency__account__person_id__in=user.person_ids
        )
        for branch in EmergencyNotice.objects.branches_for(user)
    ]
    full = EmergencyNotice.objects.select_related(
        "emergency__complaint", "emergency__account__person"
    )
    return take(branches, order=("made_at", "id"), limit=ROWS_SHOWN, load=full).rows


def notice_of(user: User, access: EmergencyAccess) -> EmergencyNotice | None:
    """Find the person's own notice of one use, acknowledged or not."""
    return (
        EmergencyNotice.objects.visible_to(user)
        .filter(emergency=access, account_id=user.principal.pk)
        .first()
    )


def told_of(access: EmergencyAccess) -> list[EmergencyNotice]:
    """List who was told of one use, and when they acknowledged it."""
    return list(
        access.notices.select_related("account__person", "acknowledged_by__person").order_by(
            "told_as", "account__person__surname", "id"
        )
    )


def reviews_waiting_for(user: User, *, now: datetime) -> list[EmergencyAccess]:
    """List the uses that are over and that the person could review (2 queries; none without the role)."""
    if user.acting_for is not None or not user.has_role_permission(Permission.REVIEW_EMERGENCY):
        return []
    over = Q(expires_at__lte=now) | Q(ended_at__lte=now)
    branches = [
        branch.filter(over, reviewed_at__isnull=True).exclude(
            account__person_id__in=user.person.ids
        )
        for branch in uses_of_emergency(user)
    ]
    return take(branches, order=("review_due_at", "id"), limit=ROWS_SHOWN, load=use_rows()).rows


def open_emergency_of(user: User, case: Complaint, *, now: datetime) -> EmergencyAccess | None:
    """Find the emergency access by which a case is open to the person now, if one is in force."""
    if user.acting_for is not None or not user.has_role_permission(Permission.BREAK_GLASS):
        return None
    found: EmergencyAccess | None = EmergencyAccess.objects.filter(
        _open_at(now), complaint=case, account_id=user.pk
    ).first()
    return found


def _open_at(now: datetime) -> Q:
    return Q(ended_at__isnull=True, opened_at__lte=now, expires_at__gt=now)
