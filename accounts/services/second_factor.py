"""Checking and enrolling second factors: counted, locked after five wrong tries, recorded."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from accounts import lockout
from accounts.events import FACTOR_ADDED, FACTOR_REFUSED, TRIES_LOCKED
from accounts.factors import codes, passkeys
from accounts.factors.rows import factors_of
from accounts.models import User
from accounts.notices import What, tell
from accounts.services.accounts import account_subject
from audit.recorder import Outcome, record, record_alone
from audit.registry import EventType
from bwcportal.errors import Invalid

WRONG_CODE = "This code is not right, or was used before. Wait for the next one and type it again"
WRONG_PASSKEY = "This passkey was not accepted. Try again, or use a code"
APP, RECOVERY, PASSKEY, DEMO = "app", "recovery_code", "passkey", "demo_code"


def check_code(user: User, *, code: str, now: datetime) -> str:
    """Accept a code of the account's app or a recovery code, once; say which it was.

    Raises TooManyTries after five wrong ones, whatever the sixth is, and Invalid at `code`.
    """
    counters = (lockout.for_factor(user), lockout.for_address())
    _count(user, counters, now=now)
    kind = _kind_of(user, code, now=now)
    if not kind:
        _refuse(user, now=now)
        raise Invalid(WRONG_CODE, code="wrong_code", field="code")
    lockout.was_right(*counters, now=now)
    if kind == RECOVERY:
        tell(user, What.CODE_USED, now=now)
    return kind


def check_passkey(
    request: HttpRequest, user: User, *, answer: str, purpose: str, now: datetime
) -> str:
    """Accept the answer of one of the account's passkeys to the last challenge.

    Raises TooManyTries after five wrong ones, and Invalid.
    """
    counters = (lockout.for_factor(user), lockout.for_address())
    _count(user, counters, now=now)
    try:
        passkeys.check(request, user, answer=answer, purpose=purpose, now=now)
    except passkeys.WrongPasskey as error:
        _refuse(user, now=now)
        raise Invalid(WRONG_PASSKEY, code="wrong_passkey") from error
    lockout.was_right(*counters, now=now)
    return PASSKEY


def enrol_app(user: User, *, secret: str, code: str, now: datetime) -> None:
    """Make an app the account's second factor, once it has shown a right code.

    Raises Invalid at `code` when the code is not that of the secret.
    """
    period = codes.period_of(secret, code, now=now)
    if not period:
        raise Invalid(
            "This code is not right. Look at the app again; the phone's clock must be right too",
            code="wrong_code",
            field="code",
        )
    with transaction.atomic():
        codes.enrol_app(user, secret, used_period=period, now=now)
        _record_added(user, APP, now=now)


def enrol_passkey(
    request: HttpRequest, user: User, *, name: str, answer: str, now: datetime
) -> None:
    """Keep a new passkey for the account. Raises Invalid when the browser's answer is not one."""
    try:
        with transaction.atomic():
            passkeys.enrol(request, user, name=name, answer=answer, now=now)
            _record_added(user, PASSKEY, now=now)
    except passkeys.WrongPasskey as error:
        raise Invalid(
            "No passkey was made. Try again, or use an app", code="wrong_passkey"
        ) from error


def make_recovery_codes(user: User, *, now: datetime) -> list[str]:
    """Make ten recovery codes in place of those before; they are shown once."""
    with transaction.atomic():
        made = codes.new_recovery_codes(user, now=now)
        _record_added(user, RECOVERY, now=now)
    return made


def has_factor(user: User) -> bool:
    """Tell whether the account has an app or a passkey. Recovery codes alone are none."""
    return any(factor.counts for factor in factors_of(user))


def has_passkey(user: User) -> bool:
    """Tell whether the account has a passkey."""
    return any(factor.kind == "webauthn" for factor in factors_of(user))


def _kind_of(user: User, code: str, *, now: datetime) -> str:
    typed = codes.plain(code)
    demo = settings.DEMO_CODE if settings.ENVIRONMENT == "demo" else ""
    if demo and constant_time_compare(typed, demo):
        return DEMO
    if codes.spend_app_code(user, typed, now=now):
        return APP
    return RECOVERY if codes.spend_recovery_code(user, typed, now=now) else ""


def _count(user: User, counters: tuple[lockout.Counter, ...], *, now: datetime) -> None:
    try:
        lockout.count_try(*counters, now=now)
    except lockout.TooManyTries:
        _say(TRIES_LOCKED, user, now=now)
        tell(user, What.LOCKED, now=now)
        raise


def _refuse(user: User, *, now: datetime) -> None:
    _say(FACTOR_REFUSED, user, now=now)
    tell(user, What.WRONG_CODE, now=now)


def _say(event: EventType, user: User, *, now: datetime) -> None:
    record_alone(
        event,
        actor=user.audit_actor(),
        subject=account_subject(user),
        now=now,
        outcome=Outcome.DENIED,
    )


def _record_added(user: User, kind: str, *, now: datetime) -> None:
    record(
        FACTOR_ADDED,
        actor=user.audit_actor(),
        subject=account_subject(user),
        now=now,
        details={"factor": kind},
    )
    tell(user, What.CODES_MADE if kind == RECOVERY else What.FACTOR_ADDED, now=now)
