"""Does the state of a record allow it to come to its end? Every check raises NotNow with advice."""

from __future__ import annotations

from datetime import date

from accounts.human_beings import count_humans
from bwcportal.errors import NotNow
from incidents.enums import CaseState
from incidents.models import Complaint
from retention.enums import DisposalState
from retention.models import Disposal, Hold, RetentionClock

APPROVALS_NEEDED = 2
ACTIVE_STATES = (DisposalState.PROPOSED, DisposalState.APPROVED, DisposalState.FAILED)
IRREVOCABLE_STATES = (DisposalState.DESTROYING, DisposalState.DESTROYED)


def check_hold_can_be_placed(case: Complaint) -> None:
    """Raise NotNow when destruction has begun: a hold on an empty record would be a lie.

    The database refuses the same by a trigger, for whoever comes by another way.
    """
    if case.disposals.filter(state__in=IRREVOCABLE_STATES).exists():
        raise NotNow(
            "Too late: this record is being destroyed or is destroyed. No hold was placed. "
            "Tell whoever asked for it, and read the certificate",
            code="being_destroyed",
        )


def check_hold_is_in_force(hold: Hold) -> None:
    """Raise NotNow when the hold has been released already."""
    if hold.released_at is not None:
        raise NotNow("This hold has been released already", code="hold_released")


def check_can_be_decided(disposal: Disposal) -> None:
    """Raise NotNow unless the disposal still waits for approvals or can be stopped."""
    if disposal.state not in ACTIVE_STATES:
        raise NotNow(
            f"This disposal is {DisposalState(disposal.state).label.lower()}. "
            "Reload the page to see what is possible now",
            code="wrong_state",
        )


def check_not_paused(case: Complaint) -> None:
    """Raise NotNow while a hold is in force."""
    hold = case.holds.filter(released_at__isnull=True).order_by("placed_at", "id").first()
    if hold is not None:
        raise NotNow(
            f"Hold {hold.reference} pauses this. It must be released by a second person first",
            code="on_hold",
        )


def why_not_destroy(disposal: Disposal, case: Complaint, *, today: date) -> str:
    """Say why a locked case may not be destroyed now; empty when it may.

    Asked in statements of their own after the rows are locked, so that a hold committed a moment
    ago is seen (one statement is not safe: docs/adr on disposal).
    """
    clock = RetentionClock.objects.filter(complaint=case).select_related("rule").first()
    reasons = (
        (case.state != CaseState.FINALISED, "the case is not finalised"),
        (disposal.state != DisposalState.APPROVED, "the disposal is not approved"),
        (case.holds.filter(released_at__isnull=True).exists(), "a hold is in force"),
        (clock is None or clock.due_on is None, "no rule gives a date"),
        (
            clock is not None and clock.due_on is not None and clock.due_on >= today,
            "the period has not passed",
        ),
        (
            clock is not None and clock.rule_id != disposal.rule_id,
            "the rule is not the one that was approved",
        ),
        (
            clock is not None and not _in_force(clock, today),
            "a newer version of the rule is in force",
        ),
        (
            count_humans(disposal.approvals.in_force().values_list("person_id", flat=True))
            < APPROVALS_NEEDED,
            "two different people have not approved it",
        ),
    )
    return next((reason for wrong, reason in reasons if wrong), "")


def _in_force(clock: RetentionClock, today: date) -> bool:
    return clock.rule.valid_to is None or clock.rule.valid_to > today
