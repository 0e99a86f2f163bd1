"""Getting somebody who lost phone, passkey and recovery codes back in: two administrators together.

One asks, another approves. Then the factors are gone, the sessions ended, and the approver gets a
set-up code to hand over; the person still needs their password.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts.events import FACTOR_RESET_ASKED, FACTOR_RESET_DONE, FACTOR_RESET_DROPPED
from accounts.factors.rows import remove_factors
from accounts.models import FactorReset, User
from accounts.notices import What, tell
from accounts.permissions import check_may, check_not_oneself
from accounts.policies import check_reason
from accounts.roles import Permission
from accounts.services._locking import lock_account
from accounts.services.accounts import account_subject
from accounts.services.ending import end_sessions_of
from accounts.services.set_up_codes import issue_set_up_code
from audit.recorder import record
from audit.registry import EventType
from bwcportal.errors import NotFound, NotNow, NotPermitted

OPEN_FOR = timedelta(days=3)


@transaction.atomic
def ask_for_factor_reset(*, actor: User, user_id: UUID, reason: str, now: datetime) -> FactorReset:
    """Ask that somebody's factors be removed; a second administrator approves within three days.

    Raises NotFound, NotPermitted, NotNow when it is asked already or the account is closed, Invalid
    with the field `reason`.
    """
    user = _for_administration(actor, user_id)
    text = check_reason(reason)
    if not user.is_active:
        raise NotNow("This account is closed. Reopen it first", code="closed")
    waiting = FactorReset.objects.filter(user=user, decided_at__isnull=True)
    waiting.filter(asked_at__lte=now - OPEN_FOR).update(decided_at=now)
    if waiting.exists():
        raise NotNow("This was asked already. A second administrator must approve it", code="asked")
    asked = FactorReset.objects.create(user=user, asked_by=actor, asked_at=now, reason=text)
    tell(user, What.RESET_ASKED, now=now)
    _record(FACTOR_RESET_ASKED, actor, asked, now=now, reason=text)
    return asked


@transaction.atomic
def approve_factor_reset(*, actor: User, reset_id: UUID, now: datetime) -> str:
    """Remove the factors and sessions, and return a set-up code to hand over; it is shown once.

    Raises NotFound, NotPermitted for whoever asked, by whichever account, and for the person
    concerned, NotNow when it was decided or is older than three days.
    """
    asked = _lock(actor, reset_id, now=now)
    if asked.asked_by.person_id == actor.person_id:
        raise NotPermitted(
            "You asked for this. A second administrator must approve it", code="asked_by_yourself"
        )
    asked.approved, asked.decided_by, asked.decided_at = True, actor, now
    asked.save(update_fields=["approved", "decided_by", "decided_at"])
    remove_factors(asked.user)
    end_sessions_of(asked.user)
    tell(asked.user, What.RESET_DONE, now=now)
    _record(FACTOR_RESET_DONE, actor, asked, now=now)
    return issue_set_up_code(
        actor=actor, user_id=asked.user_id, sets_password=False, reason=asked.reason, now=now
    )


@transaction.atomic
def drop_factor_reset(*, actor: User, reset_id: UUID, now: datetime) -> FactorReset:
    """Drop a request to remove factors: anybody who may approve one may. Raises what approving does."""
    asked = _lock(actor, reset_id, now=now)
    asked.decided_by, asked.decided_at = actor, now
    asked.save(update_fields=["decided_by", "decided_at"])
    _record(FACTOR_RESET_DROPPED, actor, asked, now=now)
    return asked


def _for_administration(actor: User, user_id: UUID) -> User:
    check_may(actor, Permission.MANAGE_PEOPLE)
    user = lock_account(user_id)
    check_not_oneself(actor, user.person)
    return user


def _lock(actor: User, reset_id: UUID, *, now: datetime) -> FactorReset:
    check_may(actor, Permission.MANAGE_PEOPLE)
    user_id = FactorReset.objects.filter(pk=reset_id).values_list("user_id", flat=True).first()
    if user_id is None:
        raise NotFound
    user = _for_administration(actor, user_id)
    asked = FactorReset.objects.select_related("asked_by").get(pk=reset_id)
    asked.user = user
    if asked.decided_at is not None or asked.asked_at <= now - OPEN_FOR:
        raise NotNow("This was decided already, or asked over three days ago", code="decided")
    return asked


def _record(
    event: EventType, actor: User, asked: FactorReset, *, now: datetime, reason: str = ""
) -> None:
    record(
        event,
        actor=actor.audit_actor(),
        subject=account_subject(asked.user),
        now=now,
        details={"reset": str(asked.pk)},
        personal={"name": asked.user.display_name, "reason": reason},
    )
