"""Dates and times as people type them."""

from datetime import UTC, date, datetime, time

import pytest
import time_machine
from django import forms
from django.core.exceptions import ValidationError

from accounts.form_fields import ClockTimeField, PlainWords, SplitDateField, london_moment

N = "\u00a0"


def refusal(field, value):
    with pytest.raises(ValidationError) as caught:
        field.clean(value)
    return caught.value.messages[0]


def test_a_date_typed_in_parts():
    assert SplitDateField(label="Day").clean([" 6", "11", "2026 "]) == date(2026, 11, 6)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["", "", ""], "Enter the date of the incident"),
        (["18", "", "2026"], "Date of the incident must include a month"),
        (["", "", "2026"], "Date of the incident must include a day and a month"),
        (["31", "2", "2026"], "Date of the incident must be a real date. You entered 31 2 2026"),
        (["0", "13", "2026"], "Date of the incident must be a real date. You entered 0 13 2026"),
        (
            ["6", "Nov", "2026"],
            "Date of the incident must be in numbers, for example 6 11 2026. You entered 6 Nov 2026",
        ),
        (
            ["6", "11", "26"],
            "Date of the incident must be in numbers, for example 6 11 2026. You entered 6 11 26",
        ),
        (
            ["٣", "11", "2026"],
            "Date of the incident must be in numbers, for example 6 11 2026. You entered ٣ 11 2026",
        ),
    ],
)
def test_a_wrong_date_says_what_to_do_and_what_was_typed(typed, words):
    assert refusal(SplitDateField(label="Date of the incident"), typed) == words


def test_nothing_typed_is_none_when_it_may_be():
    assert SplitDateField(label="Day", required=False).clean(["", "", ""]) is None


def test_today_is_the_day_in_london():
    field = SplitDateField(label="Date the complaint was made", not_after_today=True)
    with time_machine.travel(datetime(2026, 6, 30, 23, 30, tzinfo=UTC), tick=False):
        assert field.clean(["1", "7", "2026"]) == date(2026, 7, 1)
        words = refusal(field, ["2", "7", "2026"])
    assert words == (
        f"Date the complaint was made must be today or earlier. You entered 2{N}July 2026"
    )


@pytest.mark.parametrize(
    ("typed", "read"),
    [("21:40", time(21, 40)), ("2140", time(21, 40)), ("9.05", time(9, 5)), (" 0:00 ", time(0, 0))],
)
def test_times_as_people_type_them(typed, read):
    assert ClockTimeField(label="Time it started").clean(typed) == read


@pytest.mark.parametrize("typed", ["evening", "24:00", "21:60", "9pm", "21:40:07", "1", "٢١:٤٠"])
def test_a_wrong_time_says_an_example_and_what_was_typed(typed):
    words = refusal(ClockTimeField(label="Time it started"), typed)
    assert words == f"Enter the time it started, for example 21:40. You entered {typed}"


def test_seconds_only_where_they_are_asked_for():
    assert ClockTimeField(label="At", seconds=True).clean("21:40:07") == time(21, 40, 7)


def test_an_empty_time():
    assert ClockTimeField(label="At", required=False).clean(" ") is None
    assert refusal(ClockTimeField(label="Time it started"), "") == (
        "Enter the time it started, for example 21:40"
    )


def test_london_moments_in_both_halves_of_the_year():
    assert london_moment(date(2026, 7, 1), time(0, 30)) == datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    assert london_moment(date(2026, 11, 6), time(21, 38)) == datetime(
        2026, 11, 6, 21, 38, tzinfo=UTC
    )


def test_the_repeated_hour_has_two_moments():
    day, at = date(2026, 10, 25), time(1, 30)
    assert london_moment(day, at) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert london_moment(day, at, later=True) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_the_skipped_hour_is_refused():
    with pytest.raises(ValidationError, match="clocks went forward"):
        london_moment(date(2027, 3, 28), time(1, 30))


class PlainForm(PlainWords, forms.Form):
    place = forms.CharField(label="Where it happened", max_length=5)
    category = forms.ChoiceField(label="Category", choices=[("a", "A")])
    finding = forms.ChoiceField(label="What do you find?", choices=[("a", "A")])
    own = forms.CharField(error_messages={"required": "Say it in your own words"})


def test_plain_words_name_the_answer():
    assert PlainForm({}).errors == {
        "place": ["Enter where it happened"],
        "category": ["Choose category"],
        "finding": ["Answer “What do you find?”"],
        "own": ["Say it in your own words"],
    }
    wrong = PlainForm({"place": "too long", "category": "z", "finding": "a", "own": "x"}).errors
    assert wrong == {
        "place": ["Where it happened must be 5 characters or fewer"],
        "category": ["Category: choose one from the list"],
    }
