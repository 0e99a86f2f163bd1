"""The geometry of the coverage board."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bwcportal import lanes

START = datetime(2026, 11, 6, 21, 34, tzinfo=UTC)
END = START + timedelta(minutes=42)


def board(**lane):
    return {"start": START, "end": END, "lanes": [{"who": "PC", "label": "PC", **lane}]}


def test_places_are_per_cent_of_the_window():
    middle = START + timedelta(minutes=21)
    item = {"kind": "recorded", "start": middle, "end": END, "label": "F1"}
    bar = lanes.draw(board(items=[item]))["lanes"][0]["bars"][0]
    assert (bar["x"], bar["width"], bar["label"]) == (50.0, 50.0, "F1")


def test_what_lies_outside_the_window_is_kept_at_its_edge():
    item = {
        "kind": "recorded",
        "start": START - timedelta(hours=1),
        "end": END + timedelta(hours=1),
    }
    bar = lanes.draw(board(items=[item]))["lanes"][0]["bars"][0]
    assert (bar["x"], bar["width"]) == (0.0, 100.0)


def test_a_very_short_recording_still_shows():
    item = {"kind": "recorded", "start": START, "end": START + timedelta(milliseconds=40)}
    assert lanes.draw(board(items=[item]))["lanes"][0]["bars"][0]["width"] > 0.2


def test_cited_moments_are_kept_apart_from_bars():
    item = {"kind": "cited", "at": END, "label": "M1"}
    lane = lanes.draw(board(items=[item]))["lanes"][0]
    assert lane["bars"] == []
    assert lane["cited"] == [{"x": 100.0, "label": "M1"}]


def test_an_empty_window_and_an_unknown_kind_are_refused():
    with pytest.raises(ValueError, match="window"):
        lanes.draw({"start": END, "end": START, "lanes": []})
    with pytest.raises(ValueError, match="gap"):
        lanes.draw(board(items=[{"kind": "gap", "start": START, "end": END}]))


def test_ticks_of_the_mockup():
    said = [tick["label"] for tick in lanes.draw(board())["ticks"]]
    assert said == ["21:40", "21:50", "22:00", "22:10"]


@given(st.integers(min_value=5, max_value=7 * 24 * 3600), st.integers(0, 86_400))
def test_ticks_are_few_ordered_and_inside(seconds, shift):
    start = START + timedelta(seconds=shift)
    end = start + timedelta(seconds=seconds)
    found = lanes.ticks(start, end)
    assert len(found) <= 7
    assert found == sorted(found)
    assert all(start < tick < end for tick in found)


def test_shares_add_up_and_nothing_divides_by_nothing():
    parts = lanes.shares([("preserved", 3), ("lost", 1, "/lost/")])
    assert [(part["x"], part["width"], part["url"]) for part in parts] == [
        (0.0, 75.0, ""),
        (75.0, 25.0, "/lost/"),
    ]
    assert lanes.shares([("preserved", 0)])[0]["width"] == 0.0
