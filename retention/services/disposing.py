"""Proposing, approving and stopping a disposal. Carrying it out is in `destroying`."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from accounts.models import StepUpAct, User
from accounts.roles import Permission
from accounts.services.step_up import Proof, Target, spend
from audit.recorder import record
from audit.values import Actor
from bwcportal.errors import Invalid, NotFound
from incidents.enums import CaseState
from incidents.models import Complaint
from incidents.permissions import check_may
from incidents.services.moving import lock_case
from retention.enums import DisposalState
from retention.events import (
    APPROVAL_ENDED,
    CLOCK_RECOMPUTED,
    DISPOSAL_APPROVED,
    DISPOSAL_PROPOSED,
    DISPOSAL_STOPPED,
)
from retention.models import Disposal, DisposalApproval, Hold, RetentionClock
from retention.permissions import check_can_approve
from retention.policies import APPROVALS_NEEDED, check_can_be_decided, check_not_paused
from retention.services.clocks import london_day, start_clock

JOB = Actor(kind="JOB", id="retention.propose_due", name="Retention job")


def propose_due(*, now: datetime) -> list[Disposal]:
    """Propose every finalised case whose period has passed and that no hold pauses.

    A case whose rule has a newer version gets its clock recomputed and is not proposed in this
    run: a change of rules never acts in the run that notices it. One transaction per case.
    """
    today = london_day(now)
    held = Hold.objects.filter(complaint=OuterRef("complaint"), released_at__isnull=True)
    waiting = Disposal.objects.filter(complaint=OuterRef("complaint")).filter(
        ~Q(state=DisposalState.STOPPED) | Q(keep_until__gt=today)
    )
    due = (
        RetentionClock.objects.filter(
            ~Exists(held), ~Exists(waiting), due_on__lt=today, complaint__state=CaseState.FINALISED
        )
        .order_by("due_on", "complaint_id")
        .values_list("complaint_id", flat=True)
    )
    return [made for case_id in list(due) for made in _propose(case_id, now=now)]


@transaction.atomic
def _propose(case_id: UUID, *, now: datetime) -> list[Disposal]:
    case = Complaint.objects.select_for_update(skip_locked=True).filter(pk=case_id).first()
    if case is None:
        return []
    today = london_day(now)
    clock = RetentionClock.objects.select_related("rule").filter(complaint=case).first()
    if clock is None or case.holds.filter(released_at__isnull=True).exists():
        return []
    if clock.rule.valid_to is not None and clock.rule.valid_to <= today:
        clock = start_clock(case, now=now)
        record(
            CLOCK_RECOMPUTED,
            actor=JOB,
            subject=case.audit_subject(),
            now=now,
            details={
                "rule": clock.rule.code,
                "rule_version": clock.rule.version,
                "due_on": clock.due_on.isoformat() if clock.due_on else None,
            },
        )
        return []
    waiting = case.disposals.filter(
        ~Q(state=DisposalState.STOPPED) | Q(keep_until__gt=today)
    ).exists()
    if clock.due_on is None or clock.due_on >= today or waiting:
        return []
    disposal = Disposal.objects.create(
        complaint=case, rule=clock.rule, due_on=clock.due_on, proposed_at=now
    )
    record(
        DISPOSAL_PROPOSED,
        actor=JOB,
        subject=disposal.audit_subject(),
        now=now,
        details={"rule": clock.rule.code, "rule_version": clock.rule.version},
    )
    return [disposal]


def _lock(*, actor: User, disposal_id: UUID) -> tuple[Disposal, Complaint]:
    case_id = (
        Disposal.objects.visible_to(actor)
        .filter(pk=disposal_id)
        .values_list("complaint_id", flat=True)
        .first()
    )
    if case_id is None:
        raise NotFound
    case = lock_case(actor=actor, case_id=case_id)
    return Disposal.objects.select_for_update().get(pk=disposal_id), case


@transaction.atomic
def approve(
    *, actor: User, disposal_id: UUID, reason: str, proof: Proof | None, now: datetime
) -> Disposal:
    """Approve a disposal; the second approval starts the quarantine, after which the worker acts.

    `proof` is a second factor shown for this disposal at this version of the case: ProofNeeded
    without one. Raises NotFound, NotPermitted for a second approval by the same person, NotNow while a hold is
    in force or in the wrong state, and Invalid without a reason.
    """
    disposal, case = _lock(actor=actor, disposal_id=disposal_id)
    drop_void_approvals(disposal, now=now)
    check_can_approve(actor, disposal)
    check_can_be_decided(disposal)
    check_not_paused(case)
    if not reason.strip():
        raise Invalid("Enter what you considered before approving", field="reason")
    target = Target.of(StepUpAct.APPROVE_DISPOSAL, disposal.pk, case.version)
    spend(actor=actor, proof=proof, target=target, now=now)
    DisposalApproval.objects.create(
        disposal=disposal,
        approver=actor,
        person_id=actor.person_id,
        for_person_id=actor.acting_for.person_id if actor.acting_for else None,
        approved_at=now,
        reason=reason.strip(),
    )
    count = disposal.approvals.in_force().count()
    if count >= APPROVALS_NEEDED:
        disposal.state = DisposalState.APPROVED
        disposal.approved_at = now
        disposal.act_after = now + timedelta(days=settings.QUARANTINE_DAYS)
        disposal.save()
        transaction.on_commit(
            partial(current_app.send_task, "retention.dispose_approved", queue="retention"),
            robust=True,
        )
    record(
        DISPOSAL_APPROVED,
        actor=actor.audit_actor(),
        subject=disposal.audit_subject(),
        now=now,
        details={"approval": count, "needed": APPROVALS_NEEDED},
        personal={"reason": reason.strip()},
    )
    return disposal


@transaction.atomic
def stop(
    *, actor: User, disposal_id: UUID, reason: str, keep_until: date, now: datetime
) -> Disposal:
    """Stop a disposal before its irrevocable step: the decision to keep, and until when, is recorded.

    The job proposes the case again after `keep_until`, a London day (APP on retention: a decision
    to retain is recorded and reviewed). Raises NotFound, NotPermitted, NotNow when destruction has
    begun, Invalid without a reason or a day that is ahead.
    """
    disposal, _ = _lock(actor=actor, disposal_id=disposal_id)
    check_may(actor, Permission.APPROVE_DISPOSAL)
    check_can_be_decided(disposal)
    if not reason.strip():
        raise Invalid("Enter why the record is kept", field="reason")
    if keep_until <= london_day(now):
        raise Invalid("The day until which it is kept must be after today", field="keep_until")
    stop_locked(disposal, actor=actor, reason=reason.strip(), keep_until=keep_until, now=now)
    return disposal


def drop_void_approvals(disposal: Disposal, *, now: datetime) -> int:
    """Take approvals whose account was closed off a locked disposal; return how many.

    A disposal that waited in quarantine on one of them is only proposed again.
    """
    void = list(disposal.approvals.void().select_related("approver__person"))
    for approval in void:
        approval.delete()
        record(
            APPROVAL_ENDED,
            actor=JOB,
            subject=disposal.audit_subject(),
            now=now,
            details={"approver": str(approval.approver_id)},
            personal={"name": approval.approver.display_name},
        )
    if void and disposal.state == DisposalState.APPROVED:
        disposal.state = DisposalState.PROPOSED
        disposal.approved_at = disposal.act_after = None
        disposal.save(update_fields=["state", "approved_at", "act_after"])
    return len(void)


def stop_locked(
    disposal: Disposal,
    *,
    actor: User,
    reason: str,
    now: datetime,
    keep_until: date | None = None,
) -> None:
    """Mark a locked disposal as stopped and record it, inside the caller's transaction."""
    disposal.state = DisposalState.STOPPED
    disposal.stopped_at = now
    disposal.stopped_by = actor
    disposal.stopped_reason = reason
    disposal.keep_until = keep_until
    disposal.save()
    record(
        DISPOSAL_STOPPED,
        actor=actor.audit_actor(),
        subject=disposal.audit_subject(),
        now=now,
        details={"keep_until": keep_until.isoformat() if keep_until else None},
        personal={"reason": reason},
    )
