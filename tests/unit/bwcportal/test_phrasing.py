"""How dates, times, lengths and people are said."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bwcportal import phrasing

N = "\u00a0"
TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 9, 14, tzinfo=UTC)


def test_short_date_leaves_out_the_year_of_today_only():
    assert phrasing.short_date(date(2026, 11, 27), today=TODAY) == f"Fri 27{N}Nov"
    assert phrasing.short_date(date(2027, 1, 4), today=TODAY) == f"Mon 4{N}Jan 2027"
    assert (
        phrasing.short_date(date(2026, 11, 27), today=TODAY, always_year=True)
        == f"Fri 27{N}Nov 2026"
    )


def test_a_moment_is_said_on_the_london_day():
    just_before_midnight_utc = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    assert phrasing.short_date(just_before_midnight_utc, today=TODAY) == f"Wed 1{N}Jul"
    assert phrasing.sentence_date(just_before_midnight_utc) == f"Wednesday 1{N}July 2026 at 00:30"


def test_sentence_date_of_a_plain_date_has_no_time():
    assert phrasing.sentence_date(date(2026, 11, 27)) == f"Friday 27{N}November 2026"
    deletion = datetime(2026, 11, 27, 18, 22, tzinfo=UTC)
    assert phrasing.sentence_date(deletion) == f"Friday 27{N}November 2026 at 18:22"


def test_clock_time_follows_summer_time():
    summer = datetime(2026, 10, 3, 22, 14, 7, tzinfo=UTC)
    assert phrasing.clock_time(summer) == "23:14"
    assert phrasing.clock_time(summer, seconds=True) == "23:14:07"
    assert phrasing.zone_name(summer) == "BST"
    assert phrasing.zone_name(NOW) == "GMT"


def test_the_repeated_hour_of_autumn_is_told_apart_by_its_zone():
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    second = first + timedelta(hours=1)
    assert phrasing.clock_time(first) == phrasing.clock_time(second) == "01:30"
    assert [phrasing.zone_name(first), phrasing.zone_name(second)] == ["BST", "GMT"]


def test_a_naive_moment_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        phrasing.clock_time(datetime(2026, 11, 24, 9, 14))  # noqa: DTZ001 - what is refused


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (NOW, f"GMT until 28{N}March 2027"),
        (datetime(2026, 7, 1, 12, tzinfo=UTC), f"BST until 25{N}October 2026"),
        (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), f"GMT until 28{N}March 2027"),
        (datetime(2027, 3, 28, 1, 30, tzinfo=UTC), f"BST until 31{N}October 2027"),
        (datetime(2026, 11, 23, 23, 59, tzinfo=UTC), f"GMT until 28{N}March 2027"),
    ],
)
def test_zone_note_says_when_the_clocks_change(now, words):
    assert phrasing.zone_note(now) == words


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (0, f"0{N}s"),
        (400, f"0.4{N}s"),
        (9_280, f"9.2{N}s"),
        (9_050, f"9{N}s"),
        (42_000, f"42{N}s"),
        (252_000, f"4{N}min 12{N}s"),
        (240_000, f"4{N}min"),
        (6_329_000, f"1{N}h 45{N}min"),
        (3_600_000, f"1{N}h"),
    ],
)
def test_length(milliseconds, words):
    assert phrasing.length(milliseconds) == words


def test_offset():
    assert phrasing.offset(192_000) == "00:03:12"
    assert phrasing.offset(192_999) == "00:03:12"
    assert phrasing.offset(192_480, with_ms=True) == "00:03:12.480"
    assert phrasing.offset(36_000_000) == "10:00:00"


@pytest.mark.parametrize("say", [phrasing.length, phrasing.offset])
def test_negative_milliseconds_are_refused(say):
    with pytest.raises(ValueError, match="negative"):
        say(-1)


@given(st.integers(min_value=0, max_value=359_999_999))
def test_an_offset_with_ms_can_be_read_back(milliseconds):
    hours, minutes, rest = phrasing.offset(milliseconds, with_ms=True).split(":")
    seconds, ms = rest.split(".")
    read = (int(hours) * 3600 + int(minutes) * 60 + int(seconds)) * 1000 + int(ms)
    assert read == milliseconds


def test_days_left_are_whole_days_of_24_hours_rounded_down():
    assert phrasing.whole_days_left(NOW + timedelta(days=3, hours=9), NOW) == 3
    assert phrasing.whole_days_left(NOW + timedelta(hours=23, minutes=59), NOW) == 0
    assert phrasing.whole_days_left(NOW - timedelta(days=2), NOW) == 0


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(days=7, hours=17), ("7", "days left", "soon")),
        (timedelta(days=7), ("7", "days left", "bad")),
        (timedelta(days=1, hours=5), ("1", "day left", "bad")),
        (timedelta(hours=5, minutes=20), ("5", "hours left", "bad")),
        (timedelta(minutes=1), ("1", "minute left", "bad")),
        (timedelta(0), ("0", "days left", "bad")),
        (timedelta(days=-3), ("0", "days left", "bad")),
    ],
)
def test_countdown(left, said):
    assert phrasing.countdown(NOW + left, NOW) == said


def test_due_in_counts_calendar_days_of_london():
    assert phrasing.due_in(date(2026, 11, 22), NOW) == f"2{N}days late"
    assert phrasing.due_in(date(2026, 11, 24), NOW) == "today"
    assert phrasing.due_in(date(2026, 11, 25), NOW) == f"in 1{N}day"
    assert phrasing.due_in(datetime(2026, 11, 27, 18, 22, tzinfo=UTC), NOW) == f"in 3{N}days"


def test_counts_carry_their_noun():
    assert phrasing.number(18204) == "18,204"
    assert phrasing.counted(1, "recording") == f"1{N}recording"
    assert phrasing.counted(0, "recording") == f"0{N}recordings"
    assert phrasing.counted(6, "person", "people") == f"6{N}people"


class Officer:
    rank, collar_number, surname = "PC", "2186QX", "Brannick"


def test_a_person_is_rank_collar_number_surname():
    assert phrasing.person(Officer()) == f"PC{N}2186QX Brannick"
    assert phrasing.person({"rank": "Mr", "surname": "J Pellow"}) == f"Mr{N}J Pellow"
    assert phrasing.person({"surname": "Kestle"}) == "Kestle"


def test_digest_is_grouped_by_eight():
    assert phrasing.digest("14573050" + "4e426ca5" + "e1") == "14573050 4e426ca5 e1"


def test_utc_iso_is_for_machines():
    assert phrasing.utc_iso(NOW) == "2026-11-24T09:14:00Z"
