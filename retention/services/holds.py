"""Placing and releasing holds. A hold committed before the act of destruction always wins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.models import StepUpAct, User
from accounts.services.step_up import Proof, Target, spend
from audit.recorder import Outcome, record, record_alone
from bwcportal.errors import Invalid, NotFound, NotNow
from incidents.references import make_reference
from incidents.services.moving import lock_case
from incidents.services.opening import open_case
from retention.events import HOLD_PLACED, HOLD_REFUSED, HOLD_RELEASED
from retention.models import Hold, HoldReason
from retention.permissions import check_can_place_hold, check_can_release
from retention.policies import check_hold_can_be_placed, check_hold_is_in_force
from retention.services.clocks import london_day


@dataclass(frozen=True)
class NewHold:
    """What a person enters to place a hold. `review_on` is a London day."""

    reason_code: str
    authority: str
    review_on: date


def place_hold(*, actor: User, case_id: UUID, data: NewHold, now: datetime) -> Hold:
    """Place a hold: from now on nothing of the case is destroyed until a second person releases it.

    Raises NotFound, NotPermitted, Invalid for an empty authority or a review day that is not
    ahead, and NotNow when destruction has begun; that refusal is recorded.
    """
    try:
        return _place(actor=actor, case_id=case_id, data=data, now=now)
    except NotNow:
        case = open_case(actor=actor, case_id=case_id, now=now)
        record_alone(
            HOLD_REFUSED,
            actor=actor.audit_actor(),
            subject=case.audit_subject(),
            now=now,
            outcome=Outcome.DENIED,
        )
        raise


@transaction.atomic
def _place(*, actor: User, case_id: UUID, data: NewHold, now: datetime) -> Hold:
    case = lock_case(actor=actor, case_id=case_id)
    check_can_place_hold(actor)
    check_hold_can_be_placed(case)
    today = london_day(now)
    reason = HoldReason.objects.in_force(today).filter(code=data.reason_code).first()
    if reason is None:
        raise Invalid("Choose why the record is held", field="reason")
    if not data.authority.strip():
        raise Invalid("Enter who asked for the hold, and their reference", field="authority")
    if data.review_on <= today:
        raise Invalid("The day to review the hold must be after today", field="review_on")
    hold = Hold.objects.create(
        reference=make_reference("H", now=now, length=4),
        complaint=case,
        reason=reason,
        authority=data.authority.strip(),
        placed_by=actor,
        for_person_id=actor.acting_for.person_id if actor.acting_for else None,
        placed_at=now,
        review_on=data.review_on,
    )
    record(
        HOLD_PLACED,
        actor=actor.audit_actor(),
        subject=hold.audit_subject(),
        now=now,
        details={"reason": reason.code, "review_on": data.review_on.isoformat()},
        personal={"authority": hold.authority},
    )
    return hold


@transaction.atomic
def release_hold(
    *, actor: User, hold_id: UUID, reason: str, proof: Proof | None, now: datetime
) -> Hold:
    """Release a hold that somebody else placed.

    `proof` is a second factor shown for this hold at this version of the case: ProofNeeded without
    one. Raises NotFound, NotPermitted for the person who placed it, NotNow when it is released
    already, and Invalid without a reason.
    """
    case_id = (
        Hold.objects.visible_to(actor)
        .filter(pk=hold_id)
        .values_list("complaint_id", flat=True)
        .first()
    )
    if case_id is None:
        raise NotFound
    case = lock_case(actor=actor, case_id=case_id)
    hold = Hold.objects.select_related("placed_by", "complaint").filter(pk=hold_id).first()
    if hold is None:
        # Somebody else released it and the record went while this waited for the lock.
        raise NotFound
    check_can_release(actor, hold)
    check_hold_is_in_force(hold)
    if not reason.strip():
        raise Invalid("Enter why the hold is released", field="release_reason")
    target = Target.of(StepUpAct.RELEASE_HOLD, hold.pk, case.version)
    spend(actor=actor, proof=proof, target=target, now=now)
    hold.released_by = actor
    hold.released_at = now
    hold.release_reason = reason.strip()
    hold.save()
    record(
        HOLD_RELEASED,
        actor=actor.audit_actor(),
        subject=hold.audit_subject(),
        now=now,
        personal={"reason": hold.release_reason},
    )
    return hold
