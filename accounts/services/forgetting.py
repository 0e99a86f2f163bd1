"""Forgetting what signing in left behind and nobody needs."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.lockout import forget_old_tries
from accounts.models import SecurityNotice, SetUpCode, SignedInSession, StepUp

# The record of events keeps what happened; a notice is for the person, for a year.
_NOTICES_KEPT = timedelta(days=365)


def forget_old_sign_ins(*, now: datetime) -> int:
    """Remove sessions that are over, old counts, expired codes and old notices; return how many rows."""
    rows = [
        SignedInSession.objects.filter(expire_date__lt=now),
        SetUpCode.objects.filter(expires_at__lt=now),
        StepUp.objects.filter(expires_at__lt=now),
        SecurityNotice.objects.filter(at__lt=now - _NOTICES_KEPT),
    ]
    return sum(each.delete()[0] for each in rows) + forget_old_tries(now=now)
