"""Every address of the portal, walked: who may, and what everybody else is answered.

The table is docs/reference/access.csv. A route without a row fails, and so does a row without a
route, so a new page is covered without anybody remembering.
"""

from __future__ import annotations

import csv
import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import User
from accounts.roles import Permission
from audit.models import Event
from incidents.models import Complaint
from tests.answers import without_tokens
from tests.factories.people import make_user
from tests.factories.world import World

pytestmark = pytest.mark.django_db

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
MATRIX = settings.BASE_DIR / "docs" / "reference" / "access.csv"


class Row(NamedTuple):
    """One line of the table."""

    route: str
    method: str
    permission: str
    object: str
    notes: str

    @property
    def is_api(self) -> bool:
        """Tell whether the route belongs to the API."""
        return self.route.startswith("api-")


def rows() -> list[Row]:
    with MATRIX.open(newline="", encoding="utf-8") as lines:
        return [Row(**line) for line in csv.DictReader(lines)]


def walk(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = ":".join(part for part in (namespace, entry.namespace) if part)
            yield from walk(entry, inner)
        elif isinstance(entry, URLPattern):
            name = ":".join(part for part in (namespace, entry.name) if part)
            yield name, tuple(entry.pattern.converters)


def routes() -> dict[str, list[str]]:
    """Map each route to the names of the parts of its address, over all resolvers."""
    return {name: list(parts) for name, parts in walk(get_resolver())}


def ident(row: Row) -> str:
    return f"{row.method} {row.route}"


ROWS = rows()
OF_OBJECTS = [row for row in ROWS if row.object not in {"none", "open"}]


# The mark makes the test database, which `world` needs and cannot ask for itself.
@pytest.mark.django_db
def test_t01_every_route_has_a_row_and_every_row_a_route() -> None:
    assert {row.route for row in ROWS} == set(routes())


def test_no_row_is_there_twice_and_every_word_is_known() -> None:
    keys = [(row.route, row.method) for row in ROWS]

    assert len(keys) == len(set(keys))
    assert {row.method for row in ROWS} <= set(METHODS)
    assert {row.permission for row in ROWS} <= {"", *Permission.values}


def address(row: Row, ids: dict[str, Any]) -> str:
    wanted = routes()[row.route]
    return reverse(row.route, kwargs={name: ids[name] for name in wanted})


def send(client: Client, row: Row, path: str, method: str = "") -> HttpResponse:
    method = method or row.method
    headers = {"Idempotency-Key": uuid.uuid4().hex, "If-Match": '"1"'} if row.is_api else {}
    body = {} if method == "GET" else {"data": "{}", "content_type": "application/json"}
    if not row.is_api and method != "GET":
        body = {"data": b"", "content_type": "application/x-www-form-urlencoded"}
    return client.generic(method, path, headers=headers, **body)


def signed_in(user: User) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(user)
    return client


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One hidden case with everything on it, made once and undone after the module.

    What a test changes is undone by its own transaction, which nests in this one.
    """
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        # Like the block round a TestCase: it does not count for what must not run in a transaction.
        outer._from_testcase = True
        outer.__enter__()
        try:
            yield World.make()
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)


@pytest.mark.parametrize("row", OF_OBJECTS, ids=ident)
def test_t01_t16_hidden_is_answered_like_absent(row: Row, world: World) -> None:
    client = signed_in(world.force.stranger)
    events = Event.objects.filter(outcome="ALLOWED", actor_id=str(world.force.stranger.pk))
    versions = dict(Complaint.objects.values_list("pk", "version"))

    hidden = send(client, row, address(row, world.ids))
    absent = send(client, row, address(row, world.random_ids()))

    assert hidden.status_code == 404
    assert absent.status_code == 404
    assert without_tokens(hidden.content) == without_tokens(absent.content)
    assert not events.exists()
    assert dict(Complaint.objects.values_list("pk", "version")) == versions


@pytest.mark.parametrize("row", [row for row in ROWS if row.object != "open"], ids=ident)
def test_t01_nobody_gets_in_without_signing_in(row: Row, world: World) -> None:
    response = send(Client(), row, address(row, world.ids))

    if row.is_api:
        assert response.status_code == 401
        assert response["Content-Type"].startswith("application/problem+json")
    else:
        assert response.status_code == 302
        assert response["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("row", [row for row in ROWS if row.permission], ids=ident)
def test_t01_a_team_member_without_the_role_is_refused(row: Row, world: World) -> None:
    colleague = make_user(team=world.force.team)

    response = send(signed_in(colleague), row, address(row, world.ids))

    assert response.status_code == (404 if world.is_tombstone(row.object) else 403)


@pytest.mark.parametrize("route", sorted({row.route for row in ROWS}))
def test_t01_a_method_that_is_not_in_the_table_is_refused(route: str, world: World) -> None:
    mine = [row for row in ROWS if row.route == route]
    listed = {row.method for row in mine}
    client = signed_in(world.force.everything)

    for method in set(METHODS) - listed:
        response = send(client, mine[0], address(mine[0], world.ids), method=method)
        assert response.status_code == 405, method
