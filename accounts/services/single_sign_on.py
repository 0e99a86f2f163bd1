"""Signing in by the force's identity provider: it vouches for the first factor, for accounts there are.

Nothing here opens an account or ties one to the provider. Whoever is refused reads the same words,
whatever the reason; the record of events has it.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from accounts import lockout
from accounts.events import SIGN_IN_REFUSED, TRIES_LOCKED
from accounts.models import User
from accounts.roles import Role
from accounts.services import signing_in
from accounts.services.accounts import account_subject
from accounts.single_sign_on import claims as said
from accounts.single_sign_on import provider
from accounts.single_sign_on.configuration import Configuration, current
from accounts.single_sign_on.outbound import Unavailable
from accounts.single_sign_on.tokens import Untrusted
from audit.recorder import Outcome, record_alone
from audit.registry import EventType
from audit.values import Actor, Subject
from bwcportal.errors import DomainError, NotFound, NotPermitted

REFUSED = (
    "Single sign-on did not let you in. Sign in with your password, or ask an administrator "
    "whether you may use single sign-on here"
)
DOWN = "Single sign-on does not answer. Sign in with your password, or try again in a few minutes"
_SOMEBODY = Actor(kind="SERVICE", id="single-sign-on", name="Somebody at single sign-on")
log = structlog.get_logger("accounts.single_sign_on")


class ProviderDown(DomainError):
    """The identity provider cannot be used now. The password can."""

    status = 503
    default_code = "single_sign_on_down"


def single_sign_on_name() -> str:
    """Give the words on the button, or nothing when single sign-on is off."""
    configuration = current()
    return configuration.name if configuration else ""


def begin(request: HttpRequest, *, following: str) -> str:
    """Give the provider's address to go to. `following` is where the person goes on to afterwards.

    Raises NotFound when single sign-on is not configured, and ProviderDown.
    """
    configuration = _configuration()
    try:
        return provider.address_to_go_to(request, configuration, following=following)
    except Unavailable as error:
        raise _down(error) from error


def come_back(request: HttpRequest, *, state: str, failed: bool, now: datetime) -> signing_in.Step:
    """Begin to sign in whoever the provider sent back; the session gets a new id.

    `failed` says that the provider sent an error in place of a code. Raises NotPermitted, always in
    the same words: for a return that was not asked for, a token that is not to be trusted, a person
    without the group, and an account that does not exist, is closed or is a machine's. Raises TooManyTries for a
    locked address, ProviderDown, and NotFound when single sign-on is not configured.
    """
    configuration = _configuration()
    counter = lockout.for_address()
    try:
        lockout.count_try(counter, now=now)
    except lockout.TooManyTries:
        _record(TRIES_LOCKED, "too_many_tries", now=now)
        raise
    user, following, factor = _vouched(request, configuration, state, failed=failed, now=now)
    lockout.was_right(counter, now=now)
    return signing_in.begin_known(
        request, user, by=signing_in.SINGLE_SIGN_ON, factor=factor, following=following, now=now
    )


def _vouched(
    request: HttpRequest, configuration: Configuration, state: str, *, failed: bool, now: datetime
) -> tuple[User, str, str]:
    """Give the account, where it goes on to, and the second factor that the provider has seen."""
    try:
        kept = provider.take_state(request, state)
    except provider.NoState as error:
        raise _refuse("not_asked_for", now=now) from error
    if failed:
        raise _refuse("provider_refused", now=now)
    try:
        claims = provider.claims_of_return(request, configuration, kept)
    except Untrusted as error:
        raise _refuse("not_trusted", now=now) from error
    except Unavailable as error:
        raise _down(error) from error
    name = said.user_name(claims, configuration)
    user = said.account_of(name)
    if not said.is_member(claims, configuration):
        raise _refuse("not_in_group", name=name, user=user, now=now)
    if user is None or not user.is_active or Role.SERVICE in user.role_set:
        raise _refuse(_why_not(user), name=name, user=user, now=now)
    seen = said.shows_second_factor(claims, configuration, now=now)
    return user, kept.get("next", ""), signing_in.VOUCHED if seen else ""


def _why_not(user: User | None) -> str:
    if user is None:
        return "no_account"
    return "account_of_a_machine" if user.is_active else "account_closed"


def _configuration() -> Configuration:
    configuration = current()
    if configuration is None:
        raise NotFound
    return configuration


def _down(error: Unavailable) -> ProviderDown:
    log.error("single_sign_on_down", reason=str(error))
    return ProviderDown(DOWN)


def _refuse(
    reason: str, *, now: datetime, name: str = "", user: User | None = None
) -> NotPermitted:
    log.warning("single_sign_on_refused", reason=reason)
    _record(SIGN_IN_REFUSED, reason, name=name, user=user, now=now)
    return NotPermitted(REFUSED, code="single_sign_on_refused")


def _record(
    event: EventType, reason: str, *, now: datetime, name: str = "", user: User | None = None
) -> None:
    # A name that is nobody's here is kept as a keyed digest only, as at the sign-in page.
    digest = salted_hmac("accounts.sign_in", name.strip().lower()).hexdigest()[:16]
    record_alone(
        event,
        actor=_SOMEBODY,
        subject=account_subject(user) if user else Subject("account", digest, ""),
        now=now,
        outcome=Outcome.DENIED,
        details={"by": signing_in.SINGLE_SIGN_ON, "reason": reason},
    )
