"""The one mapping from refusals to answers: pages, fragments and problem details (RFC 9457)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from bwcportal.errors import DomainError, Invalid, NotFound, NotPermitted

TITLES = {
    400: "Something needs changing",
    401: "Sign in first",
    403: "You may not do this",
    404: "Page not found",
    405: "This address does not do that",
    409: "Not possible now",
    412: "Changed by somebody else",
    413: "Too large",
    415: "Send JSON",
    422: "This key was used for another request",
    428: "Say which version you saw",
    429: "Too many requests",
    500: "Something went wrong",
}


def refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Answer a refusal: problem details under /api/, a fragment to HTMX, a page to everybody else."""
    if request.path.startswith("/api/"):
        return JsonResponse(
            problem(error), status=error.status, content_type="application/problem+json"
        )
    template = f"errors/{error.status}.html"
    if request.headers.get("HX-Request") == "true" and "HX-Boosted" not in request.headers:
        template = "errors/_fragment.html"
    title = TITLES[error.status]
    return render(request, template, {"error": error, "title": title}, status=error.status)


def problem(error: DomainError) -> dict[str, Any]:
    """Describe a refusal as a problem details object."""
    body: dict[str, Any] = {
        "type": f"urn:bwcportal:problem:{error.code}",
        "title": TITLES[error.status],
        "status": error.status,
        "detail": error.message,
        "code": error.code,
    }
    if error.field:
        body["errors"] = {error.field: [error.message]}
    return body


def api_exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Answer every refusal of the API in one shape. Hidden and absent give the same bytes."""
    error = _as_domain_error(exc)
    if error is not None:
        set_rollback()
        return Response(
            problem(error), status=error.status, content_type="application/problem+json"
        )
    if not isinstance(exc, exceptions.APIException):
        return None
    set_rollback()
    code = exc.get_codes() if isinstance(exc.get_codes(), str) else "invalid"
    body: dict[str, Any] = {
        "type": f"urn:bwcportal:problem:{code}",
        "title": TITLES.get(exc.status_code, "The request cannot be answered"),
        "status": exc.status_code,
        "code": code,
    }
    if isinstance(exc, exceptions.ValidationError):
        body["detail"] = "Some of the values sent cannot be used"
        body["errors"] = exc.detail if isinstance(exc.detail, dict) else {"": exc.detail}
    else:
        body["detail"] = str(exc.detail)
    headers = {"WWW-Authenticate": "Bearer"} if exc.status_code == 401 else {}
    return Response(
        body, status=exc.status_code, headers=headers, content_type="application/problem+json"
    )


def _as_domain_error(exc: Exception) -> DomainError | None:
    if isinstance(exc, DomainError):
        return exc
    if isinstance(exc, Http404):
        return NotFound()
    if isinstance(exc, PermissionDenied):
        return NotPermitted("You may not do this")
    return None


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request that Django itself could not read."""
    return refusal(request, Invalid("The request could not be read. Go back and try again"))


def not_permitted(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a refusal that Django itself raised."""
    return refusal(request, NotPermitted("You may not do this"))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer with the one constant page for what is absent and for what is hidden."""
    return refusal(request, NotFound())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that was sent without the page's own token."""
    return refusal(
        request,
        NotPermitted(
            "This page was open too long or came from elsewhere. "
            "Go back, reload the page and send the form again",
            code="csrf",
        ),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a fault of ours, without a word about its cause."""
    body = {
        "type": "urn:bwcportal:problem:fault",
        "title": TITLES[500],
        "status": 500,
        "detail": "The fault has been logged. Try again in a minute",
        "code": "fault",
    }
    if request.path.startswith("/api/"):
        return JsonResponse(body, status=500, content_type="application/problem+json")
    # Without the request: neither session nor database may be needed to say that something broke.
    page = render_to_string("errors/500.html", {"title": TITLES[500]})
    return HttpResponse(page, status=500)
