"""What a person's ID token says to the portal: which account, whether in the group, how asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from accounts.models import User
from accounts.single_sign_on.configuration import Configuration
from accounts.single_sign_on.tokens import LEEWAY_S

Claims = Mapping[str, Any]


def user_name(claims: Claims, configuration: Configuration) -> str:
    """Give the user name that the token carries, without the configured ending; else nothing.

    An e-mail address counts only when the provider says that it has verified it.
    """
    carried = claims.get(configuration.user_name_claim)
    if not isinstance(carried, str):
        return ""
    if configuration.user_name_claim == "email" and claims.get("email_verified") is not True:
        return ""
    ending = configuration.user_name_ending
    if not carried.lower().endswith(ending.lower()):
        return ""
    return carried[: len(carried) - len(ending)]


def account_of(name: str) -> User | None:
    """Find the account of a user name, open or closed. Only A to Z have a second form.

    The database finds more letters alike than a provider does, and another person's name must
    not open an account.
    """
    if not name or len(name) > 64 or "\0" in name:
        return None
    user = User.objects.select_related("person").filter(username__iexact=name).first()
    return user if user is not None and (name.isascii() or user.username == name) else None


def is_member(claims: Claims, configuration: Configuration) -> bool:
    """Tell whether the token carries the group that may enter, letter by letter."""
    return configuration.group in _texts(claims.get(configuration.group_claim))


def shows_second_factor(claims: Claims, configuration: Configuration, *, now: datetime) -> bool:
    """Tell whether the provider asked for a second factor that counts, and asked just now.

    Just now is the idle period: an older session at the provider is nobody at the keyboard.
    """
    asked_at = claims.get("auth_time")
    if not isinstance(asked_at, (int, float)):
        return False
    age_s = now.timestamp() - asked_at
    if not -LEEWAY_S <= age_s <= settings.SESSION_IDLE_SECONDS:
        return False
    return any(value in _texts(claims.get(claim)) for claim, value in configuration.factors)


def _texts(carried: Any) -> list[str]:
    """Read a claim that is a text or a list of texts."""
    listed = carried if isinstance(carried, list) else [carried]
    return [each for each in listed if isinstance(each, str)]
