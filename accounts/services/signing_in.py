"""Signing in and out, recorded."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import authenticate, login, logout
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from accounts.events import SIGN_IN_REFUSED, SIGNED_IN, SIGNED_OUT
from accounts.models import User
from audit.recorder import Outcome, record, record_alone
from audit.values import Actor, Subject
from bwcportal.errors import Invalid

REFUSED = "The user name or the password is not right. Check both and try again"


def sign_in(request: HttpRequest, *, username: str, password: str, now: datetime) -> User:
    """Start a session for the account whose user name and password these are.

    The session gets a new id. Raises Invalid, always in the same words and with the same work
    done, for an unknown or closed account and for a wrong password; the refusal is recorded with
    a keyed digest of the name typed, because people type passwords into that box.
    """
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        typed = salted_hmac("accounts.sign_in", username.strip().lower()).hexdigest()[:16]
        record_alone(
            SIGN_IN_REFUSED,
            actor=Actor(kind="SERVICE", id="sign-in", name="Somebody at the sign-in page"),
            subject=Subject("account", typed, ""),
            now=now,
            outcome=Outcome.DENIED,
        )
        raise Invalid(REFUSED, code="sign_in_refused")
    with transaction.atomic():
        record(
            SIGNED_IN,
            actor=user.audit_actor(),
            subject=Subject("account", str(user.pk), user.username),
            now=now,
        )
        login(request, user)
    return user


def sign_out(request: HttpRequest, *, now: datetime) -> None:
    """End the session on the server, so that a copied cookie is dead."""
    user = request.user
    if isinstance(user, User):
        with transaction.atomic():
            record(
                SIGNED_OUT,
                actor=user.audit_actor(),
                subject=Subject("account", str(user.pk), user.username),
                now=now,
            )
            logout(request)
