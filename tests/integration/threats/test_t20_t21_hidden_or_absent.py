"""T20, T21 and bad input: what is hidden is answered like what is absent, byte for byte, with the same work.

Generated over the URLconf: every route whose address names something, every method, and bodies and
queries that no form would send. Nothing is masked but the identifier that was asked for: clocks stand
still and both requests draw the same chance.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from tests.factories.world import World
from tests.twins.asking import FORM, JSON, SAFE, UNSAFE, Answer, Ask, Asker, Nothing
from tests.twins.chance import fixed_chance
from tests.twins.crawler import NOT_OF_A_CASE, Route, all_routes
from tests.twins.worlds import clocks_at_rest

pytestmark = pytest.mark.django_db

OF_CASES = sorted(route.name for route in all_routes().values() if route.ids - NOT_OF_A_CASE)
TOO_LARGE = b"x" * (1_048_576 + 10)


@pytest.fixture
def asker(world: World) -> Iterator[Asker]:
    """Give somebody with every role, in another team, for whom clocks stand still."""
    with (
        time_machine.travel(timezone.now(), tick=False),
        clocks_at_rest(),
        fixed_chance() as chance,
    ):
        yield Asker(world.force.stranger, chance, Nothing())


def addresses(route: Route, world: World) -> tuple[str, str]:
    """Give the address of something hidden, and of nothing."""
    hidden = {part: world.ids[part] for part in route.parts}
    absent = {part: uuid.uuid4() if part in route.ids else hidden[part] for part in route.parts}
    return reverse(route.name, kwargs=hidden), reverse(route.name, kwargs=absent)


def requests(route: Route, allowed: str) -> Iterator[Ask]:
    """List what is asked of an address: every method, then what no page of ours would send."""
    body, kind, headers = b"", FORM, ()
    if route.is_api:
        body, kind = b"{}", JSON
        headers = (("Idempotency-Key", "hidden-or-absent-01"), ("If-Match", '"1"'))
    for method in SAFE:
        yield Ask(method, "")
    for method in UNSAFE:
        yield Ask(method, "", body, kind, headers)
    yield Ask("GET", "?no_such=1&after=x&before=x&cursor=x&limit=x&page=9")
    yield Ask("GET", "", headers=(("HX-Request", "true"),))
    yield Ask("GET", "", headers=(("Accept", "text/plain"), ("If-None-Match", '"1"')))
    yield Ask("GET", "", headers=(("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "cors")))
    for method in UNSAFE:
        if method not in allowed:
            continue
        yield Ask(method, "", b'{"a": 1, "a": ', JSON, headers)
        yield Ask(method, "", b"\xff\xfe\x00", JSON, headers)
        yield Ask(method, "", b"no_such=1&version=x", FORM, headers)
        yield Ask(method, "", TOO_LARGE, JSON, headers)
        yield Ask(method, "", b"x", "application/xml", headers)
        yield Ask(method, "", body, kind, (("If-Match", "x"), ("Idempotency-Key", "\u00e9 x")))
        yield Ask(method, "", body, kind)


@pytest.mark.parametrize("name", OF_CASES)
def test_t20_t21_hidden_is_answered_like_absent_with_the_same_work(
    name: str, world: World, asker: Asker
) -> None:
    route = all_routes()[name]
    hidden, absent = addresses(route, world)
    done = Event.objects.filter(outcome="ALLOWED", actor_id=str(world.force.stranger.pk))

    with asker.harmless():
        allowed = asker.ask(Ask("TRACE", absent)).header("Allow")
    for ask in requests(route, allowed):
        first, first_work = answered(asker, ask, hidden)
        second, second_work = answered(asker, ask, absent)

        assert first == second, ask
        assert first.status not in {200, 201, 204, 302} or ask.method == "OPTIONS", ask
        assert first_work == second_work, ask
    assert not done.exists()


def answered(asker: Asker, ask: Ask, path: str) -> tuple[Answer, list[str]]:
    """Ask for an address; give the answer without what was asked for, and the SQL it took."""
    with asker.harmless(), CaptureQueriesContext(connection) as queries:
        answer = asker.ask(replace(ask, path=path + ask.path), chance_of=ask)
    statements = [kind_of(query["sql"]) for query in queries.captured_queries]
    for part in reversed(path.split("/")):
        if len(part) == 36:
            answer = replace(
                answer,
                body=answer.body.replace(part.encode(), b"ID"),
                headers=tuple((key, value.replace(part, "ID")) for key, value in answer.headers),
            )
    return answer, statements


def kind_of(sql: str) -> str:
    """Give a statement without its values."""
    bare = re.sub(r"'(?:[^']|'')*'(::\w+)?|\b\d+\b", "?", sql)
    return re.sub(r"\?(, \?)*|\"s\d+_x\d+\"", "?", bare)
