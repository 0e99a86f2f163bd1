"""The officers complained about on one case: who they are, and whom a description may mean."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from incidents.enums import ExclusionKind, MatchState
from incidents.models import (
    CaseExclusion,
    Complaint,
    ComplaintSubject,
    FormerNaming,
    SubjectMatch,
)


def subjects_for(user: User) -> QuerySet[ComplaintSubject]:
    """List the officers complained about in the cases that a person may know of."""
    return (
        ComplaintSubject.objects.visible_to(user)
        .select_related("complaint", "person__unit")
        .prefetch_related("former_namings__person__unit")
    )


def matches_for(user: User) -> QuerySet[SubjectMatch]:
    """List whom descriptions may mean, in the cases that a person may know of."""
    return SubjectMatch.objects.visible_to(user).select_related(
        "person__unit", "subject__complaint", "decided_by__person"
    )


def former_namings_of(subject: ComplaintSubject) -> list[FormerNaming]:
    """List who was named by mistake before, the latest first (1 query)."""
    rows = subject.former_namings.select_related("person", "corrected_by__person")
    return list(rows.order_by("-corrected_at", "-id"))


def matches_of(subject: ComplaintSubject) -> list[SubjectMatch]:
    """List whom a description may mean or was thought to mean, the undecided first (1 query)."""
    rows = subject.matches.select_related("person__unit", "decided_by__person")
    undecided = MatchState.PROPOSED
    return sorted(
        rows, key=lambda row: (row.state != undecided, row.person.surname, str(row.person_id))
    )


def undecided_matches(case: Complaint) -> list[SubjectMatch]:
    """List whom the descriptions of a case may mean and nobody has ruled out yet (1 query)."""
    return list(
        SubjectMatch.objects.filter(subject__complaint=case, state=MatchState.PROPOSED)
        .select_related("person", "subject")
        .order_by("person__surname", "id")
    )


def exclusion_of(case: Complaint, person_id: UUID) -> CaseExclusion | None:
    """Find what keeps a person out of a case and nobody has ended, or None."""
    return (
        CaseExclusion.objects.in_force()
        .filter(complaint=case, person_id=person_id)
        .select_related("person")
        .first()
    )


def declared_out(case: Complaint) -> set[UUID]:
    """Give the persons who are kept out of a case because somebody said so, and not as an officer."""
    rows = CaseExclusion.objects.in_force().filter(complaint=case, kind=ExclusionKind.DECLARED)
    return set(rows.values_list("person_id", flat=True))


def exclusions_of(case: Complaint) -> list[CaseExclusion]:
    """List every exclusion of a case, the ended ones too, the latest first (1 query)."""
    return list(
        case.exclusions.select_related("person", "made_by__person", "ended_by__person").order_by(
            "-made_at", "-id"
        )
    )


def subject_in(case: Complaint, subject_id: UUID) -> ComplaintSubject | None:
    """Find one officer complained about in this case, or None."""
    return case.subjects.select_related("person").filter(pk=subject_id).first()
