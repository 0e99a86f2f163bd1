"""Comparing two contents of a case, and two texts."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reviews.comparing import Difference, differences, word_pieces

CONTENT: dict[str, Any] = {
    "case": {"title": "Stop", "incident": {"place": "Station"}},
    "subjects": [{"id": "s1", "person": "p1", "description": ""}],
    "recordings": [{"id": "f1", "number": 1, "camera": "X6"}],
    "marks": [{"id": "m1", "number": 1, "start_ms": 0, "bearings": {"1": "SUPPORTS"}}],
    "allegations": [
        {"id": "a1", "number": 1, "words": "He", "finding": {"decision": "SPA 1", "cited": [1]}},
        {"id": "a2", "number": 2, "words": "She", "finding": None},
    ],
}


def changed(change: Any) -> list[Difference]:
    new = copy.deepcopy(CONTENT)
    change(new)
    return differences(CONTENT, new)


def test_the_same_content_has_no_difference() -> None:
    assert changed(lambda new: None) == []


def test_a_changed_field_says_where_what_and_both_values() -> None:
    (found,) = changed(lambda new: new["marks"][0].update(start_ms=40))
    assert found == Difference("mark", "m1", 1, "start_ms", 0, 40)


def test_a_field_of_a_finding_stands_at_its_allegation() -> None:
    (found,) = changed(lambda new: new["allegations"][0]["finding"].update(decision="SPNA 1"))
    assert (found.kind, found.number, found.field) == ("allegation", 1, "decision")


def test_a_new_finding_is_told_field_by_field() -> None:
    found = changed(lambda new: new["allegations"][1].update(finding={"decision": "UTD 1"}))
    assert found == [Difference("allegation", "a2", 2, "decision", None, "UTD 1")]


def test_a_thing_that_is_new_or_gone_is_told_once() -> None:
    (gone,) = changed(lambda new: new["recordings"].clear())
    assert (gone.kind, gone.field, gone.was["camera"], gone.now) == ("recording", "", "X6", None)
    (new,) = changed(lambda new: new["marks"].append({"id": "m2", "number": 2}))
    assert (new.kind, new.number, new.was) == ("mark", 2, None)


def test_a_change_of_the_incident_stands_at_the_case() -> None:
    (found,) = changed(lambda new: new["case"]["incident"].update(place="Bridge"))
    assert found == Difference("case", "", None, "incident_place", "Station", "Bridge")


def test_words_that_differ_are_pieces() -> None:
    was, now = word_pieces("He was let go.", "He was not let go.")
    assert [piece.text for piece in was if piece.differs] == []
    assert [piece.text.strip() for piece in now if piece.differs] == ["not"]


@given(st.text(), st.text())
def test_the_pieces_are_the_texts(was: str, now: str) -> None:
    old, new = word_pieces(was, now)
    assert "".join(piece.text for piece in old) == was
    assert "".join(piece.text for piece in new) == now
    same = [piece.text for piece in old if not piece.differs]
    assert same == [piece.text for piece in new if not piece.differs]
    if was == now:
        assert not any(piece.differs for piece in (*old, *new))
