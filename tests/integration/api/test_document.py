"""The OpenAPI document is valid, complete and says how each endpoint refuses; the guide shows it."""

from __future__ import annotations

import re
import warnings
from io import StringIO
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from django.urls import URLResolver, get_resolver
from openapi_spec_validator import validate

from bwcportal.api_guide import endpoints_by_noun
from tests.factories.callers import Caller
from tests.factories.people import Force

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """Make the document as the command does; a warning is an error."""
    out = StringIO()
    with warnings.catch_warnings():
        # The generator's own check compiles a schema of the standard that warns of a newer draft.
        warnings.simplefilter("ignore", DeprecationWarning)
        call_command("spectacular", "--fail-on-warn", "--validate", stdout=out)
    return yaml.safe_load(out.getvalue())


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    validate(document)
    assert document["openapi"].startswith("3.")


def test_every_endpoint_is_in_it_and_described(document: dict[str, Any]) -> None:
    (api,) = [
        entry
        for entry in get_resolver().url_patterns
        if isinstance(entry, URLResolver) and str(entry.pattern) == "api/v1/"
    ]
    described = {operation["operationId"] for _, _, operation in operations(document)}

    assert len(described) == len(operations(document)) > 70
    paths = {re.sub(r"{\w+}", "*", path) for path in document["paths"]}
    for entry in walk(api):
        if entry not in {"schema", "docs"}:
            assert f"/api/v1/{re.sub(r'<[^>]+>', '*', entry)}" in paths
    for path, method, operation in operations(document):
        assert operation["summary"], (path, method)
        assert operation["description"], (path, method)
        assert len(operation["tags"]) == 1


def walk(resolver: URLResolver, before: str = "") -> list[str]:
    found = []
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        found += walk(entry, route) if isinstance(entry, URLResolver) else [route]
    return found


def test_refusals_are_problems(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        if operation["operationId"] == "play_footage":
            continue
        refusals = {int(code) for code in operation["responses"] if int(code) >= 400}
        wanted = {401, 403}
        wanted |= {404} if "{" in path and "list_name" not in path else set()
        needs_version = any(each["name"] == "If-Match" for each in operation.get("parameters", []))
        wanted |= {400, 409, 412, 428} if needs_version else set()
        assert wanted <= refusals, (path, method)
        for code in refusals:
            content = operation["responses"][str(code)]["content"]
            assert list(content) == ["application/problem+json"], (path, method, code)


@pytest.mark.django_db
def test_the_document_is_served_to_who_signed_in() -> None:
    caller = Caller(Force().handler)

    assert caller.get("/schema").status == 200
    assert Client().get("/api/v1/schema").status_code == 401


@pytest.mark.django_db
def test_the_guide_lists_every_endpoint_under_the_content_policy(document: dict[str, Any]) -> None:
    client = Client()
    client.force_login(Force().handler)

    page = client.get("/api/v1/docs").content.decode()

    for _, endpoints in endpoints_by_noun():
        for each in endpoints:
            assert f'id="{each["id"]}"' in page
    assert sum(len(endpoints) for _, endpoints in endpoints_by_noun()) == len(operations(document))
    assert "style=" not in page
    assert Client().get("/api/v1/docs").status_code == 302
