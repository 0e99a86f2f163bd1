"""Giving and ending roles. Nobody raises themselves, and some roles exclude each other."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.events import ROLE_ENDED, ROLE_GIVEN
from accounts.models import RoleAssignment, User
from accounts.permissions import check_may, check_not_oneself
from accounts.policies import (
    check_combination,
    check_not_held,
    check_other_administrator,
    check_period,
    check_reason,
)
from accounts.roles import Permission, Role
from accounts.services._locking import lock_account
from accounts.services.accounts import account_subject
from audit.recorder import record
from bwcportal.errors import NotFound, NotNow


@transaction.atomic
def give_role(
    *,
    actor: User,
    user_id: UUID,
    role: Role,
    since: datetime | None,
    until: datetime | None,
    reason: str,
    now: datetime,
) -> RoleAssignment:
    """Give an account a role from a moment (UTC, now if none is given) until another, or until ended.

    Raises NotFound, NotPermitted for one's own person, NotNow for a closed account or a role that
    another role or a team of the person excludes, Invalid with the field to repair.
    """
    check_may(actor, Permission.MANAGE_ROLES)
    user = lock_account(user_id)
    check_not_oneself(actor, user.person)
    text = check_reason(reason)
    begins = check_period(since, until, now=now)
    if not user.is_active:
        raise NotNow("This account is closed. Reopen it first", code="closed")
    check_not_held(user, role, begins=begins, until=until)
    check_combination(user, role, begins=begins, until=until)
    given = RoleAssignment.objects.create(
        user=user, role=role, since=begins, until=until, reason=text, given_by=actor
    )
    record(
        ROLE_GIVEN,
        actor=actor.audit_actor(),
        subject=account_subject(user),
        now=now,
        details={"role": role.value, "since": begins, "until": until},
        personal={"reason": text, "name": user.display_name},
    )
    return given


@transaction.atomic
def end_role(
    *, actor: User, user_id: UUID, role: Role, reason: str, now: datetime
) -> RoleAssignment:
    """End a role at this moment; one that has not begun never does.

    Raises NotFound, NotPermitted, NotNow when the account does not hold it or nobody else
    could give roles, Invalid with the field `reason`.
    """
    check_may(actor, Permission.MANAGE_ROLES)
    user = lock_account(user_id)
    check_not_oneself(actor, user.person)
    text = check_reason(reason)
    if role == Role.ADMINISTRATOR:
        check_other_administrator(user, now=now)
    held = (
        RoleAssignment.objects.select_for_update()
        .filter(user=user, role=role)
        .not_over(now)
        .order_by("since")
        .first()
    )
    if held is None:
        raise NotNow(f"This account does not hold the role {role.label}", code="role_over")
    held.until = max(now, held.since)
    held.end_reason = text
    held.ended_by = actor
    held.save(update_fields=["until", "end_reason", "ended_by"])
    record(
        ROLE_ENDED,
        actor=actor.audit_actor(),
        subject=account_subject(user),
        now=now,
        details={"role": role.value, "since": held.since, "until": held.until},
        personal={"reason": text, "name": user.display_name},
    )
    return held


def read_role(code: str) -> Role:
    """Read a role from an address; raise NotFound for none of ours."""
    try:
        return Role(code)
    except ValueError:
        raise NotFound from None
