"""Opening, closing and reopening accounts, and revoking their tokens."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.events import ACCOUNT_CLOSED, ACCOUNT_OPENED, ACCOUNT_REOPENED, TOKEN_REVOKED
from accounts.models import ApiToken, User
from accounts.permissions import check_may, check_not_oneself
from accounts.policies import check_other_administrator, check_reason
from accounts.roles import Permission, Role
from accounts.services._locking import lock_account, lock_person, unless_taken
from accounts.services.ending import end_everything_of
from audit.recorder import record
from audit.registry import EventType
from audit.values import Subject
from bwcportal.errors import Invalid, NotFound, NotNow

_USERNAME = re.compile(r"[a-z][a-z0-9.-]{2,63}")


def account_subject(user: User) -> Subject:
    """Name an account in the record of events by its user name."""
    return Subject("account", str(user.pk), user.username)


def check_username(username: str) -> str:
    """Return a user name as it is stored; raise Invalid for one that is malformed or taken."""
    name = username.strip().lower()
    if not _USERNAME.fullmatch(name):
        raise Invalid(
            "A user name begins with a letter and has 3 to 64 small letters, figures, full stops "
            f"or hyphens. You entered {username.strip()}",
            field="username",
        )
    if User.objects.filter(username__iexact=name).exists():
        raise Invalid(f"The user name {name} is taken. Enter another", field="username")
    return name


@transaction.atomic
def open_account(
    *, actor: User, person_id: UUID, username: str, reason: str, now: datetime
) -> User:
    """Open an account for a person, without role, team or password, and return it.

    Nobody opens an account for themselves. Raises NotFound, NotPermitted, or Invalid with the
    field `username` or `reason`.
    """
    check_may(actor, Permission.MANAGE_PEOPLE)
    person = lock_person(person_id)
    check_not_oneself(actor, person)
    text = check_reason(reason)
    name = check_username(username)
    user = User(username=name, person=person, created_at=now)
    user.set_unusable_password()
    with unless_taken(f"The user name {name} is taken. Enter another", field="username"):
        user.save(force_insert=True)
    record(
        ACCOUNT_OPENED,
        actor=actor.audit_actor(),
        subject=account_subject(user),
        now=now,
        details={"person": person.pk},
        personal={"name": person.title, "reason": text},
    )
    return user


@transaction.atomic
def close_account(*, actor: User, user_id: UUID, reason: str, now: datetime) -> User:
    """Close an account: its sessions, tokens and set-up codes are ended at once, for good.

    Roles and teams stay as they are, for the day it is reopened. Raises NotFound, NotPermitted,
    NotNow when it is closed or of the last administrator, Invalid with the field `reason`.
    """
    user = _for_administration(actor, user_id)
    text = check_reason(reason)
    if not user.is_active:
        raise NotNow("This account is closed already", code="closed")
    if Role.ADMINISTRATOR in user.role_set:
        check_other_administrator(user, now=now)
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_everything_of(user, now=now)
    _record_act(ACCOUNT_CLOSED, actor, user, text, now)
    return user


@transaction.atomic
def reopen_account(*, actor: User, user_id: UUID, reason: str, now: datetime) -> User:
    """Reopen a closed account with the roles and teams that are still in force.

    Raises NotFound, NotPermitted, NotNow when it is open, Invalid with the field `reason`.
    """
    user = _for_administration(actor, user_id)
    text = check_reason(reason)
    if user.is_active:
        raise NotNow("This account is open already", code="open")
    user.is_active = True
    user.save(update_fields=["is_active"])
    _record_act(ACCOUNT_REOPENED, actor, user, text, now)
    return user


@transaction.atomic
def revoke_token(*, actor: User, token_id: UUID, reason: str, now: datetime) -> ApiToken:
    """Revoke an API token: the next request with it is refused. Also one's own.

    Raises NotFound, NotPermitted, NotNow when it no longer works, Invalid with the field `reason`.
    """
    check_may(actor, Permission.MANAGE_PEOPLE)
    token = (
        ApiToken.objects.select_for_update(of=("self",))
        .select_related("user__person")
        .filter(pk=token_id)
        .first()
    )
    if token is None:
        raise NotFound
    text = check_reason(reason)
    if token.revoked_at is not None or token.expires_at <= now:
        raise NotNow("This token does not work any more", code="token_over")
    token.revoked_at = now
    token.save(update_fields=["revoked_at"])
    record(
        TOKEN_REVOKED,
        actor=actor.audit_actor(),
        subject=Subject("api_token", str(token.pk), token.label),
        now=now,
        details={"user": token.user_id},
        personal={"reason": text, "name": token.user.display_name},
    )
    return token


def _for_administration(actor: User, user_id: UUID) -> User:
    check_may(actor, Permission.MANAGE_PEOPLE)
    user = lock_account(user_id)
    check_not_oneself(actor, user.person)
    return user


def _record_act(kind: EventType, actor: User, user: User, reason: str, now: datetime) -> None:
    record(
        kind,
        actor=actor.audit_actor(),
        subject=account_subject(user),
        now=now,
        personal={"reason": reason, "name": user.display_name},
    )
