"""Signing in by user name and password, and nothing else.

Object permissions are not asked through a Django backend: rows come from `visible_to`, acts from
the apps' own permission functions. A backend that answers `has_perm` would be a second door.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import check_password, make_password
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from accounts.standing import account_of_id


class SignInBackend(BaseBackend):
    """Checks a password with the same work for an unknown, an inactive and a known account."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """Return the active account whose password this is, or None."""
        if not username or not password:
            return None
        user = User.objects.select_related("person").filter(username__iexact=username).first()
        if user is None:
            # Spend the same time as for a known account, so that names cannot be guessed.
            make_password(password)
            return None
        correct = check_password(password, user.password)
        return user if correct and user.is_active else None

    def get_user(self, user_id: Any) -> User | None:
        """Load the account of a session, unless it has been closed since."""
        return account_of_id(user_id, now=timezone.now())
