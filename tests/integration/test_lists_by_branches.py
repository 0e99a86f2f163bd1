"""Every list of the portal takes its rows by branches, found by walking the addresses themselves.

An address without an identifier in it is about many cases, so what it reads must come through
`accounts.branched_lists`. `visible_to` is for opening one case: its OR walks the whole table when
rows are sorted or counted. The test writes a mark into every query that `visible_to` makes, opens
every such address, and finds no mark beside an order or a count.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from incidents.querysets import ComplaintQuerySet
from tests.factories.world import World
from tests.integration.test_access_matrix import walk

pytestmark = pytest.mark.django_db

MARK = "'by_visible_to' = 'by_visible_to'"
# One row is opened: a sorted list of one.
ONE = re.compile(r"LIMIT 1\s*\)?\s*$")


def collections() -> list[str]:
    """Name the routes that take no identifier and answer GET."""
    names = {name for name, parts in walk(get_resolver()) if not parts}
    return sorted(names - {"accounts:sign-out"})


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = ComplaintQuerySet.visible_to

    def with_mark(self: Any, user: Any) -> Any:
        return plain(self, user).extra(where=[MARK])  # noqa: S610 - our own words

    monkeypatch.setattr(ComplaintQuerySet, "visible_to", with_mark)


def walked_whole(queries: CaptureQueriesContext) -> list[str]:
    """Give the queries in which `visible_to` is sorted or counted."""
    return [
        query["sql"]
        for query in queries
        if MARK in query["sql"]
        and re.search(r"ORDER BY|COUNT\(", query["sql"])
        and not ONE.search(query["sql"])
    ]


def test_no_list_sorts_or_counts_what_visible_to_gives(marked: None) -> None:
    world = World.make()
    client = Client()
    client.force_login(world.force.everything)
    found: dict[str, list[str]] = {}
    answered = 0
    for name in collections():
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(reverse(name))
        answered += answer.status_code == 200
        if wrong := walked_whole(queries):
            found[name] = wrong
    assert answered > 10
    assert found == {}


def test_a_list_that_sorts_visible_to_would_be_found(marked: None) -> None:
    world = World.make()
    with CaptureQueriesContext(connection) as queries:
        cases = type(world.case).objects.visible_to(world.force.everything)
        list(cases.order_by("-logged_at")[:25])
        cases.count()
        cases.filter(pk=world.case.pk).first()
    assert len(walked_whole(queries)) == 2
