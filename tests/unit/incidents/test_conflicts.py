"""When a person and a case do not go together, over all facts that there can be."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.conflicts import HARD, SOFT, Conflict, Facts, conflicts_of, words_meet
from incidents.enums import ConflictKind as K

IDS = [uuid.UUID(int=number) for number in range(1, 9)]
SETS = st.frozensets(st.sampled_from(IDS), max_size=4)
MAPS = st.dictionaries(st.sampled_from(IDS), SETS, max_size=3)
FACTS = st.builds(
    Facts,
    candidate=st.frozensets(st.sampled_from(IDS), min_size=1, max_size=3),
    subjects=MAPS,
    excluded=SETS,
    managers=SETS,
    managers_of=MAPS,
    linked_parties=MAPS,
    wearers=SETS,
    interests=SETS,
    units=SETS,
    units_of=MAPS,
    teams=SETS,
    teams_of=MAPS,
)
ME, OFFICER, LINKED = IDS[:3]


def kinds(facts: Facts) -> set[K]:
    return {each.kind for each in conflicts_of(facts)}


def alone(**more: Any) -> Facts:
    return Facts(candidate=frozenset({ME}), subjects={OFFICER: frozenset({OFFICER})}, **more)


def test_every_kind_is_hard_or_soft_and_not_both() -> None:
    assert set(K) == HARD | SOFT
    assert not HARD & SOFT


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"managers": frozenset({OFFICER})}, K.UNDER_SUBJECT),
        ({"managers_of": {OFFICER: frozenset({ME})}}, K.OVER_SUBJECT),
        ({"interests": frozenset({OFFICER})}, K.INTEREST),
        ({"excluded": frozenset({ME})}, K.EXCLUDED),
        ({"wearers": frozenset({ME})}, K.PRESENT),
        ({"linked_parties": {LINKED: frozenset({ME})}}, K.LINKED_PARTY),
        ({"units": frozenset(IDS[4:5]), "units_of": {OFFICER: frozenset(IDS[4:6])}}, K.SAME_UNIT),
        ({"teams": frozenset(IDS[4:5]), "teams_of": {OFFICER: frozenset(IDS[4:6])}}, K.SAME_TEAM),
    ],
)
def test_each_fact_is_its_conflict_and_nothing_else(facts: dict[str, Any], kind: K) -> None:
    assert kinds(alone(**facts)) == {kind}


def test_no_fact_is_no_conflict() -> None:
    assert conflicts_of(alone()) == []


@given(FACTS)
def test_the_officer_is_always_in_conflict(facts: Facts) -> None:
    facts = replace(facts, subjects={**facts.subjects, OFFICER: facts.candidate})
    assert Conflict(K.SUBJECT, OFFICER) in conflicts_of(facts)


@given(FACTS, FACTS)
def test_knowing_more_never_takes_a_conflict_away(facts: Facts, more: Facts) -> None:
    wider = replace(
        facts,
        excluded=facts.excluded | more.excluded,
        managers=facts.managers | more.managers,
        wearers=facts.wearers | more.wearers,
        interests=facts.interests | more.interests,
        units=facts.units | more.units,
        teams=facts.teams | more.teams,
    )
    assert set(conflicts_of(facts)) <= set(conflicts_of(wider))


@given(FACTS)
def test_it_does_not_matter_by_which_record_a_person_is_known(facts: Facts) -> None:
    other = uuid.UUID(int=99)
    assert set(conflicts_of(facts)) == set(
        conflicts_of(replace(facts, candidate=facts.candidate | {other}))
    )


@given(FACTS)
def test_the_hard_ones_come_first(facts: Facts) -> None:
    hardness = [each.is_hard for each in conflicts_of(facts)]
    assert hardness == sorted(hardness, reverse=True)


@pytest.mark.parametrize(
    ("declared", "text", "meets"),
    [
        ("14 Elm Road, Northmarsh", "Elm Road, Northmarsh", True),
        ("14 Elm Road", "Outside the school, Elm Road", True),
        ("Elm Road, Northmarsh", "Elm Road, Calder", False),
        ("The Road", "The Road, Calder", False),
        ("my sister Vera Stannard", "Vera Stannard", False),
        ("Vera Stannard", "Complaint of VERA STANNARD", True),
        ("", "anything", False),
    ],
)
def test_words_meet_when_every_telling_one_is_there(declared: str, text: str, meets: bool) -> None:
    assert words_meet(declared, (text,)) is meets
