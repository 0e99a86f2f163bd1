"""What a person is told about their own account: on their page, and when they next sign in."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import SecurityNotice, User

What = SecurityNotice.What
_SHOWN = 30
# Several wrong codes in a row are told once.
_TOGETHER = timedelta(minutes=15)


def tell(user: User, what: SecurityNotice.What, *, now: datetime) -> None:
    """Note something that the person should know of."""
    same = SecurityNotice.objects.filter(user=user, what=what, seen_at=None, at__gt=now - _TOGETHER)
    if what in {What.WRONG_CODE, What.LOCKED} and same.exists():
        return
    SecurityNotice.objects.create(user=user, what=what, at=now)


def latest(user: User) -> list[SecurityNotice]:
    """List the last thirty, the newest first (1 query)."""
    return list(SecurityNotice.objects.filter(user=user).order_by("-at", "-pk")[:_SHOWN])


def take_unseen(user: User, *, now: datetime) -> list[SecurityNotice]:
    """Give what the person was not told yet, the oldest first, and count it as told."""
    unseen = list(SecurityNotice.objects.filter(user=user, seen_at=None).order_by("at", "pk"))
    SecurityNotice.objects.filter(pk__in=[each.pk for each in unseen]).update(seen_at=now)
    return unseen
