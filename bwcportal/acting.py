"""Acting for somebody absent, asked again at the door of every request."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from accounts.services.acting import SESSION_KEY, resume
from bwcportal.errors import NotNow
from bwcportal.http import refusal

GetResponse = Callable[[HttpRequest], HttpResponseBase]

_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
ENDED = "You no longer act for anybody: the cover has ended. From here on you are yourself again"


class ActingMiddleware:
    """Let the request act for whom its session says, if that cover holds at this moment.

    A session that acts for nobody costs nothing here. When the cover has ended, pages are the
    person's own again and say so; a form is refused, because it was filled in for somebody else.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Resume, or refuse what was meant for somebody for whom nobody may act any more."""
        if (
            request.user.is_authenticated
            and SESSION_KEY in request.session
            and not resume(request, user=request.user, now=timezone.now())
        ):
            if request.method not in _SAFE_METHODS and not self._is_harmless(request.path):
                return refusal(
                    request,
                    NotNow(
                        "The cover by which you acted for somebody has ended. Nothing was saved. "
                        "Go on as yourself",
                        code="cover_over",
                    ),
                )
            messages.warning(request, ENDED)
        return self.get_response(request)

    @staticmethod
    def _is_harmless(path: str) -> bool:
        return path in {reverse("incidents:stop-acting"), reverse("accounts:sign-out")}
