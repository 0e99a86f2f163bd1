"""The rows of judging a case as the API lists and reads them: only what a person may know of."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import User
from bwcportal.errors import Invalid
from incidents.models import Allegation, DecisionOption, NoFootageReason
from reviews.models import Annotation, Finding, ReturnPoint, SignOff, Submission, Viewing


def annotations_for(user: User) -> QuerySet[Annotation]:
    """List the marks a person may know of: submitted ones and their own drafts."""
    return (
        Annotation.objects.visible_to(user)
        .select_related("complaint", "author__person")
        .prefetch_related("bearings")
    )


def viewings_for(user: User) -> QuerySet[Viewing]:
    """List what the person themselves played; how long others watched is in the history."""
    return Viewing.objects.visible_to(user).filter(viewer=user).select_related("link__complaint")


def findings_for(user: User) -> QuerySet[Finding]:
    """List the findings of the cases a person may know of."""
    return (
        Finding.objects.visible_to(user)
        .select_related(
            "allegation__complaint", "decision", "no_footage_reason", "decided_by__person"
        )
        .prefetch_related("cited", "actions")
    )


def submissions_for(user: User) -> QuerySet[Submission]:
    """Find the submitted versions of the cases a person may know of, to open one or those of a case."""
    return submission_rows().visible_to(user)  # type: ignore[no-any-return]


def submission_rows() -> Any:
    """Read submitted versions in full; which ones is decided elsewhere."""
    return Submission.objects.select_related(
        "complaint", "submitted_by__person", "supervisor__person", "signoff"
    ).prefetch_related("points__answered_by__person")


def submissions_to_list(
    user: User, *, state: str | None = None, supervisor: User | None = None
) -> list[QuerySet[Submission]]:
    """Give the submitted versions of the cases a person may know of in branches, for a list."""
    wanted = Q(state=state) if state else Q()
    if supervisor:
        wanted &= Q(supervisor=supervisor)
    return [branch.filter(wanted) for branch in Submission.objects.branches_for(user)]


def points_for(user: User) -> QuerySet[ReturnPoint]:
    """List the points of the returns of the cases a person may know of."""
    return ReturnPoint.objects.visible_to(user).select_related(
        "submission__complaint", "answered_by__person"
    )


def signoffs_for(user: User) -> QuerySet[SignOff]:
    """List the signatures on the cases a person may know of."""
    return SignOff.objects.visible_to(user).select_related(
        "submission__complaint", "signed_by__person", "signed_for__person"
    )


def finding_version(allegation: Allegation) -> int:
    """Give the version of the finding on an allegation, 0 while it is not decided."""
    versions = Finding.objects.filter(allegation=allegation).values_list("version", flat=True)
    return versions.first() or 0


def decision_of_code(code: str, *, on: date) -> DecisionOption:
    """Find the decision of a code in force on a London day; raise Invalid."""
    found: DecisionOption | None = DecisionOption.objects.in_force(on).filter(code=code).first()
    if found is None:
        raise Invalid("Choose a decision from the list of decisions", field="decision")
    return found


def reason_of_code(code: str | None, *, on: date) -> NoFootageReason | None:
    """Find the reason of a code in force on a London day; None stays None. Raises Invalid."""
    if code is None:
        return None
    found: NoFootageReason | None = NoFootageReason.objects.in_force(on).filter(code=code).first()
    if found is None:
        raise Invalid("Choose a reason from the list of reasons", field="no_footage_reason")
    return found
