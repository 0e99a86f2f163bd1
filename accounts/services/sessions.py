"""Ending sessions: one's own one by one, or as an administrator all of somebody's; and unlocking."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts import lockout
from accounts.events import ACCOUNT_UNLOCKED, SESSION_ENDED, SESSIONS_ENDED
from accounts.models import SignedInSession, User
from accounts.notices import What, tell
from accounts.permissions import check_may, check_not_oneself
from accounts.policies import check_reason
from accounts.roles import Permission
from accounts.services._locking import lock_account
from accounts.services.accounts import account_subject
from accounts.services.ending import end_sessions_of
from audit.recorder import record
from audit.registry import EventType
from bwcportal.errors import NotFound


@transaction.atomic
def end_session(*, actor: User, public_id: UUID, now: datetime) -> None:
    """End one of one's own sessions: its next request is refused. Raises NotFound."""
    ended, _ = SignedInSession.objects.filter(user=actor, public_id=public_id).delete()
    if not ended:
        raise NotFound
    _record_own(actor, 1, now=now)


@transaction.atomic
def end_other_sessions(*, actor: User, keep: UUID, now: datetime) -> int:
    """End all of one's own sessions but the one at hand; return how many there were."""
    ended, _ = SignedInSession.objects.filter(user=actor).exclude(public_id=keep).delete()
    if ended:
        _record_own(actor, ended, now=now)
    return ended


@transaction.atomic
def end_sessions(*, actor: User, user_id: UUID, reason: str, now: datetime) -> int:
    """End every session of somebody's account as an administrator; return how many there were.

    The account stays open. Raises NotFound, NotPermitted, Invalid with the field `reason`.
    """
    user, text = _for_administration(actor, user_id, reason)
    ended = end_sessions_of(user)
    tell(user, What.SESSIONS_ENDED, now=now)
    _record_act(SESSIONS_ENDED, actor, user, text, now=now, details={"ended": ended})
    return ended


@transaction.atomic
def unlock_account(*, actor: User, user_id: UUID, reason: str, now: datetime) -> User:
    """Forget the wrong tries at an account's user name and codes, so that it can sign in again.

    Raises NotFound, NotPermitted, Invalid with the field `reason`. Harmless when nothing is locked.
    """
    user, text = _for_administration(actor, user_id, reason)
    lockout.unlock_account(user)
    tell(user, What.UNLOCKED, now=now)
    _record_act(ACCOUNT_UNLOCKED, actor, user, text, now=now)
    return user


def _for_administration(actor: User, user_id: UUID, reason: str) -> tuple[User, str]:
    check_may(actor, Permission.MANAGE_PEOPLE)
    user = lock_account(user_id)
    check_not_oneself(actor, user.person)
    return user, check_reason(reason)


def _record_own(actor: User, ended: int, *, now: datetime) -> None:
    record(
        SESSION_ENDED,
        actor=actor.audit_actor(),
        subject=account_subject(actor),
        now=now,
        details={"ended": ended},
    )


def _record_act(
    event: EventType,
    actor: User,
    user: User,
    reason: str,
    *,
    now: datetime,
    details: dict[str, int] | None = None,
) -> None:
    record(
        event,
        actor=actor.audit_actor(),
        subject=account_subject(user),
        now=now,
        details=details or {},
        personal={"reason": reason, "name": user.display_name},
    )
