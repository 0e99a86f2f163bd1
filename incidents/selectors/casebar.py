"""The identity bar of a case: what is true on each of its pages, and the way to the others."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Permission
from bwcportal.phrasing import (
    clock_time,
    counted,
    due_in,
    london_day,
    number,
    short_date,
    whole_days_left,
)
from incidents.enums import HANDLING_STATES, CaseState
from incidents.models import Complaint, Deadline, Incident
from incidents.selectors.emergencies import open_emergency_of
from incidents.selectors.footage_clock import FootageClock, footage_clock
from incidents.selectors.seers import people_who_see

P = Permission
# Each part of a case: its key, its words, its address, and who may open it (any of these).
TABS: tuple[tuple[str, str, str, frozenset[Permission]], ...] = (
    ("overview", "Overview", "incidents:case", frozenset()),
    ("footage", "Footage", "incidents:footage", frozenset()),
    ("room", "Review room", "reviews:room", frozenset({P.WATCH_FOOTAGE})),
    ("findings", "Findings", "reviews:findings", frozenset()),
    ("sign-off", "Sign-off", "reviews:sign-off", frozenset()),
    ("access", "Access", "incidents:access", frozenset({P.SEE_HISTORY})),
    ("history", "History", "incidents:history", frozenset({P.SEE_HISTORY})),
    ("retention", "Retention", "retention:case", frozenset()),
)
CLOSED_STATES = frozenset({CaseState.FINALISED, CaseState.DESTROYED})
_BADGES = {
    CaseState.SUSPENDED: ("paused", "Suspended"),
    CaseState.SUPERVISOR_REVIEW: ("with_supervisor", ""),
    CaseState.AA_DECISION: ("signed", ""),
    CaseState.OUTCOME_SENT: ("done", "Outcome sent"),
    CaseState.WITHDRAWN: ("withdrawn", ""),
    CaseState.FINALISED: ("finalised", ""),
    CaseState.DESTROYED: ("destroyed", ""),
}


def build_casebar(
    *, user: User, case: Complaint, current: str, now: datetime | None = None
) -> dict[str, Any]:
    """Build the identity bar of a case that the person may see, for templates/case_base.html.

    `current` is the key of the tab at hand, or '' for none. Expects the case with its incident,
    team, investigator and their person loaded. Never names the complainant. 3 queries at most, and one
    more for who may break glass.
    """
    now = now or timezone.now()
    return {
        "reference": case.reference,
        "states": states_of(case, is_returned=_is_returned(case)),
        "summary": case.title,
        "facts": _facts(user, case, now),
        "emergency": open_emergency_of(user, case, now=now),
        "tabs": tabs_of(user, case, current),
    }


def badge_of(state: str) -> tuple[str, str] | None:
    """Give the badge of a case state as (code, word), '' for the usual word.

    None while the case is being handled: that is normal, and said by the handling itself.
    """
    if state in HANDLING_STATES:
        return None
    return _BADGES.get(CaseState(state), ("open", CaseState(state).label))


def states_of(case: Complaint, *, is_returned: bool = False) -> list[tuple[str, str]]:
    """List the badges of a case: where it stands, and whether it is restricted."""
    standing = ("returned", "") if is_returned else badge_of(case.state)
    badges = [standing] if standing else []
    if case.is_restricted:
        badges.append(("restricted", ""))
    return badges


def tabs_of(user: User, case: Complaint, current: str) -> list[tuple[str, str, bool]]:
    """List the parts of a case that the person's roles let them open, as (words, address, at hand)."""
    return [
        (words, reverse(route, kwargs={"case_id": case.pk}), key == current)
        for key, words, route, needed in TABS
        if not needed or any(user.has_role_permission(permission) for permission in needed)
    ]


def footage_words(clock: FootageClock, now: datetime, *, is_closed: bool = False) -> str:
    """Say the footage clock in a few words: '13 days, 3 not preserved'; a closed case has no clock."""
    if clock.moment is None or is_closed:
        return f"{clock.preserved} of {clock.total} preserved" if clock.total else "No footage"
    what = f"{number(clock.at_risk)} not preserved" if clock.total else "none found"
    if clock.moment <= now:
        return f"Over since {short_date(clock.moment, today=london_day(now))}, {what}"
    days = whole_days_left(clock.moment, now)
    return f"{counted(days, 'day') if days else due_in(clock.moment, now)}, {what}"


def incident_words(incident: Incident, now: datetime) -> str:
    """Say when an incident was, with the year: 'Fri 6 Nov 2026, 21:38'."""
    day = short_date(incident.starts_at, today=london_day(now), always_year=True)
    time = clock_time(incident.starts_at) if incident.start_is_known else "time not known"
    return f"{day}, {time}"


def _is_returned(case: Complaint) -> bool:
    return Deadline.objects.filter(
        complaint=case,
        rule__code="ANSWER_RETURN",
        met_on__isnull=True,
        cancelled_on__isnull=True,
    ).exists()


def _facts(user: User, case: Complaint, now: datetime) -> list[tuple[str, ...]]:
    facts: list[tuple[str, ...]] = []
    if case.incident is not None:
        facts.append(("Incident", incident_words(case.incident, now)))
    handling = case.get_handling_display() if case.handling else "Not decided yet"
    facts.append(("Handling", handling))
    facts.append(("Team", case.team.name, "minor"))
    if case.state != CaseState.DESTROYED:
        who = case.investigator.display_name if case.investigator else "Nobody yet"
        facts.append(("Investigator", who, "minor"))
    if case.state not in CLOSED_STATES:
        clock = footage_clock(case)
        facts.append(("Footage auto-deletes", footage_words(clock, now), clock.tone(now)))
    count = counted(people_who_see(case, now=now), "person", "people")
    if user.has_role_permission(Permission.SEE_HISTORY):
        address = reverse("incidents:access", kwargs={"case_id": case.pk})
        facts.append(("Who can see it", count, "", address))
    else:
        facts.append(("Who can see it", count))
    return facts
