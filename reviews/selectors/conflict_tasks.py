"""Tasks that come of who a person is: a case that needs somebody new, a description to decide about."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.urls import reverse

from accounts.branched_lists import expanded, take
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
from incidents.models import CasePlacement, Complaint, Contribution, SubjectMatch
from incidents.selectors.conflicts import list_concerns, sentence
from reviews.selectors.my_tasks import Task

MOST = 50
_NEED_SOMEBODY = sorted(HANDLING_STATES | {CaseState.SUSPENDED, CaseState.SUPERVISOR_REVIEW})


def vacancy_tasks(user: User) -> list[Task]:
    """List the team's cases that nobody investigates, and those that came from another team.

    For those who sign off (2 queries, else none).
    """
    if not user.has_role_permission(Permission.SIGN_OFF):
        return []
    arrived = CasePlacement.objects.filter(
        awaits_note=True, until__isnull=True, team_id__in=user.team_ids
    )
    arms = [
        Q(investigator__isnull=True, state__in=_NEED_SOMEBODY),
        Q(pk__in=arrived.values("complaint_id")),
    ]
    branches = [
        branch.filter(team_id__in=user.team_ids) for branch in Complaint.objects.branches_for(user)
    ]
    before = Contribution.objects.filter(
        complaint=OuterRef("pk"), kind=ContributionKind.INVESTIGATED
    )
    came = arrived.filter(complaint=OuterRef("pk"))
    load = Complaint.objects.annotate(had_one=Exists(before), came=Subquery(came.values("since")))
    rows = take(expanded(branches, arms), order=("logged_at", "id"), limit=MOST, load=load).rows
    return [_vacancy(case) for case in rows]


def _vacancy(case: Any) -> Task:
    is_vacant = case.investigator_id is None and case.state in _NEED_SOMEBODY
    need = "Needs a new investigator" if case.had_one else "Needs an investigator"
    label = need
    if case.came:
        label = f"Moved to your team: {need[0].lower()}{need[1:]}" if is_vacant else (
            "Moved to your team: take note"
        )  # fmt: skip
    route = (
        "incidents:decide-handling"
        if is_vacant and case.state in HANDLING_STATES
        else "incidents:case"
    )
    return Task(
        case,
        label,
        reverse(route, args=[case.pk]),
        case.title,
        london_day(case.came or case.handling_since or case.logged_at),
        is_due=False,
    )


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
