"""Starting, meeting and cancelling the clocks of a case. Called inside another act's transaction."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet

from incidents import deadlines
from incidents.models import Complaint, Deadline, DeadlineRule


def start_deadline(
    case: Complaint, code: str, *, started_on: date, due_on: date | None = None
) -> Deadline:
    """Start a clock of a locked case under the rule in force on its first day, replacing a running one.

    `due_on` overrules the arithmetic, for a day that a person has set. Raises
    DeadlineRule.DoesNotExist for an unknown code and ValueError for a rule without a length.
    """
    rule = DeadlineRule.objects.current(code, on=started_on)
    cancel_deadline(case, code, on=started_on)
    if due_on is None:
        worked_out = deadlines.due(rule, started_on)
        last, rows = worked_out.on, worked_out.arithmetic
    else:
        last, rows = due_on, deadlines.set_by_hand(rule, started_on, due_on)
    return Deadline.objects.create(
        complaint=case, rule=rule, started_on=started_on, due_on=last, arithmetic=rows
    )


def meet_deadline(case: Complaint, code: str, *, on: date) -> int:
    """Note that a running clock was met on a day; return how many were (0 or 1)."""
    return _running(case, code).update(met_on=on)


def cancel_deadline(case: Complaint, code: str, *, on: date) -> int:
    """Stop a running clock that no longer applies; return how many were (0 or 1)."""
    return _running(case, code).update(cancelled_on=on)


def cancel_all_deadlines(case: Complaint, *, on: date) -> int:
    """Stop every running clock of a case, for instance because it was withdrawn."""
    return Deadline.objects.filter(
        complaint=case, met_on__isnull=True, cancelled_on__isnull=True
    ).update(cancelled_on=on)


def _running(case: Complaint, code: str) -> QuerySet[Any]:
    return Deadline.objects.filter(
        complaint=case, rule__code=code, met_on__isnull=True, cancelled_on__isnull=True
    )
