"""The arithmetic of statutory periods, checked against the regulations' own examples."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents import deadlines
from incidents.enums import LengthUnit


@dataclass
class Rule:
    length: int | None
    unit: str
    label: str = "A rule"
    clock_start_text: str = "Began"


def link(when: datetime, label: str = "F1") -> Any:
    return SimpleNamespace(label=label, footage=SimpleNamespace(recorded_on=when))


def incident(when: datetime, *, known: bool = True) -> Any:
    return SimpleNamespace(starts_at=when, start_is_known=known)


def test_the_worked_example_of_the_review_form() -> None:
    # Letter of 1 April: the application must be received by 29 April.
    due = deadlines.due(Rule(28, LengthUnit.DAYS), date(2026, 4, 1))
    assert due.on == date(2026, 4, 29)
    assert due.arithmetic[-1] == ("Last day", "Wed 29\u00a0Apr 2026")


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 11, 23), 5, date(2026, 11, 30)),
        (date(2026, 11, 21), 1, date(2026, 11, 23)),
        # Christmas Day, and Boxing Day on a Saturday kept on the Monday after.
        (date(2026, 12, 23), 5, date(2027, 1, 4)),
        # Good Friday and Easter Monday.
        (date(2026, 4, 1), 2, date(2026, 4, 7)),
        (date(2026, 11, 23), 0, date(2026, 11, 23)),
    ],
)
def test_working_days_leave_out_weekends_and_bank_holidays(
    start: date, count: int, end: date
) -> None:
    assert deadlines.add_working_days(start, count) == end


def test_bank_holidays_are_named_in_the_arithmetic() -> None:
    due = deadlines.due(Rule(5, LengthUnit.WORKING_DAYS), date(2026, 12, 23))
    left_out = dict(due.arithmetic)["Left out, besides weekends"]
    assert left_out == "Fri 25\u00a0Dec 2026, Mon 28\u00a0Dec 2026, Fri 1\u00a0Jan 2027"


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 11, 9), 12, date(2027, 11, 9)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
    ],
)
def test_months_end_on_the_same_day_or_the_last(start: date, count: int, end: date) -> None:
    assert deadlines.add_months(start, count) == end


def test_as_soon_as_practicable_has_no_last_day() -> None:
    with pytest.raises(ValueError, match="no last day"):
        deadlines.due(Rule(None, LengthUnit.NONE), date(2026, 1, 1))


@given(st.dates(date(2020, 1, 1), date(2026, 1, 1)), st.integers(1, 60))
def test_working_days_end_on_a_working_day_and_add_up(start: date, count: int) -> None:
    end = deadlines.add_working_days(start, count)
    assert end.weekday() < 5
    assert deadlines.add_working_days(deadlines.add_working_days(start, 1), count - 1) == end


def test_footage_counts_from_the_earliest_recording() -> None:
    first = datetime(2026, 11, 6, 21, 36, tzinfo=UTC)
    links = [link(first + timedelta(minutes=5), "F2"), link(first, "F1")]
    found = deadlines.preserve_by(incident(first + timedelta(minutes=2)), links, 31)
    assert found.moment == datetime(2026, 12, 7, 21, 36, tzinfo=UTC)
    assert [what for what, _ in found.arithmetic] == [
        "Earliest recording, F1",
        "Force period",
        "Last safe moment",
    ]


def test_without_a_recording_it_counts_from_the_incident() -> None:
    began = datetime(2026, 11, 6, 21, 38, tzinfo=UTC)
    assert deadlines.preserve_by(incident(began), [], 31).moment == began + timedelta(days=31)


def test_an_unknown_time_counts_from_the_start_of_the_london_day() -> None:
    # 00:00 in London is 23:00 UTC the day before while the clocks are on summer time.
    began = datetime(2026, 7, 6, 12, 0, tzinfo=UTC)
    found = deadlines.preserve_by(incident(began, known=False), [], 31)
    assert found.moment == datetime(2026, 8, 5, 23, 0, tzinfo=UTC)
    assert found.arithmetic[0][0] == "Start of that day, time not known"


def test_the_ends_of_a_london_day_on_the_days_the_clocks_change() -> None:
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    for day, hours in ((spring, 23), (autumn, 25)):
        length = deadlines.end_of_day(day) - deadlines.start_of_day(day) + timedelta(seconds=1)
        assert length == timedelta(hours=hours)
