"""Lists of cases and what a case's own page shows. Only rows that the person may know of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.branched_lists import PAGE_SIZE, place_of, take_counted
from accounts.cursors import encode, read_place
from accounts.models import Team, User
from accounts.people import holders_of, put_accounts
from accounts.roles import Role
from audit.selectors import CappedCount
from incidents.enums import CaseState
from incidents.models import Allegation, Complaint, Deadline, Update
from incidents.selectors.case_filters import ME, NOBODY, OPEN, CaseFilters, cases_listed
from incidents.selectors.casebar import CLOSED_STATES
from incidents.selectors.footage_clock import FootageClock, footage_clocks
from incidents.selectors.officers import complained_about_in_order, people_called

NEWEST = ("-logged_at", "-id")
MOST_OFFERED = 50
MOST_TEAMS_LOOKED_THROUGH = 5
# What the row of a list shows: the words of the case stay where they are.
_LISTED = Complaint.objects.select_related("incident", "team").defer("summary", "original_words")


@dataclass(frozen=True)
class CaseRow:
    """A case in a list, with its next due date and its footage clock."""

    case: Complaint
    next_deadline: Deadline | None
    footage: FootageClock


@dataclass(frozen=True)
class CasePage:
    """Rows, newest first; `next_after` is the cursor of the next page, '' on the last."""

    rows: list[CaseRow]
    next_after: str
    count: CappedCount


@dataclass(frozen=True)
class FilterChoices:
    """What the filters of a list offer this person: (value, words) pairs.

    `investigators` is None where there are too many to choose from: then one is typed.
    """

    states: list[tuple[str, str]]
    teams: list[tuple[str, str]]
    investigators: list[tuple[str, str]] | None


def list_cases(
    user: User, filters: CaseFilters, *, after: str = "", size: int = PAGE_SIZE
) -> CasePage:
    """List the cases a person may know of, newest first (5 queries, 6 with a text).

    `after` is the cursor of the page before; raises Invalid for one that was not made here. The
    count goes no further than 1,000; a page beyond that takes a query more.
    """
    branches = cases_listed(user, filters)
    place = read_place(Complaint, NEWEST, after) if after else None
    taken, count = take_counted(branches, order=NEWEST, limit=size, after=place, load=_LISTED.all())
    put_accounts(taken.rows, "investigator")
    following = encode(place_of(taken.rows[-1], NEWEST)) if taken.more and taken.rows else ""
    return CasePage(_rows(taken.rows), following, count)


def find_by_reference(user: User, text: str) -> Complaint | None:
    """Find the one visible case whose whole reference was typed, in upper or lower case."""
    return Complaint.objects.visible_to(user).filter(reference=text.strip().upper()).first()


def filter_choices(user: User) -> FilterChoices:
    """List what this person can narrow the list to: own teams, and the investigators in them."""
    states = [(OPEN, "All that are open")]
    states += [(state.value, state.label) for state in CaseState if state != CaseState.DESTROYED]
    teams = [
        (str(team.pk), team.name)
        for team in Team.objects.filter(pk__in=user.team_ids).order_by("name")
    ]
    return FilterChoices(states, teams, _investigators(user))


def investigators_called(user: User, typed: str) -> list[User]:
    """Find the investigators of the person's own teams by collar number, surname or user name.

    Ten at most. Nobody outside the teams is found, so that the answer tells nothing of them.
    """
    called = Q(person__in=people_called(typed)) | Q(username__iexact=typed)
    return list(_colleagues(user).filter(called)[:10])


def _colleagues(user: User) -> QuerySet[User]:
    return holders_of(Role.INVESTIGATOR, teams=user.team_ids)


def _investigators(user: User) -> list[tuple[str, str]] | None:
    """Offer the investigators of the person's teams, None where there are too many to look through."""
    if len(user.team_ids) > MOST_TEAMS_LOOKED_THROUGH:
        return None
    others = list(_colleagues(user).exclude(pk=user.principal.pk)[: MOST_OFFERED + 1])
    if len(others) > MOST_OFFERED:
        return None
    named = [(str(other.pk), other.display_name) for other in others]
    return [(ME, "Me"), (NOBODY, "Nobody yet"), *named]


def running_deadlines(case: Complaint) -> list[Deadline]:
    """List the clocks of a case that run, the next due first (1 query); a closed case has none."""
    if case.state in CLOSED_STATES:
        return []
    return list(_running([case.pk]).order_by("due_on", "rule__position", "id"))


def allegations_of(case: Complaint) -> list[Allegation]:
    """List the allegations of a case by number, with category and officers (2 queries)."""
    return list(
        Allegation.objects.filter(complaint=case)
        .select_related("category")
        .prefetch_related(complained_about_in_order(), "subjects__person")
        .order_by("number")
    )


def updates_of(case: Complaint) -> list[Update]:
    """List the updates sent to the complainant, the last first (1 query)."""
    return list(
        Update.objects.filter(complaint=case)
        .select_related("sent_by__person")
        .order_by("-sent_on", "-id")
    )


def key_dates(case: Complaint) -> list[tuple[str, date | datetime | None]]:
    """List what has happened to a case and when, in order, leaving out what has not."""
    dates: list[tuple[str, date | datetime | None]] = [
        ("Complaint made", case.made_on),
        ("Logged", case.logged_at),
        ("Handling began", case.handling_since),
        ("Recorded under Schedule 3", case.recorded_at),
        ("Signed off", case.signed_at),
        ("Outcome sent", case.outcome_sent_on),
        ("Finalised", case.finalised_at),
        ("Destroyed", case.destroyed_at),
    ]
    return [(what, when) for what, when in dates if when is not None]


def _running(case_ids: Iterable[UUID]) -> QuerySet[Deadline]:
    """Find the clocks that run. A review that was not asked for in time is not late: it is over."""
    return (
        Deadline.objects.filter(
            complaint__in=list(case_ids), met_on__isnull=True, cancelled_on__isnull=True
        )
        .exclude(rule__code="REVIEW_APPLY", due_on__lt=timezone.localdate())
        .select_related("rule")
    )


def _rows(cases: Iterable[Complaint]) -> list[CaseRow]:
    cases = list(cases)
    clocks = footage_clocks(cases)
    due: dict[UUID, Deadline] = {}
    running = _running(case.pk for case in cases if case.state not in CLOSED_STATES)
    for deadline in running.order_by("due_on", "rule__position", "id"):
        due.setdefault(deadline.complaint_id, deadline)
    return [CaseRow(case, due.get(case.pk), clocks[case.pk]) for case in cases]
