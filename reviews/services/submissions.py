"""Submitting a version of a case, returning it with points, answering those, and signing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from audit.recorder import record
from bwcportal.errors import Invalid, NotFound, NotNow, NotPermitted
from bwcportal.phrasing import london_day, plain_date
from incidents.enums import ContributionKind
from incidents.models import Allegation, Complaint
from incidents.services.deadlines import meet_deadline, start_deadline
from incidents.services.granting import end_assignment
from incidents.services.moving import check_version, lock_case, move, note_contribution
from incidents.transitions import check_transition
from reviews.digest import content_of, digest_of
from reviews.enums import AnnotationState, SubmissionState
from reviews.events import POINT_ANSWERED, RETURNED, SUBMITTED
from reviews.models import Annotation, ReturnPoint, Submission
from reviews.permissions import check_can_be_asked_to_sign, check_can_sign_off, check_can_submit
from reviews.policies import check_content_may_change, check_may_be_chosen, check_ready_to_submit
from reviews.services.signing import sign
from reviews.services.versions import check_waiting, last_number, lock_submission
from reviews.wording import read_text

__all__ = ["NewPoint", "answer_point", "return_submission", "sign", "submit"]

MOST_POINTS = 50


@dataclass(frozen=True)
class NewPoint:
    """One thing asked for in a return: about an allegation, a moment, or the whole (neither)."""

    text: str
    allegation_id: UUID | None = None
    annotation_id: UUID | None = None


@transaction.atomic
def submit(
    *, actor: User, case_id: UUID, version: int | None, supervisor: User | None, now: datetime
) -> Submission:
    """Submit the content of a case as its next version to a supervisor, and return the submission.

    `version` is that of the case the actor saw. Every mark becomes evidence: read-only until a
    return. Raises NotFound, NotPermitted, StaleVersion, NotNow when the state does not allow it or
    something is missing (the sentence lists it), Invalid at `supervisor` for one who may not sign.
    """
    case = lock_case(actor=actor, case_id=case_id)
    check_can_submit(actor)
    check_version(case, version)
    check_transition("submit", case.state)
    missing = check_ready_to_submit(case)
    if missing:
        raise NotNow(
            f"Not ready to submit: {'; '.join(item.label.lower() for item in missing)}",
            code="not_ready",
        )
    supervisor = _chosen(supervisor, case, actor)
    case.annotations.update(state=AnnotationState.SUBMITTED)
    content = content_of(case)
    submission = Submission.objects.create(
        complaint=case,
        number=last_number(case) + 1,
        content=content,
        digest=digest_of(content),
        submitted_by=actor,
        submitted_at=now,
        supervisor=supervisor,
    )
    if case.supervisor is not None and case.supervisor != supervisor:
        end_assignment(
            case.supervisor, case, reason="Another supervisor was chosen", actor=actor, now=now
        )
    case.supervisor = supervisor
    move(case, "submit")
    case.save(update_fields=["state", "state_before_pause", "version", "supervisor"])
    meet_deadline(case, "ANSWER_RETURN", on=london_day(now))
    note_contribution(case, actor=actor, kind=ContributionKind.SUBMITTED, now=now)
    record(
        SUBMITTED,
        actor=actor.audit_actor(),
        subject=submission.audit_subject(),
        now=now,
        details={
            "number": submission.number,
            "digest": submission.digest,
            "supervisor_id": supervisor.pk,
            "marks": case.annotations.count(),
        },
    )
    return submission


@transaction.atomic
def return_submission(
    *,
    actor: User,
    submission_id: UUID,
    points: Sequence[NewPoint],
    answer_by: date | None,
    now: datetime,
) -> Submission:
    """Return a submitted version with points to answer, and return the submission.

    The case goes back to how it was handled and its marks become drafts of their authors again;
    the next submission freezes them. `answer_by` is a London day, today or later; None takes the
    period of the rule ANSWER_RETURN. Raises NotFound, NotPermitted, NotNow when the version no
    longer waits, and Invalid at `points` or `answer_by`.
    """
    case, submission = lock_submission(actor, submission_id)
    check_can_sign_off(actor, case)
    check_waiting(submission, case, "return")
    if answer_by is not None and answer_by < london_day(now):
        raise Invalid(
            f"The day to answer by must be today or later. You entered {plain_date(answer_by)}",
            field="answer_by",
        )
    rows = _points(submission, case, points)
    clock = start_deadline(case, "ANSWER_RETURN", started_on=london_day(now), due_on=answer_by)
    submission.state = SubmissionState.RETURNED
    submission.answer_by = clock.due_on
    submission.closed_at = now
    submission.save(update_fields=["state", "answer_by", "closed_at"])
    ReturnPoint.objects.bulk_create(rows)
    case.annotations.update(state=AnnotationState.DRAFT)
    move(case, "return")
    case.save(update_fields=["state", "version"])
    record(
        RETURNED,
        actor=actor.audit_actor(),
        subject=submission.audit_subject(),
        now=now,
        details={"number": submission.number, "points": len(rows), "answer_by": clock.due_on},
        personal={"points": [row.text for row in rows]},
    )
    return submission


@transaction.atomic
def answer_point(*, actor: User, point_id: UUID, answer: str, now: datetime) -> ReturnPoint:
    """Answer a point of a return, or replace the answer until the next submission.

    Raises NotFound, NotPermitted, NotNow when the return is not the latest version or the case is
    not being handled, and Invalid at `answer` for an empty one.
    """
    visible = ReturnPoint.objects.visible_to(actor).filter(pk=point_id)
    case_id = visible.values_list("submission__complaint_id", flat=True).first()
    if case_id is None:
        raise NotFound
    case = lock_case(actor=actor, case_id=case_id)
    check_can_submit(actor)
    point = ReturnPoint.objects.select_related("submission").get(pk=point_id)
    check_content_may_change(case)
    if point.submission.number != last_number(case):
        raise NotNow("This return has been answered: a later version was submitted")
    text = read_text(answer, field="answer", empty="Enter your answer", name="Your answer")
    if point.answer == text:
        return point
    point.answer, point.answered_by, point.answered_at = text, actor, now
    point.save(update_fields=["answer", "answered_by", "answered_at"])
    case.version += 1
    case.save(update_fields=["version"])
    point.submission.complaint = case
    record(
        POINT_ANSWERED,
        actor=actor.audit_actor(),
        subject=point.submission.audit_subject(),
        now=now,
        details={"number": point.submission.number, "point": point.number},
        personal={"answer": text},
    )
    return point


def _chosen(supervisor: User | None, case: Complaint, actor: User) -> User:
    if supervisor is None:
        raise Invalid("Choose a supervisor", code="no_supervisor", field="supervisor")
    check_may_be_chosen(supervisor, submitting=actor)
    try:
        check_can_be_asked_to_sign(supervisor, case)
    except NotPermitted as refusal:
        # The person acting may submit; it is their answer that has to be repaired.
        raise Invalid(refusal.message, code=refusal.code, field="supervisor") from refusal
    return supervisor


def _points(
    submission: Submission, case: Complaint, points: Sequence[NewPoint]
) -> list[ReturnPoint]:
    if not points:
        raise Invalid("Enter at least one point to answer", code="no_points", field="points")
    if len(points) > MOST_POINTS:
        raise Invalid(
            f"A return has at most {MOST_POINTS} points. You entered {len(points)}", field="points"
        )
    allegations = set(Allegation.objects.filter(complaint=case).values_list("pk", flat=True))
    marks = set(Annotation.objects.filter(complaint=case).values_list("pk", flat=True))
    rows = []
    for number, point in enumerate(points, start=1):
        if point.allegation_id not in {None, *allegations} or point.annotation_id not in {
            None,
            *marks,
        }:
            raise Invalid(
                f"Point {number}: choose an allegation or a moment of this case", field="points"
            )
        text = read_text(
            point.text,
            field="points",
            empty=f"Point {number}: enter what is to be answered",
            name=f"Point {number}",
        )
        rows.append(
            ReturnPoint(
                submission=submission,
                number=number,
                allegation_id=point.allegation_id,
                annotation_id=point.annotation_id,
                text=text,
            )
        )
    return rows
