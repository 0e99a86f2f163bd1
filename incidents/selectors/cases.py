"""Lists of cases and what a case's own page shows. Only rows that the person may know of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Team, User
from accounts.people import holders_of
from accounts.roles import Role
from audit.selectors import CappedCount
from incidents.enums import CaseState
from incidents.models import Allegation, Complaint, ComplaintSubject, Deadline, Update
from incidents.selectors.casebar import CLOSED_STATES
from incidents.selectors.footage_clock import FootageClock, footage_clocks

PAGE_SIZE = 25
COUNT_CAP = 1000
NOBODY = "nobody"
ME = "me"


@dataclass(frozen=True)
class CaseFilters:
    """What a list is narrowed to: codes and ids as text, '' for everything."""

    text: str = ""
    state: str = ""
    team: str = ""
    investigator: str = ""


@dataclass(frozen=True)
class CaseRow:
    """A case in a list, with its next due date and its footage clock."""

    case: Complaint
    next_deadline: Deadline | None
    footage: FootageClock


@dataclass(frozen=True)
class CasePage:
    """Rows, newest first; `next_after` is the cursor of the next page, None on the last."""

    rows: list[CaseRow]
    next_after: UUID | None
    count: CappedCount


@dataclass(frozen=True)
class FilterChoices:
    """What the filters of a list offer this person: (value, words) pairs."""

    states: list[tuple[str, str]] = field(default_factory=list)
    teams: list[tuple[str, str]] = field(default_factory=list)
    investigators: list[tuple[str, str]] = field(default_factory=list)


def list_cases(user: User, filters: CaseFilters, *, after: UUID | None = None) -> CasePage:
    """List the cases a person may know of, newest first, 25 to a page (5 queries).

    `after` is the id of the last case of the page before; one that is hidden or gone gives an
    empty page. The count goes no further than 1,000.
    """
    narrowing = _narrowing(user, filters)
    branches = [branch.filter(narrowing) for branch in Complaint.objects.branches_for(user)]
    count = _top(branches, COUNT_CAP + 1).count()
    if after is not None:
        branches = [branch.filter(_older_than(user, after)) for branch in branches]
    ids = list(_top(branches, PAGE_SIZE + 1))
    cases = (
        Complaint.objects.filter(pk__in=[pk for pk, _ in ids])
        .select_related("incident", "team", "investigator__person")
        .order_by("-logged_at", "-id")
    )
    rows = _rows(list(cases)[:PAGE_SIZE])
    more = len(ids) > PAGE_SIZE
    next_after = rows[-1].case.pk if more and rows else None
    return CasePage(rows, next_after, CappedCount(min(count, COUNT_CAP), count > COUNT_CAP))


def find_by_reference(user: User, text: str) -> Complaint | None:
    """Find the one visible case whose whole reference was typed, in upper or lower case."""
    return Complaint.objects.visible_to(user).filter(reference__iexact=text.strip()).first()


def filter_choices(user: User) -> FilterChoices:
    """List what this person can narrow the list to: own teams, and the investigators in them."""
    states = [(state.value, state.label) for state in CaseState if state != CaseState.DESTROYED]
    teams = [
        (str(team.pk), team.name)
        for team in Team.objects.filter(pk__in=user.team_ids).order_by("name")
    ]
    colleagues = holders_of(Role.INVESTIGATOR).filter(memberships__team__in=user.team_ids)
    investigators = [(ME, "Me"), (NOBODY, "Nobody yet")] + [
        (str(other.pk), other.display_name) for other in colleagues if other.pk != user.principal.pk
    ]
    return FilterChoices(states, teams, investigators)


def running_deadlines(case: Complaint) -> list[Deadline]:
    """List the clocks of a case that run, the next due first (1 query); a closed case has none."""
    if case.state in CLOSED_STATES:
        return []
    return list(_running([case.pk]).order_by("due_on", "rule__position"))


def allegations_of(case: Complaint) -> list[Allegation]:
    """List the allegations of a case by number, with category and officers (2 queries)."""
    return list(
        Allegation.objects.filter(complaint=case)
        .select_related("category")
        .prefetch_related("subjects__person")
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


def _top(branches: list[Any], size: int) -> QuerySet[Any]:
    """Take the newest of each branch, then the newest of them all: flat at any number of cases."""
    if not branches:
        return Complaint.objects.none().values_list("pk", "logged_at")
    newest = [
        branch.order_by("-logged_at", "-id").values_list("pk", "logged_at")[:size]
        for branch in branches
    ]
    first, *others = newest
    together: QuerySet[Any] = first.union(*others).order_by("-logged_at", "-id")[:size]
    return together


def _older_than(user: User, after: UUID) -> Q:
    last = Complaint.objects.visible_to(user).filter(pk=after).values("logged_at")[:1]
    return Q(logged_at__lt=last) | Q(logged_at=last, pk__lt=after)


def _narrowing(user: User, filters: CaseFilters) -> Q:
    wanted = Q()
    if filters.state in CaseState.values:
        wanted &= Q(state=filters.state)
    if filters.team:
        wanted &= Q(team_id=_uuid(filters.team))
    if filters.investigator == ME:
        wanted &= Q(investigator_id=user.principal.pk)
    elif filters.investigator == NOBODY:
        wanted &= Q(investigator__isnull=True)
    elif filters.investigator:
        wanted &= Q(investigator_id=_uuid(filters.investigator))
    text = filters.text.strip()
    if text:
        complained_about = ComplaintSubject.objects.filter(
            Q(person__collar_number__iexact=text) | Q(person__surname__iexact=text)
        )
        wanted &= (
            Q(reference__istartswith=text)
            | Q(reference__iendswith=text)
            | Q(pk__in=complained_about.values("complaint_id"))
        )
    return wanted


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _rows(cases: Iterable[Complaint]) -> list[CaseRow]:
    cases = list(cases)
    clocks = footage_clocks(cases)
    due: dict[UUID, Deadline] = {}
    running = _running(case.pk for case in cases if case.state not in CLOSED_STATES)
    for deadline in running.order_by("due_on"):
        due.setdefault(deadline.complaint_id, deadline)
    return [CaseRow(case, due.get(case.pk), clocks[case.pk]) for case in cases]
