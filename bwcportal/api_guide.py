"""The page that lists the endpoints of the API, made from its OpenAPI document.

A page of ours and not Swagger UI, which brings inline styles that the content policy refuses.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

_METHODS = ("get", "post", "put", "delete")


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """List every endpoint by its noun, with what it needs and how it answers."""
    return render(request, "api_guide.html", {"nouns": endpoints_by_noun()})


@cache
def endpoints_by_noun() -> list[tuple[str, list[dict[str, Any]]]]:
    """Group the endpoints of the document by tag, in the order of their addresses."""
    document = SchemaGenerator().get_schema(request=None, public=True)
    nouns: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if method in methods:
                operation = methods[method]
                nouns.setdefault(operation["tags"][0], []).append(
                    _endpoint(path, method, operation)
                )
    return sorted(nouns.items())


def _endpoint(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    sent = [each for each in operation.get("parameters", []) if each["in"] in {"query", "header"}]
    body = _shape(operation.get("requestBody", {}))
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path.removeprefix("/api/v1"),
        "summary": operation["summary"],
        "text": operation.get("description", "").replace("`", ""),
        "needs": [*([body] if body else []), *(each["name"] for each in sent if _is_sent(each))],
        "statuses": sorted(operation["responses"]),
    }


def _is_sent(parameter: dict[str, Any]) -> bool:
    """Tell what a request sends from what only answers have; what all take is said once, on top."""
    return str(parameter["name"]) not in {"ETag", "Acting-For"}


def _shape(body: dict[str, Any]) -> str:
    for content in body.get("content", {}).values():
        return str(content["schema"].get("$ref", "")).rsplit("/", 1)[-1]
    return ""
