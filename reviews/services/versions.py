"""Finding and locking a submitted version, the first step of returning and of signing it."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Max

from accounts.models import User
from bwcportal.errors import NotFound, NotNow
from incidents.models import Complaint
from incidents.services.moving import lock_case
from incidents.transitions import check_transition
from reviews.enums import SubmissionState
from reviews.models import Submission


def lock_submission(actor: User, submission_id: UUID) -> tuple[Complaint, Submission]:
    """Lock the case of a submission and read both as they are then.

    Raises NotFound when the submission is absent or hidden.
    """
    visible = Submission.objects.visible_to(actor).filter(pk=submission_id)
    case_id = visible.values_list("complaint_id", flat=True).first()
    if case_id is None:
        raise NotFound
    case = lock_case(actor=actor, case_id=case_id)
    submission = Submission.objects.filter(complaint=case, pk=submission_id).first()
    if submission is None:
        raise NotFound
    submission.complaint = case
    return case, submission


def check_waiting(submission: Submission, case: Complaint, action: str) -> None:
    """Raise NotNow unless this version still waits for the supervisor."""
    if submission.state != SubmissionState.AWAITING:
        raise NotNow(
            f"Version {submission.number} no longer waits for a supervisor: it is "
            f"“{submission.get_state_display().lower()}”. Reload the page",
            code="not_waiting",
        )
    check_transition(action, case.state)


def last_number(case: Complaint) -> int:
    """Give the number of the latest version of a case, 0 when none was submitted."""
    return case.submissions.aggregate(last=Max("number"))["last"] or 0
