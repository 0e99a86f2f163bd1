"""What an administrator is told that touches cases: one number, and never which."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from accounts.grants import in_force
from audit.selectors import CappedCount
from incidents.models import ComplaintGrant

COUNT_CAP = 1000


def grants_of_person(person_ids: Iterable[UUID], *, now: datetime) -> CappedCount:
    """Count the personal grants in force of a human being, over all accounts, up to 1,000 (1 query)."""
    held = in_force(ComplaintGrant, now=now).filter(user__person__in=list(person_ids))
    number = held.order_by()[: COUNT_CAP + 1].count()
    return CappedCount(min(number, COUNT_CAP), number > COUNT_CAP)
