"""What waits for one person: footage that will vanish, then everything by date, oldest first.

Whose a case is: the investigator's and the supervisor's by name; until its handling is decided,
it is every complaint handler's of the team, and of whoever logged it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from accounts.branched_lists import expanded, take
from accounts.models import User
from accounts.people import put_accounts
from accounts.roles import Permission, Role
from bwcportal.phrasing import counted, london_day, plain_date
from incidents.enums import (
    OPEN_STATES,
    UNASSESSED_STATES,
    CaseState,
    FootageStatus,
    PreservationState,
)
from incidents.models import Complaint, Deadline, FootageLink
from incidents.selectors.footage_clock import FootageClock, footage_clocks, links_of
from reviews.enums import SubmissionState
from reviews.models import Submission
from reviews.selectors.conflict_tasks import concern_tasks, matching_tasks, vacancy_tasks
from reviews.selectors.my_tasks import (
    Task,
    deadline_tasks,
    emergency_tasks,
    finalising_tasks,
    handling_tasks,
    sign_off_tasks,
    summary_of,
)

# Beyond this many cases a person works from the list of cases, not from this page.
MOST_CASES = 200
# Footage that goes later than this waits in the list of cases: a wall of clocks warns of nothing.
CLOCK_HORIZON = timedelta(days=14)
MOST_CLOCKS = 5
# Nobody works today on what is due in three months; it stands with the key dates of its case.
TASK_HORIZON = timedelta(days=56)


@dataclass(frozen=True)
class FootageCard:
    """Footage of a case that will be auto-deleted, and what to do about it at once."""

    case: Complaint
    clock: FootageClock
    may_preserve: bool


@dataclass(frozen=True)
class Wait:
    """Something that others have to do for a case of the person."""

    case: Complaint
    since: date
    what: str
    who: str


@dataclass(frozen=True)
class StateCount:
    """How many open cases of the person stand in a state, and since when the oldest was logged."""

    state: str
    label: str
    count: int
    oldest: str


@dataclass(frozen=True)
class MyWork:
    """Everything My work shows to one person."""

    cards: list[FootageCard]
    more_cards: int
    tasks: list[Task]
    later_tasks: int
    waits: list[Wait]
    open_cases: int
    states: list[StateCount]
    footage: list[tuple[str, int]]
    summary: dict[str, int | str]


def my_work(*, user: User, now: datetime) -> MyWork:
    """Read what waits for a person (12 to 16 queries by role, however much it is)."""
    cases = _my_cases(user)
    by_id = {case.pk: case for case in cases}
    of_case = links_of(cases)
    links = _links_by_state(link for each in of_case.values() for link in each)
    submissions = _awaiting(user)
    deadlines = _deadlines(by_id)
    cards = _cards(user, cases, of_case, now)
    tasks = [
        *deadline_tasks(user, deadlines, now),
        *sign_off_tasks(user, submissions),
        *handling_tasks(user, cases, now),
        *finalising_tasks(user, cases, deadlines, now),
        *emergency_tasks(user, now),
        *matching_tasks(user, cases),
        *vacancy_tasks(user),
        *concern_tasks(user),
    ]
    tasks.sort(key=lambda task: (task.on, not task.is_due, task.case.reference, task.label))
    near = [task for task in tasks if task.on <= london_day(now + TASK_HORIZON)]
    return MyWork(
        cards=cards[:MOST_CLOCKS],
        more_cards=max(len(cards) - MOST_CLOCKS, 0),
        tasks=near,
        later_tasks=len(tasks) - len(near),
        waits=_waits(user, by_id, submissions, deadlines, links),
        open_cases=len(cases),
        states=_states(cases, now),
        footage=_footage(links),
        summary=summary_of(near, now),
    )


def _my_cases(user: User) -> list[Complaint]:
    owner = user.principal
    unassessed = Q(state__in=sorted(UNASSESSED_STATES))
    mine = [Q(investigator=owner), Q(supervisor=owner), unassessed & Q(logged_by=owner)]
    if Role.COMPLAINT_HANDLER in user.role_set:
        mine.append(unassessed)
    unfinished = sorted(OPEN_STATES | {CaseState.WITHDRAWN})
    branches = [
        branch.filter(state__in=unfinished) for branch in Complaint.objects.branches_for(user)
    ]
    # Read apart, because a join would look everything beside a case up again for each of them.
    full = Complaint.objects.prefetch_related("incident")
    cases = take(
        expanded(branches, mine), order=("logged_at", "id"), limit=MOST_CASES, load=full
    ).rows
    put_accounts(cases, "investigator", "supervisor")
    return cases


def _links_by_state(links: Iterable[FootageLink]) -> list[dict[str, Any]]:
    """Count the recordings of each case by what became of them, with the first request of each kind."""
    found: dict[tuple[Any, ...], list[datetime]] = defaultdict(list)
    counts: Counter[tuple[Any, ...]] = Counter()
    for link in links:
        kept = getattr(link, "preservation", None)
        key = (link.complaint_id, link.footage.status, kept.state if kept else None)
        counts[key] += 1
        if kept is not None and kept.requested_at is not None:
            found[key].append(kept.requested_at)
    return [
        {
            "complaint_id": case_id,
            "footage__status": status,
            "preservation__state": state,
            "count": count,
            "since": min(found[case_id, status, state], default=None),
        }
        for (case_id, status, state), count in counts.items()
    ]


def _awaiting(user: User) -> list[Submission]:
    owner = user.principal
    mine = [Q(supervisor=owner), Q(complaint__investigator=owner), Q(submitted_by=owner)]
    branches = [
        branch.filter(state=SubmissionState.AWAITING)
        for branch in Submission.objects.branches_for(user)
    ]
    full = Submission.objects.select_related(
        "complaint", "submitted_by__person", "supervisor__person"
    ).defer("content")
    return take(
        expanded(branches, mine), order=("submitted_at", "id"), limit=MOST_CASES, load=full
    ).rows


def _deadlines(by_id: dict[UUID, Complaint]) -> list[Deadline]:
    rows = list(
        Deadline.objects.filter(complaint__in=by_id, met_on__isnull=True, cancelled_on__isnull=True)
        .select_related("rule")
        .order_by("due_on", "id")
    )
    for row in rows:
        row.complaint = by_id[row.complaint_id]
    return rows


def _cards(
    user: User, cases: list[Complaint], links: dict[UUID, list[FootageLink]], now: datetime
) -> list[FootageCard]:
    if not user.has_role_permission(Permission.PRESERVE_FOOTAGE):
        return []
    going_on = [case for case in cases if case.state != CaseState.WITHDRAWN]
    clocks = footage_clocks(going_on, links)
    by_id = {case.pk: case for case in cases}
    cards = [
        FootageCard(by_id[key], clock, may_preserve=bool(clock.at_risk))
        for key, clock in clocks.items()
        if clock.moment is not None and now < clock.moment <= now + CLOCK_HORIZON
    ]
    return sorted(cards, key=lambda card: (card.clock.moment or now, card.case.reference))


def _waits(
    user: User,
    by_id: dict[UUID, Complaint],
    submissions: list[Submission],
    deadlines: list[Deadline],
    links: list[dict[str, Any]],
) -> list[Wait]:
    waits = [
        Wait(
            row.complaint,
            london_day(row.submitted_at),
            f"Sign-off of version {row.number}",
            row.supervisor.display_name,
        )
        for row in submissions
        if row.supervisor_id != user.principal.pk
    ]
    waits += [
        Wait(
            row.complaint,
            row.started_on,
            f"Review: the complainant may ask until {plain_date(row.due_on)}",
            "Complainant",
        )
        for row in deadlines
        if row.rule.code == "REVIEW_APPLY"
    ]
    for row in links:
        if row["preservation__state"] == PreservationState.REQUESTED and row["since"]:
            waits.append(
                Wait(
                    by_id[row["complaint_id"]],
                    london_day(row["since"]),
                    f"Receipt for {counted(row['count'], 'recording')}",
                    "Evidence system",
                )
            )
    return sorted(waits, key=lambda wait: (wait.since, wait.case.reference))


def _states(cases: list[Complaint], now: datetime) -> list[StateCount]:
    found: dict[str, list[Complaint]] = defaultdict(list)
    for case in cases:
        found[case.state].append(case)
    today = london_day(now)
    return [
        StateCount(
            state,
            str(state.label),
            len(found[state]),
            f"oldest {counted((today - london_day(found[state][0].logged_at)).days, 'day')}",
        )
        for state in CaseState
        if found[state]
    ]


def _footage(links: Iterable[dict[str, Any]]) -> list[tuple[str, int]]:
    counts: Counter[str] = Counter()
    for row in links:
        kept = str(row["preservation__state"] or "not_requested").lower()
        code = "lost" if row["footage__status"] == FootageStatus.LOST else kept
        counts[code] += int(row["count"])
    order = (
        "preserved",
        "requested",
        "unconfirmed",
        "refused",
        "not_requested",
        "released",
        "lost",
    )
    always = {"preserved", "not_requested", "lost"}
    shown = [(code, counts[code]) for code in order if counts[code] or code in always]
    return shown if sum(counts.values()) else []
