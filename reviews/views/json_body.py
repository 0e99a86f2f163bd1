"""Reading a JSON request of the review room, and answering one, refusals included."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse

from bwcportal.errors import DomainError, Invalid
from bwcportal.http import problem

JsonView = Callable[..., JsonResponse]


def answers_json(view: JsonView) -> JsonView:
    """Answer refusals of a view as problem details, for scripts of our own pages."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        try:
            return view(request, *args, **kwargs)
        except DomainError as error:
            return refused(error)

    return answer


def refused(error: DomainError, **more: Any) -> JsonResponse:
    """Answer a refusal, with what else the page needs to show it."""
    return JsonResponse(
        {**problem(error), **more}, status=error.status, content_type="application/problem+json"
    )


def read_body(request: HttpRequest) -> dict[str, Any]:
    """Read the body as a JSON object; raise Invalid for anything else."""
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Invalid("The request is not a JSON object. Reload the page and try again")
    return body


def a_text(body: Mapping[str, Any], name: str) -> str:
    """Take a text; one that was not sent is empty."""
    value = body.get(name, "")
    if not isinstance(value, str):
        raise Invalid("Send a text", field=name)
    return value


def a_number(body: Mapping[str, Any], name: str) -> int:
    """Take a whole number."""
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Invalid("Send a whole number", field=name)
    return value


def a_number_or_none(body: Mapping[str, Any], name: str) -> int | None:
    """Take a whole number, or None when it was not sent or is null."""
    return None if body.get(name) is None else a_number(body, name)


def a_yes_or_no(body: Mapping[str, Any], name: str) -> bool:
    """Take true or false."""
    value = body.get(name)
    if not isinstance(value, bool):
        raise Invalid("Send true or false", field=name)
    return value


def an_id(body: Mapping[str, Any], name: str) -> UUID:
    """Take an identifier."""
    return _as_id(body.get(name), name)


def bearings(body: Mapping[str, Any], name: str = "bearings") -> dict[UUID, str]:
    """Take the allegations that a mark is tied to, each with what the mark says about it."""
    value = body.get(name, {})
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise Invalid("Send the bearing on each allegation", field=name)
    return {_as_id(key, name): bearing for key, bearing in value.items()}


def _as_id(value: object, name: str) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        raise Invalid("Send an identifier", field=name) from None
