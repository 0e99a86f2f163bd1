"""Covers for absence, set through the service, and accounts that act by one."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.acting import act_by, find_cover
from accounts.models import Delegation, User
from accounts.roles import Role
from incidents.services.cover import NewCover, set_cover
from tests.factories.people import make_user


def set_cover_for(
    absent: User,
    deputy: User | None = None,
    *,
    actor: User | None = None,
    since: datetime | None = None,
    lasts: timedelta = timedelta(days=7),
    now: datetime | None = None,
) -> Delegation:
    """Set a cover as the absent person; without a deputy for a new account with the same roles."""
    now = now or timezone.now()
    deputy = deputy or make_user(*(absent.role_set or {Role.SUPERVISOR}))
    since = since or now
    return set_cover(
        actor=actor or absent,
        data=NewCover(absent, deputy, since, since + lasts, "Annual leave"),
        now=now,
    )


def acting(cover: Delegation, *, now: datetime | None = None) -> User:
    """Load the deputy anew, acting by the cover as a request would."""
    user = User.objects.select_related("person").get(pk=cover.deputy_id)
    act_by(user, find_cover(user, cover.pk, now=now or timezone.now()))
    return user
