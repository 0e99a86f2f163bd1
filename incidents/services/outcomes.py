"""What the complainant is told: progress updates, and the outcome with the right to a review."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.roles import Permission
from audit.recorder import record
from bwcportal.errors import Invalid
from bwcportal.phrasing import london_day
from incidents.case_policies import check_can_be_updated, check_sent_on
from incidents.enums import ContactBy, ReviewBody
from incidents.events import OUTCOME_SENT, UPDATE_SENT
from incidents.models import Complaint, HandlingType, Update
from incidents.permissions import check_may
from incidents.services.deadlines import cancel_deadline, meet_deadline, start_deadline
from incidents.services.moving import check_version, lock_case, move


@transaction.atomic
def send_update(
    *,
    actor: User,
    case_id: UUID,
    version: int | None,
    sent_on: date,
    how: ContactBy,
    note: str,
    now: datetime,
) -> Complaint:
    """Record that a progress update was sent on a London day; the next one is due 28 days later.

    Raises NotPermitted, StaleVersion, NotNow, or Invalid with the field `sent_on` or `how`
    (SI 2020/2, regulation 34).
    """
    case = lock_case(actor=actor, case_id=case_id)
    check_may(actor, Permission.NOTIFY_OUTCOME)
    check_version(case, version)
    check_can_be_updated(case)
    check_sent_on(sent_on, not_before=_handling_day(case), what="the handling began", now=now)
    _check_how(how)
    Update.objects.create(
        complaint=case, sent_on=sent_on, sent_by=actor, how=how, note=note.strip()
    )
    meet_deadline(case, "UPDATE_FIRST", on=sent_on)
    meet_deadline(case, "UPDATE_NEXT", on=sent_on)
    start_deadline(case, "UPDATE_NEXT", started_on=sent_on)
    case.version += 1
    case.save()
    record(
        UPDATE_SENT,
        actor=actor.audit_actor(),
        subject=case.audit_subject(),
        now=now,
        details={"sent_on": sent_on, "how": how},
        personal={"note": note.strip()} if note.strip() else {},
    )
    return case


@transaction.atomic
def send_outcome(
    *,
    actor: User,
    case_id: UUID,
    version: int | None,
    sent_on: date,
    how: ContactBy,
    review_body: ReviewBody | None,
    now: datetime,
) -> Complaint:
    """Record that the outcome was sent, naming the review body, and start the time for a review.

    The body that hears a review must be named where there is such a right (SI 2020/2, regulation
    33), and cannot be where there is none. Raises NotPermitted, StaleVersion, NotNow, or Invalid
    with the field `sent_on`, `how` or `review_body`.
    """
    case = lock_case(actor=actor, case_id=case_id)
    check_may(actor, Permission.NOTIFY_OUTCOME)
    check_version(case, version)
    move(case, "send_outcome")
    signed_on = london_day(case.signed_at) if case.signed_at else _handling_day(case)
    check_sent_on(sent_on, not_before=signed_on, what="the case was signed off", now=now)
    _check_how(how)
    has_right = review_right(case, on=sent_on)
    _check_review_body(review_body, has_right=has_right)
    case.outcome_sent_on, case.outcome_how = sent_on, how
    case.review_body = review_body or ""
    case.save()
    _turn_clocks(case, sent_on=sent_on, has_right=has_right)
    record(
        OUTCOME_SENT,
        actor=actor.audit_actor(),
        subject=case.audit_subject(),
        now=now,
        details={"sent_on": sent_on, "how": how, "review_body": review_body or ""},
    )
    return case


def review_right(case: Complaint, *, on: date) -> bool:
    """Tell whether the complainant may ask for a review of a case handled in this way."""
    if not case.handling:
        return False
    return bool(HandlingType.objects.current(case.handling, on=on).has_review_right)


def _turn_clocks(case: Complaint, *, sent_on: date, has_right: bool) -> None:
    for code in ("OUTCOME_NOTIFY", "REVIEW_RIGHT_NOTIFY"):
        meet_deadline(case, code, on=sent_on)
    for code in ("UPDATE_FIRST", "UPDATE_NEXT", "TIMELINESS_12M"):
        cancel_deadline(case, code, on=sent_on)
    if has_right:
        start_deadline(case, "REVIEW_APPLY", started_on=sent_on)
        start_deadline(case, "REVIEW_HOLD", started_on=sent_on)


def _handling_day(case: Complaint) -> date:
    return london_day(case.handling_since) if case.handling_since else case.made_on


def _check_how(how: str) -> None:
    if how not in ContactBy.values:
        raise Invalid("Choose how it was sent", field="how")


def _check_review_body(review_body: str | None, *, has_right: bool) -> None:
    if has_right and review_body not in ReviewBody.values:
        raise Invalid(
            "Choose who hears a review: the outcome must name the body", field="review_body"
        )
    if review_body and not has_right:
        raise Invalid(
            "There is no right to a review when a complaint is handled in this way",
            field="review_body",
        )
