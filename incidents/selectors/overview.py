"""What the overview of a case shows besides its identity bar."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts.models import User
from accounts.roles import Permission
from bwcportal.phrasing import LAST_DAYS, plain_date
from incidents.case_policies import check_can_be_updated
from incidents.enums import HANDLING_STATES, CaseState
from incidents.models import Allegation, CasePlacement, Complaint
from incidents.permissions import Verdict, check_may, verdict
from incidents.selectors.casebar import CLOSED_STATES
from incidents.selectors.cases import allegations_of, key_dates, running_deadlines, updates_of
from incidents.selectors.complainants import complainant_for
from incidents.selectors.conflicts import linked_to
from incidents.selectors.footage_clock import footage_clock
from incidents.selectors.subjects import undecided_matches
from incidents.transitions import BY_ACTION, check_transition

# Acts on the overview: of the transitions table, and their addresses.
ACTS = (
    ("decide_handling", "incidents:decide-handling"),
    ("send_outcome", "incidents:send-outcome"),
    ("suspend", "incidents:suspend"),
    ("resume", "incidents:resume"),
    ("withdraw", "incidents:withdraw"),
)


def overview_of(user: User, case: Complaint, *, now: datetime) -> dict[str, Any]:
    """Gather the overview of a case for its template (12 queries at most)."""
    allegations = allegations_of(case)
    clock = footage_clock(case) if case.state not in CLOSED_STATES else None
    may_name = (
        user.has_role_permission(Permission.MANAGE_CASE) and case.state != CaseState.DESTROYED
    )
    return {
        "allegations": allegations,
        "deadlines": running_deadlines(case),
        "dates": key_dates(case),
        "clock": clock,
        "is_urgent": bool(clock and clock.moment and clock.moment - now <= LAST_DAYS),
        "is_past": bool(clock and clock.moment and clock.moment <= now),
        "is_new": case.state in {CaseState.LOGGED, CaseState.REOPENED},
        "is_over": case.state in CLOSED_STATES | {CaseState.WITHDRAWN},
        "people": people_of(user, case, allegations),
        "arrival": arrival_of(user, case),
        "officers": list(case.subjects.select_related("person").order_by("person__surname", "id"))
        if may_name
        else [],
        "undecided": undecided_matches(case),
        "linked": linked_to(user, case),
        "may_name": may_name,
        "updates": updates_of(case),
        "acts": acts_for(user, case),
        "may_search": user.has_role_permission(Permission.SEARCH_FOOTAGE),
    }


def acts_for(user: User, case: Complaint) -> list[dict[str, str]]:
    """List the acts that this person may do to the case in its state now: words and address."""
    possible = [
        {"label": _label(case, action), "url": reverse(route, args=[case.pk]), "action": action}
        for action, route in ACTS
        if can(user, case, action).allowed
    ]
    if verdict(lambda: _check_update(user, case)).allowed:
        address = reverse("incidents:send-update", args=[case.pk])
        update = {"label": "Record an update", "url": address, "action": "send_update"}
        possible.insert(1, update) if possible else possible.append(update)
    return possible


def _label(case: Complaint, action: str) -> str:
    if action == "decide_handling" and case.state in HANDLING_STATES:
        return "Change the handling"
    return BY_ACTION[action].label


def can(user: User, case: Complaint, action: str) -> Verdict:
    """Tell whether a person may do an act of the transitions table now, and if not, why."""

    def check() -> None:
        check_may(user, BY_ACTION[action].permission)
        check_transition(action, case.state)

    return verdict(check)


def people_of(user: User, case: Complaint, allegations: list[Allegation]) -> list[tuple[Any, ...]]:
    """List the people of a case as terms for `{% definitions %}`, as far as the person is told."""
    rows: list[tuple[Any, ...]] = []
    complainant = complainant_for(user, case)
    if complainant is not None:
        name = complainant.name or "Does not want to be named"
        rows.append(("Complainant", name, complainant.in_words))
        contact = [
            (value, "") for value in (complainant.telephone, complainant.email, complainant.address)
            if value
        ]  # fmt: skip
        if complainant.has_contact:
            rows.append(("To reach them", contact or "No telephone, e-mail or address was given"))
        if complainant.born_on is not None:
            rows.append(("Born", plain_date(complainant.born_on)))
        if complainant.needs:
            rows.append(("Help needed", complainant.needs))
    concerned = [
        (subject.title, _numbers(subject.pk, allegations))
        for subject in case.subjects.select_related("person").order_by("person__surname", "id")
    ]
    if concerned:
        rows.append(("Complained against", concerned))
    for term, holder in (("Investigator", case.investigator), ("Supervisor", case.supervisor)):
        if holder or case.state != CaseState.DESTROYED:
            rows.append((term, holder.display_name if holder else "Nobody yet"))
    return rows


def arrival_of(user: User, case: Complaint) -> CasePlacement | None:
    """Give the move by which the case came to the person's team, if it is theirs to take note of it."""
    if not (user.has_role_permission(Permission.SIGN_OFF) and case.team_id in user.team_ids):
        return None
    found: CasePlacement | None = (
        CasePlacement.objects.filter(complaint=case, until__isnull=True, awaits_note=True)
        .select_related("moved_by__person")
        .first()
    )
    return found


def _check_update(user: User, case: Complaint) -> None:
    check_may(user, Permission.NOTIFY_OUTCOME)
    check_can_be_updated(case)


def _numbers(subject_id: Any, allegations: list[Allegation]) -> str:
    numbers = [
        str(allegation.number)
        for allegation in allegations
        if any(subject.pk == subject_id for subject in allegation.subjects.all())
    ]
    if not numbers:
        return ""
    said = " and ".join([", ".join(numbers[:-1]), numbers[-1]]) if numbers[1:] else numbers[0]
    return f"Allegation{'s' if numbers[1:] else ''} {said}"
