"""Tasks that come of who a person is: a case that needs somebody new, a description to decide about."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from accounts.branched_lists import take
from accounts.models import User
from accounts.roles import Permission
from bwcportal.phrasing import counted, london_day
from incidents.enums import (
    HANDLING_STATES,
    AssignmentRole,
    CaseState,
    ContributionKind,
    MatchState,
)
from incidents.models import Complaint, Contribution, SubjectMatch
from incidents.selectors.conflicts import list_concerns, sentence
from reviews.selectors.my_tasks import Task

MOST = 50
_NEED_SOMEBODY = sorted(HANDLING_STATES | {CaseState.SUSPENDED, CaseState.SUPERVISOR_REVIEW})


def vacancy_tasks(user: User) -> list[Task]:
    """List the team's cases that nobody investigates, for those who sign off (2 queries, else none)."""
    if not user.has_role_permission(Permission.SIGN_OFF):
        return []
    branches = [
        branch.filter(
            investigator__isnull=True, team_id__in=user.team_ids, state__in=_NEED_SOMEBODY
        )
        for branch in Complaint.objects.branches_for(user)
    ]
    before = Contribution.objects.filter(
        complaint=OuterRef("pk"), kind=ContributionKind.INVESTIGATED
    )
    load = Complaint.objects.annotate(had_one=Exists(before))
    return [
        Task(
            case,
            "Needs a new investigator" if case.had_one else "Needs an investigator",
            reverse("incidents:decide-handling", args=[case.pk])
            if case.state in HANDLING_STATES
            else reverse("incidents:case", args=[case.pk]),
            case.title,
            london_day(case.handling_since or case.logged_at),
            is_due=False,
        )
        for case in take(branches, order=("logged_at", "id"), limit=MOST, load=load).rows
    ]


def concern_tasks(user: User) -> list[Task]:
    """List the conflicts that came up for people who have a case, for its supervisor (2 queries).

    Those about the supervisor, or where nobody supervises, go to the supervisors of the team.
    """
    if not user.has_role_permission(Permission.SIGN_OFF):
        return []
    mine = Q(complaint__supervisor=user.principal) | Q(because__supervisor=user.principal)
    of_team = Q(complaint__team_id__in=user.team_ids) & (
        Q(role=AssignmentRole.SUPERVISOR) | Q(complaint__supervisor__isnull=True)
    )
    return [
        Task(
            row.complaint,
            "Reassign the case, or say why it stands",
            reverse("incidents:concern", args=[row.complaint_id, row.pk]),
            sentence(row.kind, row.user, row.about, row.because),
            london_day(row.found_at),
            is_due=False,
        )
        for row in list_concerns(user, mine | of_team, most=MOST)
    ]


def matching_tasks(user: User, cases: list[Complaint]) -> list[Task]:
    """List the descriptions that may mean somebody, for those who may name officers (1 query)."""
    if not user.has_role_permission(Permission.MANAGE_CASE):
        return []
    by_id = {case.pk: case for case in cases}
    rows = (
        SubjectMatch.objects.filter(subject__complaint__in=by_id, state=MatchState.PROPOSED)
        .select_related("subject")
        .order_by("proposed_at", "id")
    )
    found: dict[object, list[SubjectMatch]] = {}
    for row in rows:
        found.setdefault(row.subject_id, []).append(row)
    return [
        Task(
            by_id[matches[0].subject.complaint_id],
            "Say whether the officer described is somebody of the force",
            reverse(
                "incidents:officer", args=[matches[0].subject.complaint_id, matches[0].subject_id]
            ),
            f"“{matches[0].subject.description}”: "
            f"{counted(len(matches), 'person is', 'people are')} kept out until then",
            london_day(matches[0].proposed_at),
            is_due=False,
        )
        for matches in found.values()
    ]
