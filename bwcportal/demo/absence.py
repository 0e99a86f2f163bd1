"""Somebody away with a deputy, and an emergency in the night that waits for its review."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import User
from bwcportal.phrasing import london_day
from incidents.deadlines import end_of_day
from incidents.enums import HANDLING_STATES
from incidents.models import Complaint
from incidents.services.cover import NewCover, set_cover
from incidents.services.emergencies import open_in_emergency


def send_on_leave(accounts: dict[str, User], *, now: datetime) -> None:
    """Let DI Sewell of the other teams act for DI Vasey, who is away for a week."""
    data = NewCover(
        absent=accounts["vasey"],
        deputy=accounts["sewell"],
        since=now,
        until=end_of_day(london_day(now) + timedelta(days=7)),
        reason="Annual leave",
    )
    set_cover(actor=accounts["vasey"], data=data, now=now)


def break_glass(accounts: dict[str, User], *, now: datetime) -> None:
    """Let DI Sewell have opened a case of team 1 last night, before the cover began."""
    case = (
        Complaint.objects.filter(team__code="T1", is_restricted=False, state__in=HANDLING_STATES)
        .order_by("logged_at")
        .first()
    )
    if case is not None:
        open_in_emergency(
            actor=accounts["sewell"],
            reference=case.reference,
            reason="Night desk: the complainant reports a threat by the officer, team off duty",
            now=now - timedelta(hours=9),
        )
