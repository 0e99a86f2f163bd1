"""Codes that people type: six figures of an app (RFC 6238), or a recovery code. Each counts once.

The library remembers used codes in the cache of one process; here the last period that was used
stands in the factor's own row, so that a code works once however many processes there are.
"""

from __future__ import annotations

import base64
from datetime import datetime

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from django.db import transaction
from django.utils.crypto import constant_time_compare

from accounts.models import User

APP, RECOVERY = Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES
PERIOD_S = 30
# A phone's clock may be one period out in either direction.
TOLERANCE = (-1, 0, 1)


def new_app_secret() -> str:
    """Make a secret for an app, in base 32."""
    return generate_totp_secret()


def app_picture(user: User, secret: str) -> str:
    """Draw the QR code that an app reads, as the address of an SVG image."""
    adapter = get_adapter()
    drawn = adapter.build_totp_svg(adapter.build_totp_url(user, secret))
    return "data:image/svg+xml;base64," + base64.b64encode(drawn.encode()).decode()


def period_of(secret: str, code: str, *, now: datetime, after: int = 0) -> int:
    """Give the period whose code this is, one later than `after`; 0 for none."""
    typed = plain(code)
    current = int(now.timestamp()) // PERIOD_S
    found = 0
    for step in TOLERANCE:
        right = constant_time_compare(format_hotp_value(hotp_value(secret, current + step)), typed)
        if right and current + step > after:
            found = current + step
    return found


def enrol_app(user: User, secret: str, *, used_period: int, now: datetime) -> None:
    """Make this the account's app, in place of the one before; the code that proved it is used up."""
    with transaction.atomic():
        Authenticator.objects.filter(user_id=user.pk, type=APP).delete()
        Authenticator.objects.create(
            user=user,
            type=APP,
            data={"secret": get_adapter().encrypt(secret), "used_period": used_period},
            created_at=now,
        )


def spend_app_code(user: User, code: str, *, now: datetime) -> bool:
    """Accept a code of the account's app once, and none of an earlier period after it."""
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().filter(user_id=user.pk, type=APP).first()
        if row is None:
            return False
        secret = get_adapter().decrypt(row.data["secret"])
        period = period_of(secret, code, now=now, after=row.data.get("used_period", 0))
        if not period:
            return False
        row.data["used_period"] = period
        row.last_used_at = now
        row.save(update_fields=["data", "last_used_at"])
        return True


def new_recovery_codes(user: User, *, now: datetime) -> list[str]:
    """Make ten new recovery codes; those before them stop working. They can be shown once only."""
    with transaction.atomic():
        Authenticator.objects.filter(user_id=user.pk, type=RECOVERY).delete()
        codes = RecoveryCodes.activate(user)
        Authenticator.objects.filter(pk=codes.instance.pk).update(created_at=now)
        return codes.generate_codes()


def recovery_codes_left(user: User) -> int:
    """Count the recovery codes that still work."""
    row = Authenticator.objects.filter(user_id=user.pk, type=RECOVERY).first()
    return len(RecoveryCodes(row).get_unused_codes()) if row else 0


def spend_recovery_code(user: User, code: str, *, now: datetime) -> bool:
    """Accept one of the account's recovery codes, once."""
    row = Authenticator.objects.filter(user_id=user.pk, type=RECOVERY).first()
    if row is None or not RecoveryCodes(row).validate_code(plain(code)):
        return False
    Authenticator.objects.filter(pk=row.pk).update(last_used_at=now)
    return True


def plain(code: str) -> str:
    """Take the spaces and hyphens out of a code as people type it."""
    return "".join(code.split()).replace("-", "")
