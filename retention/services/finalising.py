"""Finalising a case, which starts its retention clock, and reopening it, which stops the clock."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from audit.recorder import record
from bwcportal.errors import Invalid, NotNow
from incidents.models import Complaint
from incidents.services.moving import check_version, lock_case, move
from retention.events import FINALISED, REOPENED
from retention.models import RetentionClock
from retention.permissions import check_can_finalise
from retention.policies import ACTIVE_STATES
from retention.services.clocks import start_clock
from retention.services.disposing import stop_locked


@transaction.atomic
def finalise(*, actor: User, case_id: UUID, version: int | None, now: datetime) -> Complaint:
    """Finalise a case and start its retention clock by the rules in force today.

    Raises NotFound, NotPermitted, StaleVersion, or NotNow in the wrong state.
    """
    case = lock_case(actor=actor, case_id=case_id)
    check_can_finalise(actor)
    check_version(case, version)
    move(case, "finalise")
    case.finalised_at = now
    case.save()
    clock = start_clock(case, now=now)
    record(
        FINALISED,
        actor=actor.audit_actor(),
        subject=case.audit_subject(),
        now=now,
        details={
            "rule": clock.rule.code,
            "rule_version": clock.rule.version,
            "due_on": clock.due_on.isoformat() if clock.due_on else None,
        },
    )
    return case


@transaction.atomic
def reopen(
    *, actor: User, case_id: UUID, version: int | None, reason: str, now: datetime
) -> Complaint:
    """Reopen a case: its clock is cancelled and a disposal that waits is stopped.

    Raises Invalid without a reason, NotNow when the record is being destroyed, and the rest as
    `finalise` does.
    """
    case = lock_case(actor=actor, case_id=case_id)
    check_can_finalise(actor)
    check_version(case, version)
    if not reason.strip():
        raise Invalid("Enter why the case is reopened", field="reason")
    disposal = case.disposals.exclude(state="STOPPED").first()
    if disposal is not None:
        if disposal.state not in ACTIVE_STATES:
            raise NotNow("Too late: this record is being destroyed", code="being_destroyed")
        stop_locked(disposal, actor=actor, reason="The case was reopened", now=now)
    move(case, "reopen")
    case.finalised_at = None
    case.save()
    RetentionClock.objects.filter(complaint=case).delete()
    record(
        REOPENED,
        actor=actor.audit_actor(),
        subject=case.audit_subject(),
        now=now,
        personal={"reason": reason.strip()},
    )
    return case
