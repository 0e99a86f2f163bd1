"""Every list of the portal takes its rows by branches, found by walking the addresses themselves.

An address without an identifier in it is about many cases, so what it reads must come through
`accounts.branched_lists`. `visible_to` is for opening one case: its OR walks the whole table when
rows are sorted or counted. The test writes a mark into every query that `visible_to` makes, opens
every such address, and finds no mark beside an order or a count.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from accounts.branched_lists import count_up_to, place_of, take, take_counted, together
from incidents.querysets import ComplaintQuerySet
from tests.factories.cases import NOW, make_case
from tests.factories.people import Force
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


@pytest.mark.parametrize("cap", [1, 2, 3, 5, 100])
@pytest.mark.parametrize("limit", [1, 2, 4])
def test_pages_meet_wherever_the_count_ends_and_overlapping_branches_give_a_row_once(
    cap: int, limit: int
) -> None:
    force = Force()
    # Some at one moment; and every second one in both branches.
    made = [make_case(force, now=NOW + timedelta(minutes=number // 2)) for number in range(6)]
    cases = type(made[0]).objects
    branches = [cases.all(), cases.filter(pk__in=[case.pk for case in made[::2]])]
    order = ("-logged_at", "-id")

    seen, after = [], None
    for _ in range(len(made)):
        taken, count = take_counted(
            branches, order=order, limit=limit, after=after, load=cases.all(), cap=cap
        )
        seen += taken.rows
        assert (count.number, count.capped) == (min(6, cap), cap < 6)
        if not taken.more:
            break
        after = place_of(taken.rows[-1], order)

    assert seen == list(cases.order_by(*order))


def test_nobody_has_branches_and_gets_an_empty_page() -> None:
    force = Force()
    case = make_case(force)
    rows = type(case).objects.all()
    order = ("-logged_at", "-id")
    assert take([], order=order, limit=5, load=rows).rows == []
    taken, count = take_counted([], order=order, limit=5, load=rows)
    assert (taken.rows, str(count)) == ([], "0")
    assert count_up_to([], order=order).number == 0
    assert list(together(rows, [])) == []
