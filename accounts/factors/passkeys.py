"""Passkeys (WebAuthn): a key in a phone, a computer or a token that answers a fresh challenge.

The challenge lies in the session, is used once and says what it is for, so that an answer
given for signing in cannot be used to sign a case.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.models import User

PASSKEY = Authenticator.Type.WEBAUTHN
_PURPOSE = "passkey_challenge_for"


class WrongPasskey(Exception):
    """The answer is not that of a passkey of this account to the last challenge."""


def begin_enrolment(request: HttpRequest, user: User) -> dict[str, Any]:
    """Give the browser what it needs to make a passkey (PublicKeyCredentialCreationOptions)."""
    options = auth.begin_registration(user, passwordless=True)
    request.session[_PURPOSE] = "enrol"
    return _plain(options)


def enrol(request: HttpRequest, user: User, *, name: str, answer: str, now: datetime) -> None:
    """Keep the passkey that the browser made. Raises WrongPasskey for anything else."""
    credential = _read(answer)
    if request.session.pop(_PURPOSE, "") != "enrol":
        raise WrongPasskey
    try:
        auth.parse_registration_response(credential)
        auth.complete_registration(credential)
    except (ValidationError, ValueError, TypeError, KeyError) as error:
        raise WrongPasskey from error
    kept = auth.WebAuthn.add(user, name, credential)
    Authenticator.objects.filter(pk=kept.instance.pk).update(created_at=now)


def begin_check(request: HttpRequest, user: User | None, *, purpose: str) -> dict[str, Any]:
    """Give the browser a challenge: for the passkeys of an account, or for whichever there is."""
    options = auth.begin_authentication(user)
    request.session[_PURPOSE] = purpose
    return _plain(options)


def check(
    request: HttpRequest, user: User | None, *, answer: str, purpose: str, now: datetime
) -> User:
    """Give the account whose passkey answered the challenge.

    Raises WrongPasskey for the passkey of another account, a challenge that was used already or
    was made for another purpose, and for a passkey that nobody unlocked.
    """
    response = _read(answer)
    if request.session.pop(_PURPOSE, "") != purpose:
        auth.clear_state()
        raise WrongPasskey
    try:
        owner = user or auth.extract_user_from_response(response)
        auth.parse_authentication_response(response)
        row = auth.complete_authentication(owner, response)
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise WrongPasskey from error
    finally:
        auth.clear_state()
    Authenticator.objects.filter(pk=row.pk).update(last_used_at=now)
    if not isinstance(owner, User):
        raise WrongPasskey
    return owner


def _read(answer: str) -> dict[str, Any]:
    try:
        read = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise WrongPasskey from error
    if not isinstance(read, dict):
        raise WrongPasskey
    return read


def _plain(options: Any) -> dict[str, Any]:
    """Turn the library's objects into JSON values."""
    if isinstance(options, dict) or hasattr(options, "items"):
        return {key: _plain(value) for key, value in options.items() if value is not None}
    if isinstance(options, (list, tuple)):
        return [_plain(each) for each in options]  # type: ignore[return-value]
    return options  # type: ignore[no-any-return]
