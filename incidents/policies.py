"""Does the state of the case allow it? Asked under the lock, after the permission; a no is a 409.

Example: footage may be searched for while a case is being handled, and not while a supervisor is
reading it, because what they are asked to sign would change under their eyes.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bwcportal.errors import Invalid, NotNow
from incidents.enums import HANDLING_STATES, UNASSESSED_STATES, CaseState, FootageStatus
from incidents.models import Complaint, FootageItem, Incident

# Evidence is gathered until the case is submitted, and while it is suspended too: the duty to
# obtain and preserve it does not pause (Police Reform Act 2002, Schedule 3, paragraph 1).
GATHERING_STATES = UNASSESSED_STATES | HANDLING_STATES | {CaseState.SUSPENDED}
# Keeping what is known is possible for as long as the case is not closed.
KEEPING_STATES = frozenset(CaseState) - {CaseState.FINALISED, CaseState.DESTROYED}
# A search belongs to its incident. Shifts and clocks give it a day of room on either side.
ROOM_AROUND_INCIDENT = timedelta(hours=24)
LONGEST_WINDOW = timedelta(hours=48)


def check_may_gather(case: Complaint) -> None:
    """Raise NotNow unless the state of the case allows searching for footage and attaching it."""
    if case.state not in GATHERING_STATES:
        raise NotNow(
            f"Footage cannot be added while the case is “{CaseState(case.state).label.lower()}”. "
            "It can be added again when the case comes back to the investigator",
            code="wrong_state",
        )


def check_may_preserve(case: Complaint, footage: FootageItem) -> None:
    """Raise NotNow for a closed case, or for a recording that is lost."""
    check_may_report_on(case)
    if footage.status == FootageStatus.LOST:
        raise NotNow(
            "This recording is lost: the evidence system has nothing left to keep",
            code="footage_lost",
        )


def check_may_report_on(case: Complaint) -> None:
    """Raise NotNow for a case that is closed."""
    if case.state not in KEEPING_STATES:
        raise NotNow(
            f"The case is “{CaseState(case.state).label.lower()}”. Reopen it first",
            code="wrong_state",
        )


def check_window(incident: Incident | None, window_from: datetime, window_to: datetime) -> None:
    """Raise Invalid unless the window of a search is in order and near the incident.

    Searching is bound to its case: nobody looks through a week of somebody's shifts by way of a
    complaint (found in force policies: no routine searching for misdemeanours).
    """
    if window_to <= window_from:
        raise Invalid("The end of the search must be after its start", field="until")
    if window_to - window_from > LONGEST_WINDOW:
        raise Invalid("A search can cover 48 hours at most. Make it shorter", field="until")
    if incident is None:
        return
    earliest = incident.starts_at - ROOM_AROUND_INCIDENT
    latest = incident.ends_at + ROOM_AROUND_INCIDENT
    if window_to < earliest or window_from > latest:
        raise Invalid(
            "A search must be within 24 hours of the incident. Change the times",
            field="day",
        )
