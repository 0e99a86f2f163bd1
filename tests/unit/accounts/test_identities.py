"""Which records are one human being, and whom a description may mean."""

from __future__ import annotations

import uuid
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.identities import KnownAs, components, managers_above, mentions, search_terms

PERSON = uuid.uuid4()
NODES = st.integers(0, 12)
PAIRS = st.lists(st.tuples(NODES, NODES), max_size=20)


def named(text: str, **way: str) -> list[str]:
    return [each.what for each in mentions(text, [KnownAs(PERSON, **way)])]


@given(PAIRS)
def test_linked_records_are_one_set_and_no_others(pairs: list[tuple[int, int]]) -> None:
    groups = components(pairs)
    assert all(groups[a] == groups[b] for a, b in pairs)
    assert all(node in group for node, group in groups.items())
    # Nobody is in a set without a way of links to each of the others.
    for node, group in groups.items():
        reached, waiting = {node}, [node]
        while waiting:
            at = waiting.pop()
            near = {b for a, b in pairs if a == at} | {a for a, b in pairs if b == at}
            waiting += near - reached
            reached |= near
        assert reached == group


@given(PAIRS, PAIRS)
def test_one_link_more_never_parts_anybody(
    pairs: list[tuple[int, int]], more: list[tuple[int, int]]
) -> None:
    before, after = components(pairs), components(pairs + more)
    assert all(group <= after[node] for node, group in before.items())


@given(st.lists(st.tuples(NODES, NODES), max_size=30), PAIRS, NODES)
def test_managers_are_found_through_rings_and_records_and_never_oneself(
    lines: list[tuple[int, int]], links: list[tuple[int, int]], start: int
) -> None:
    reports: dict[int, set[int]] = {}
    for person, manager in lines:
        reports.setdefault(person, set()).add(manager)
    same = {node: group - {node} for node, group in components(links).items()}
    above = managers_above([start], reports, same)  # type: ignore[arg-type]
    mine = {start, *same.get(start, ())}
    assert not above & mine
    # Whoever any record of mine or of somebody above reports to is above, or is me.
    for person, manager in lines:
        if person in mine | above:
            assert {manager, *same.get(manager, ())} <= above | mine


@given(st.integers(2, 40))
def test_a_long_line_is_followed_to_its_end(length: int) -> None:
    people = list(range(length))
    reports = {a: {b} for a, b in pairwise(people)}
    assert managers_above([0], reports, {}) == set(people[1:])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("PC 2186QX, tall", {"number": "2186QX"}),
        ("number 2186 qx on the shoulder", {"number": "2186QX"}),
        ("Collar 2186qx.", {"number": "2186QX"}),
        ("said he was Brannick", {"surname": "Brannick"}),
        ("BRANNICK or Branick", {"surname": "Brannick"}),
        ("an officer called O\u2019Dowd", {"surname": "O'Dowd"}),
        ("odowd", {"surname": "O'Dowd"}),
        ("PC Smythe-Jones", {"surname": "Jones"}),
        ("sergeant van Dyke", {"surname": "Van Dyke"}),
        ("Jose Munoz", {"surname": "Mu\u00f1oz"}),
        ("PC Brown", {"surname": "Brown"}),
        ("Alex Brown", {"surname": "Brown", "given_names": "Alex"}),
        ("PC Ng", {"surname": "Ng"}),
    ],
)
def test_a_description_means_whom_it_names(text: str, way: dict[str, str]) -> None:
    assert named(text, **way)


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("Tall, with a beard", {"surname": "Brannick"}),
        ("brown hair, about 40", {"surname": "Brown"}),
        ("tall, in a white van", {"surname": "White", "given_names": "Alex"}),
        ("number 21861", {"number": "2186"}),
        ("two officers in a marked van", {"surname": "Ng"}),
        ("", {"surname": "Brannick"}),
    ],
)
def test_a_description_of_looks_means_nobody(text: str, way: dict[str, str]) -> None:
    assert not named(text, **way)


def test_a_number_is_said_before_a_name_and_each_person_once() -> None:
    ways = [KnownAs(PERSON, surname="Brannick"), KnownAs(PERSON, number="2186QX", is_past=True)]
    (mention,) = mentions("PC 2186QX Brannick", ways)
    assert (mention.what, mention.is_past) == ("the number 2186QX", True)


@given(st.text(max_size=60), st.text(alphabet="ABCDEFGHIJ0123456789", min_size=3, max_size=8))
def test_a_number_that_stands_alone_is_always_found(before: str, number: str) -> None:
    text = f"{before} {number} "
    assert named(text, number=number)
    assert number in search_terms(text)
