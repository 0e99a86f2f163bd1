"""Who calls the API: a machine with a token, or the browser's own session."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from accounts.acting import act_by, find_cover
from accounts.models import ApiToken, User
from accounts.tokens import find_token
from bwcportal.errors import NotPermitted

ACTING_FOR = "Acting-For"


def act_as_asked(request: Request, user: User) -> None:
    """Let this one request act by the cover named in its `Acting-For` header, if there is one.

    Raises NotPermitted, always in the same words, unless that cover lets the account act now.
    """
    asked = request.headers.get(ACTING_FOR)
    if asked is None:
        return
    try:
        cover = find_cover(user, UUID(asked.strip()), now=timezone.now())
    except ValueError:
        cover = None
    if cover is None:
        raise NotPermitted(
            f"{ACTING_FOR} names no cover by which you may act now. Read /api/v1/delegations",
            code="not_acting",
        )
    act_by(user, cover)


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`. A read-only token is refused every unsafe method."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the account and its token, or None when no token was sent.

        Raises AuthenticationFailed for an unknown, expired or revoked token, all alike.
        """
        header = request.headers.get("Authorization", "")
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            return None
        row = find_token(token.strip(), now=timezone.now())
        if row is None:
            raise AuthenticationFailed("The token is not valid. Issue a new one")
        if not row.can_write and request.method not in {"GET", "HEAD", "OPTIONS"}:
            raise PermissionDenied("This token may only read. Issue one that may write")
        act_as_asked(request, row.user)
        return row.user, row

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, so that a missing token is answered with 401."""
        return "Bearer"


class PageSessionAuthentication(SessionAuthentication):
    """The session of the person's pages, with the same CSRF check as a form."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        """Return the signed-in account, or None."""
        user = getattr(request._request, "user", None)
        if user is None or not user.is_authenticated or not user.is_active:
            return None
        self.enforce_csrf(request)
        act_as_asked(request, user)
        return user, None
