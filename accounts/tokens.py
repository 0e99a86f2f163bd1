"""API tokens: made here, shown once, stored as a digest."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from accounts.events import TOKEN_ISSUED
from accounts.models import ApiToken, User
from accounts.standing import standing_of, take_standing
from audit.recorder import record
from audit.values import Subject
from bwcportal.errors import Invalid

PREFIX = "bwc_"
LONGEST = timedelta(days=365)


def digest_of(token: str) -> str:
    """Return the SHA-256 of a token, in hex: the only form that is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def issue_token(
    *, user: User, label: str, lasts: timedelta, can_write: bool, now: datetime
) -> tuple[str, ApiToken]:
    """Issue a token to an account and return it with its row; it cannot be shown again.

    Raises Invalid when the account is closed or the token would last over a year.
    """
    if not user.is_active:
        raise Invalid("This account is closed. Choose an account that is in use", field="username")
    if not timedelta(0) < lasts <= LONGEST:
        raise Invalid("A token lasts at least a moment and at most 365 days", field="lasts")
    token = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        row = ApiToken.objects.create(
            user=user,
            digest=digest_of(token),
            label=label,
            can_write=can_write,
            created_at=now,
            expires_at=now + lasts,
        )
        record(
            TOKEN_ISSUED,
            actor=user.audit_actor(),
            subject=Subject("api_token", str(row.pk), label),
            now=now,
            details={"expires_at": row.expires_at.isoformat(), "can_write": can_write},
        )
    return token, row


def find_token(token: str, *, now: datetime) -> ApiToken | None:
    """Find the token's row with its account, roles and teams (1 query), else None.

    Only a token in force, and only while its account is open.
    """
    if not token.startswith(PREFIX):
        return None
    found = (
        ApiToken.objects.select_related("user__person")
        .annotate(**standing_of("user_id", now))
        .filter(
            Q(revoked_at__isnull=True),
            digest=digest_of(token),
            expires_at__gt=now,
            user__is_active=True,
        )
        .first()
    )
    if found is not None:
        take_standing(found.user, found)
    return found
