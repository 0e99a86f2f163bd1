"""Stretches of time merge, measure and cut as half-open intervals do."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews import intervals
from reviews.offsets import parse_offset

STRETCHES = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=12)


def moments(stretches):
    return {ms for start, end in stretches for ms in range(start, end)}


@given(STRETCHES)
def test_merging_keeps_every_millisecond_once_and_in_order(stretches):
    merged = intervals.merge(stretches)
    assert moments(merged) == moments(stretches)
    assert intervals.length(merged) == len(moments(stretches))
    assert all(left[1] < right[0] for left, right in pairwise(merged))


@given(STRETCHES, st.tuples(st.integers(0, 300), st.integers(0, 300)))
def test_cutting_keeps_what_lies_inside(stretches, span):
    cut = intervals.within(intervals.merge(stretches), span)
    assert moments(cut) == moments(stretches) & set(range(*span))


@pytest.mark.parametrize(
    ("typed", "ms"),
    [
        ("0", 0),
        ("12.48", 12_480),
        ("12,5", 12_500),
        ("2:03", 123_000),
        ("0:03:12.480", 192_480),
        ("10:00:00", 36_000_000),
        (" 90 ", 90_000),
        ("123:07.001", 7_387_001),
    ],
)
def test_a_typed_place_is_read_as_milliseconds(typed, ms):
    assert parse_offset(typed) == ms


@pytest.mark.parametrize("typed", ["", "abc", "1:60", "1:60:00", "-3", "1:2:3:4", "1.2345", "١٢"])
def test_what_is_no_place_is_refused(typed):
    with pytest.raises(ValueError, match=r"."):
        parse_offset(typed)
