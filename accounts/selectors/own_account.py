"""What a person sees about their own account: sessions, factors, and what happened."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts import notices
from accounts.factors import codes, rows
from accounts.factors.rows import Factor
from accounts.models import SecurityNotice, SignedInSession, User

_BROWSERS = (
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("OPR", "Opera"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone|iPad", "iOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class OwnSession:
    """One browser in which the person is signed in."""

    id: UUID
    browser: str
    address: str
    began_at: datetime | None
    last_used_at: datetime | None
    is_here: bool


@dataclass(frozen=True)
class OwnAccount:
    """The page of one's own account."""

    sessions: list[OwnSession]
    factors: list[Factor]
    codes_left: int
    notices: list[SecurityNotice]


def own_account(user: User, *, session_id: str, now: datetime) -> OwnAccount:
    """Read everything that the page of one's own account shows (4 queries)."""
    factors = rows.factors_of(user)
    return OwnAccount(
        sessions=_sessions(user, session_id, now=now),
        factors=[each for each in factors if each.counts],
        codes_left=codes.recovery_codes_left(user),
        notices=notices.latest(user),
    )


def browser_in_words(text: str) -> str:
    """Say which browser a User-Agent names, as people call it: 'Firefox on Windows'."""
    browser = next((word for sign, word in _BROWSERS if f"{sign}/" in text), "Another browser")
    system = next((word for sign, word in _SYSTEMS if re.search(sign, text)), "")
    return f"{browser} on {system}" if system else browser


def _sessions(user: User, session_id: str, *, now: datetime) -> list[OwnSession]:
    found = SignedInSession.objects.filter(user=user, expire_date__gt=now).defer("session_data")
    return [
        OwnSession(
            row.public_id,
            browser_in_words(row.browser),
            row.address,
            row.began_at,
            row.last_used_at,
            str(row.public_id) == session_id,
        )
        for row in found.order_by("-last_used_at", "-began_at", "session_key")
    ]
