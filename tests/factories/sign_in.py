"""Passwords and factors of accounts, for tests of signing in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.factors import codes
from accounts.models import SignedInSession, User
from accounts.passwords import choose_password

PASSWORD = "crumpet sundial gravel"


def with_password(user: User, password: str = PASSWORD) -> User:
    """Give an account a password."""
    choose_password(user, password)
    return user


def with_app(user: User) -> str:
    """Give an account a password and an app, and return the app's secret."""
    with_password(user)
    secret = codes.new_app_secret()
    codes.enrol_app(user, secret, used_period=0, now=timezone.now())
    return secret


def app_of(user: User) -> Authenticator:
    """Give an account an app, and return its row."""
    with_app(user)
    return Authenticator.objects.get(user_id=user.pk, type=codes.APP)


def code_at(secret: str, moment: datetime | None = None) -> str:
    """Say what the app shows at a moment."""
    period = int((moment or timezone.now()).timestamp()) // codes.PERIOD_S
    return format_hotp_value(hotp_value(secret, period))


def wrong_code(secret: str) -> str:
    """Give a code that the app does not show now, nor a period before or after."""
    now = int(timezone.now().timestamp()) // codes.PERIOD_S
    shown = {format_hotp_value(hotp_value(secret, now + step)) for step in range(-2, 3)}
    return next(code for code in ("000000", "111111", "222222", "333333", "444444", "555555")
                if code not in shown)  # fmt: skip


def type_password(
    client: Client, user: User | str, password: str = PASSWORD, **more: Any
) -> HttpResponse:
    """Send the sign-in page."""
    name = user if isinstance(user, str) else user.username
    return client.post("/sign-in/", {"username": name, "password": password}, **more)


def type_code(client: Client, code: str, **more: Any) -> HttpResponse:
    """Send the page of the second factor."""
    return client.post("/sign-in/code/", {"code": code}, **more)


def session_of(user: User) -> SignedInSession:
    """Sign an account in at a browser of its own, and give the row of that session."""
    client = Client()
    client.force_login(user)
    return SignedInSession.objects.filter(user=user).latest("expire_date")


def is_signed_in(client: Client) -> bool:
    """Ask for a page that needs an account."""
    return client.get("/cases/").status_code == 200
