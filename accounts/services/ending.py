"""Ending at once everything by which an account acts. Called inside the transaction of the reason."""

from __future__ import annotations

from datetime import datetime

from accounts.models import ApiToken, FactorReset, SetUpCode, SignedInSession, StepUp, User


def end_sessions_of(user: User) -> int:
    """End every session of an account; return how many there were."""
    ended, _ = SignedInSession.objects.filter(user=user).delete()
    return ended


def end_everything_of(user: User, *, now: datetime) -> None:
    """End an account's sessions, tokens and set-up codes, and what is asked for it.

    Streams are answered in pieces, each judged again, so they end with the session; what a job
    does for somebody it asks for anew; approvals given by a closed account do not count.
    """
    end_sessions_of(user)
    ApiToken.objects.filter(user=user, revoked_at__isnull=True).update(revoked_at=now)
    StepUp.objects.filter(user=user, spent_at__isnull=True).delete()
    SetUpCode.objects.filter(user=user, used_at__isnull=True).delete()
    FactorReset.objects.filter(user=user, decided_at__isnull=True).update(decided_at=now)
