"""What every request passes through: its id, its headers, its session clock, its refusals."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject

from accounts import sessions
from accounts.standing import read_already
from audit import context
from bwcportal.addresses import client_address
from bwcportal.errors import DomainError, NotPermitted
from bwcportal.http import refusal

log = structlog.get_logger("bwcportal.request")

_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}\Z")
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_OPEN_PATHS = ("/static/", "/health/")

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class RequestContextMiddleware:
    """Tie log lines, events and tasks of one request together by one id."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Bind the request id, answer, log one line with ids only and return the id to the caller."""
        offered = request.headers.get("X-Request-ID", "")
        request_id = offered if _REQUEST_ID.match(offered) else secrets.token_hex(16)
        source = "API" if request.path.startswith("/api/") else "WEB"
        started = time.monotonic()
        with context.bind(
            request_id=request_id,
            source=source,
            address=client_address(request.META, settings.TRUSTED_PROXIES),
        ):
            structlog.contextvars.clear_contextvars()
            structlog.contextvars.bind_contextvars(request_id=request_id)
            response = self.get_response(request)
            if not request.path.startswith(_OPEN_PATHS):
                self._log(request, response, started)
            structlog.contextvars.clear_contextvars()
        response["X-Request-ID"] = request_id
        return response

    @staticmethod
    def _log(request: HttpRequest, response: HttpResponseBase, started: float) -> None:
        user = getattr(request, "user", None)
        match = request.resolver_match
        log.info(
            "request",
            method=request.method,
            route=match.route if match else "",
            status=response.status_code,
            user_id=str(user.pk) if user is not None and user.is_authenticated else "",
            duration_ms=round((time.monotonic() - started) * 1000, 1),
        )


class HardeningMiddleware:
    """Send the headers that Django has no setting for and refuse requests made by other sites."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Refuse cross-site writes and embedded loads; keep every page out of every cache."""
        response = (
            self._refused(request) if self._cross_site(request) else self.get_response(request)
        )
        if not request.path.startswith("/static/"):
            response["Cache-Control"] = "private, no-store"
            response["Cross-Origin-Resource-Policy"] = "same-origin"
            response["Permissions-Policy"] = (
                "camera=(), microphone=(), geolocation=(), display-capture=(), browsing-topics=()"
            )
        return response

    @staticmethod
    def _refused(request: HttpRequest) -> HttpResponseBase:
        return refusal(
            request,
            NotPermitted(
                "This request came from another site. Open the portal and try again",
                code="cross_site",
            ),
        )

    @staticmethod
    def _cross_site(request: HttpRequest) -> bool:
        if request.headers.get("Sec-Fetch-Site") != "cross-site":
            return False
        following_a_link = (
            request.method in _SAFE_METHODS and request.headers.get("Sec-Fetch-Mode") == "navigate"
        )
        return not following_a_link


class AccountMiddleware(AuthenticationMiddleware):
    """Find who is signed in as Django does, with the account that was read together with the session."""

    def process_request(self, request: HttpRequest) -> None:
        """Put the account to the request; it is read when it is asked for."""
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: self._account(request))  # type: ignore[assignment]

    @staticmethod
    def _account(request: HttpRequest) -> Any:
        # Django itself checks the session: whose it is, and that the password is still the same.
        with read_already(request.session.account()):
            return get_user(request)


class SessionClockMiddleware:
    """End a session that was idle for too long or has lasted long enough, on the server.

    What a page asks by itself (it says so) does not count as use. When the person's roles have
    changed the session gets a new key.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Sign the person out when the session is over; otherwise note this use."""
        now = int(time.time())
        if request.user.is_authenticated:
            if sessions.is_over(request.session, now=now):
                logout(request)
            else:
                counts = "X-Background" not in request.headers
                sessions.note_use(request.session, counts=counts, now=now)
                sessions.rotate_after_role_change(request.session, request.user)
        return self.get_response(request)


class DomainErrorMiddleware:
    """Turn a refusal raised anywhere in a page into its answer, in one place."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request; refusals are answered by `process_exception`."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a DomainError; leave every other exception to Django."""
        if isinstance(exception, DomainError):
            return refusal(request, exception)
        return None
