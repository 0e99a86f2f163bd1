"""Codes handed to a person, by which they set their account up or get back into it.

One code is in force for an account at a time. It opens nothing by itself: who has it chooses a
password and enrols a factor, or, having a factor already, must show that first.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts.events import SET_UP_CODE_ISSUED
from accounts.factors.codes import plain
from accounts.models import SetUpCode, User
from accounts.permissions import check_may, check_not_oneself
from accounts.policies import check_reason
from accounts.roles import Permission, Role
from accounts.services._locking import lock_account
from accounts.services.accounts import account_subject
from audit.recorder import record
from audit.values import Actor
from bwcportal.errors import Invalid

IN_FORCE_FOR = timedelta(hours=72)
# No letter or figure that could be read as another; 16 of 30 are 78 bits.
_SIGNS = "ABCDEFGHJKLMNPQRTUVWXYZ2346789"
_LENGTH, _GROUP = 16, 4
COMMAND_LINE = Actor(kind="SERVICE", id="command-line", name="An operator at the command line")


@transaction.atomic
def issue_set_up_code(
    *, actor: User, user_id: UUID, sets_password: bool, reason: str, now: datetime
) -> str:
    """Issue a code that is in force for 72 hours, replacing the one before; it is shown once.

    `sets_password` says that its holder chooses a new password with it. Raises NotFound,
    NotPermitted, also for one's own account, and Invalid for a closed account or a machine's.
    """
    check_may(actor, Permission.MANAGE_PEOPLE)
    user = lock_account(user_id)
    check_not_oneself(actor, user.person)
    return _issue(user, actor, sets_password=sets_password, reason=check_reason(reason), now=now)


@transaction.atomic
def issue_set_up_code_as_operator(*, user_id: UUID, sets_password: bool, now: datetime) -> str:
    """Issue a code at the command line: for the first administrator, or when none can sign in.

    Raises NotFound, and Invalid for a closed account or a machine's.
    """
    return _issue(lock_account(user_id), None, sets_password=sets_password, reason="", now=now)


def find_set_up_code(*, username: str, code: str, now: datetime) -> SetUpCode | None:
    """Find the code if it is in force and belongs to the open account of that name, else None."""
    return (
        SetUpCode.objects.select_related("user__person")
        .filter(
            digest=_digest(code),
            user__username__iexact=username,
            user__is_active=True,
            used_at__isnull=True,
            expires_at__gt=now,
        )
        .first()
    )


def code_in_force(code_id: str, *, now: datetime) -> SetUpCode | None:
    """Find a code by its id if it is still in force, else None."""
    return SetUpCode.objects.filter(pk=code_id, used_at__isnull=True, expires_at__gt=now).first()


def spend_set_up_code(code_id: str, *, now: datetime) -> None:
    """Use a code up. Raises Invalid when it was used or replaced meanwhile."""
    spent = SetUpCode.objects.filter(pk=code_id, used_at__isnull=True, expires_at__gt=now).update(
        used_at=now
    )
    if not spent:
        raise Invalid(
            "This set-up code is no longer in force. Ask for a new one", code="set_up_code"
        )


def _issue(
    user: User, actor: User | None, *, sets_password: bool, reason: str, now: datetime
) -> str:
    if not user.is_active:
        raise Invalid("This account is closed. Reopen it first", field="username")
    if Role.SERVICE in user.role_set:
        raise Invalid("This account is a machine's. Issue an API token instead", field="username")
    code = "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))
    SetUpCode.objects.filter(user=user, used_at__isnull=True).delete()
    row = SetUpCode.objects.create(
        user=user,
        digest=_digest(code),
        sets_password=sets_password,
        issued_by=actor,
        created_at=now,
        expires_at=now + IN_FORCE_FOR,
    )
    record(
        SET_UP_CODE_ISSUED,
        actor=actor.audit_actor() if actor else COMMAND_LINE,
        subject=account_subject(user),
        now=now,
        details={"code": str(row.pk), "sets_password": sets_password},
        personal={"reason": reason, "name": user.display_name},
    )
    return "-".join(code[i : i + _GROUP] for i in range(0, _LENGTH, _GROUP))


def _digest(code: str) -> str:
    return hashlib.sha256(plain(code).upper().encode()).hexdigest()
