"""The things a person has to do, as lines of My work: what, for which case, by when and why."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.urls import reverse

from accounts.models import User
from accounts.roles import Permission
from bwcportal.phrasing import counted, london_day, plain_date, short_date
from incidents.enums import UNASSESSED_STATES, CaseState
from incidents.models import Complaint, Deadline
from incidents.selectors.emergencies import notices_of, reviews_waiting_for
from reviews.enums import SubmissionState
from reviews.models import ReturnPoint, Submission

# Clocks that run for somebody else: nothing to do but wait.
OTHERS_CLOCKS = {"REVIEW_APPLY", "REVIEW_HOLD"}
_ACTS = {
    "UPDATE_FIRST": ("Send the first update", "incidents:case"),
    "UPDATE_NEXT": ("Send the four-week update", "incidents:case"),
    "OUTCOME_NOTIFY": ("Send the outcome letter", "incidents:case"),
    "REVIEW_RIGHT_NOTIFY": ("Tell the complainant how to ask for a review", "incidents:case"),
    "TIMELINESS_12M": ("Write the 12-month report", "incidents:case"),
    "ANSWER_RETURN": ("Answer the return", "reviews:sign-off"),
}


@dataclass(frozen=True)
class Task:
    """One thing to do. `on` is the London day it is due or, unless `is_due`, began to wait.

    `states` are badge codes.
    """

    case: Complaint
    label: str
    url: str
    detail: str
    on: date
    is_due: bool
    states: list[str] = field(default_factory=list)


def deadline_tasks(user: User, deadlines: list[Deadline], now: datetime) -> list[Task]:
    """List the running clocks that the person has to meet, with the points of a return (1 query)."""
    mine = [
        row
        for row in deadlines
        if row.rule.code not in OTHERS_CLOCKS
        and row.complaint.investigator_id in {None, user.principal.pk}
    ]
    returned = [row.complaint_id for row in mine if row.rule.code == "ANSWER_RETURN"]
    points = _open_returns(returned)
    return [
        _deadline_task(
            row,
            points.get(row.complaint_id, []) if row.rule.code == "ANSWER_RETURN" else [],
            now,
        )
        for row in mine
    ]


def _open_returns(case_ids: list[UUID]) -> dict[UUID, list[ReturnPoint]]:
    if not case_ids:
        return {}
    rows = (
        ReturnPoint.objects.filter(
            submission__complaint__in=case_ids, submission__state=SubmissionState.RETURNED
        )
        .select_related("submission__supervisor__person")
        .order_by("submission__number", "number")
    )
    latest: dict[UUID, list[ReturnPoint]] = defaultdict(list)
    for point in rows:
        known = latest[point.submission.complaint_id]
        if known and known[0].submission_id != point.submission_id:
            known.clear()
        known.append(point)
    return latest


def _deadline_task(row: Deadline, points: list[ReturnPoint], now: datetime) -> Task:
    label, route = _ACTS.get(row.rule.code, (row.rule.label, "incidents:case"))
    states = []
    if row.due_on < london_day(now):
        states.append("overdue")
    elif row.due_on == london_day(now):
        states.append("due_today")
    detail = _arithmetic(row)
    if points:
        left = [point for point in points if point.answered_at is None]
        label = f"{label}: {len(left)} of {counted(len(points), 'point')} left"
        states = ["returned_to_you", *states]
        quoted = (left or points)[0]
        who = quoted.submission.supervisor.display_name
        detail = f"“{_shortened(quoted.text)}” {who}"
    url = reverse(route, args=[row.complaint_id])
    return Task(row.complaint, label, url, detail, row.due_on, is_due=True, states=states)


def _arithmetic(row: Deadline) -> str:
    """Say the arithmetic in one line, without its result, which stands in the column before."""
    return " ".join(part for pair in row.arithmetic[:-1] for part in _said(*pair))


def _said(what: str, value: str) -> list[str]:
    return [value] if value.startswith("+") else [what, value]


def _shortened(text: str, most: int = 120) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most + 1].rsplit(" ", 1)[0][:most] + "…"


def sign_off_tasks(user: User, submissions: list[Submission]) -> list[Task]:
    """List the versions that wait for the person to sign or return them."""
    return [
        Task(
            row.complaint,
            f"Sign off version {row.number}, or return it",
            reverse("reviews:sign-off", args=[row.complaint_id]),
            f"Submitted by {row.submitted_by.display_name}, {row.complaint.title}",
            london_day(row.submitted_at),
            is_due=False,
            states=["with_you"],
        )
        for row in submissions
        if row.supervisor_id == user.principal.pk
        and row.submitted_by_id not in {user.pk, user.principal.pk}
    ]


def handling_tasks(user: User, cases: list[Complaint], now: datetime) -> list[Task]:
    """List the cases whose handling the person may decide."""
    if not user.has_role_permission(Permission.MANAGE_CASE):
        return []
    return [
        Task(
            case,
            "Decide how the complaint is handled",
            reverse("incidents:case", args=[case.pk]),
            f"Logged {short_date(case.logged_at, today=london_day(now))}. {case.title}",
            london_day(case.logged_at),
            is_due=False,
        )
        for case in cases
        if case.state in UNASSESSED_STATES
    ]


def finalising_tasks(
    user: User, cases: list[Complaint], deadlines: list[Deadline], now: datetime
) -> list[Task]:
    """List the cases of a supervisor for which nothing is left but to finalise them."""
    if not user.has_role_permission(Permission.FINALISE):
        return []
    today = london_day(now)
    open_windows = {
        row.complaint_id
        for row in deadlines
        if row.rule.code in OTHERS_CLOCKS and row.due_on >= today
    }
    return [
        Task(
            case,
            "Finalise the case",
            reverse("retention:case", args=[case.pk]),
            "Withdrawn" if case.state == CaseState.WITHDRAWN else "The time for a review is over",
            case.outcome_sent_on or london_day(case.logged_at),
            is_due=False,
        )
        for case in cases
        if case.state in {CaseState.WITHDRAWN, CaseState.OUTCOME_SENT}
        and case.pk not in open_windows
        and case.supervisor_id == user.principal.pk
    ]


def emergency_tasks(user: User, now: datetime) -> list[Task]:
    """List the emergency accesses that the person is to take note of or to review (2 queries)."""
    notices = [
        Task(
            row.emergency.complaint,
            f"Take note: {row.emergency.account.display_name} opened this case in an emergency",
            reverse("incidents:emergency", args=[row.emergency_id]),
            f"“{_shortened(row.emergency.reason)}”",
            london_day(row.made_at),
            is_due=False,
            states=["emergency_open" if row.emergency.is_open(now) else "to_acknowledge"],
        )
        for row in notices_of(user)
    ]
    reviews = [
        Task(
            row.complaint,
            f"Review the emergency access of {row.account.display_name}",
            reverse("incidents:emergency", args=[row.pk]),
            f"“{_shortened(row.reason)}”",
            london_day(row.review_due_at),
            is_due=True,
            states=["overdue"] if row.is_late(now) else ["to_review"],
        )
        for row in reviews_waiting_for(user, now=now)
    ]
    return notices + reviews


def summary_of(tasks: list[Task], now: datetime) -> dict[str, int | str]:
    """Count what is late, due today and due later, and by when all of it is due."""
    today = london_day(now)
    due = [task for task in tasks if task.is_due]
    later = [task for task in due if task.on > today]
    return {
        "overdue": sum(task.on < today for task in due),
        "today": sum(task.on == today for task in due),
        "later": len(later),
        "until": plain_date(later[-1].on) if later else "",
        "undated": len(tasks) - len(due),
    }
