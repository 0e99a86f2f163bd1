"""The coverage board: what is missing, what explains it, and what is too short to speak of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from accounts.models import Person
from bwcportal import lanes
from incidents.enums import FootageStatus, Mount, SearchResult
from incidents.models import FootageItem, FootageLink, FootageSearch, Incident
from incidents.selectors.coverage import Wearer, build_coverage, gaps_of

START = datetime(2026, 11, 6, 21, 38, tzinfo=UTC)
END = START + timedelta(minutes=30)
OFFICER = Person(rank="PC", collar_number="2186QX", surname="Brannick")


def minutes(count: float) -> datetime:
    """Give the moment so many minutes into the incident."""
    return START + timedelta(minutes=count)


def recording(number: int, first: float, last: float, **changes: Any) -> FootageLink:
    """Make the link of a recording from minute `first` to minute `last`, with no buffer."""
    values: dict[str, Any] = {
        "recorded_on": minutes(first),
        "duration_ms": int((last - first) * 60_000),
        "wearer": OFFICER,
    }
    return FootageLink(number=number, footage=FootageItem(**values | changes))


def search(
    result: SearchResult, first: float = -60, last: float = 90, **changes: Any
) -> FootageSearch:
    """Make a search for the officer; by hand unless a source is given."""
    values: dict[str, Any] = {
        "result": result,
        "collar_numbers": ["2186qx"],
        "window_from": minutes(first),
        "window_to": minutes(last),
        "note": "Battery flat",
    }
    return FootageSearch(**values | changes)


def wearer(links: list[FootageLink], searches: list[FootageSearch] | None = None) -> Wearer:
    """Make the lane of the officer, who had a camera."""
    return Wearer(
        "2186QX", "PC 2186QX Brannick", had_camera=True, links=links, searches=searches or []
    )


def spans(one: Wearer) -> list[tuple[float, float]]:
    """Give the gaps of a lane in minutes of the incident."""
    return [
        ((gap.start - START) / timedelta(minutes=1), (gap.end - START) / timedelta(minutes=1))
        for gap in gaps_of(one, (START, END))
    ]


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ([recording(1, -1, 31)], []),
        ([recording(1, 0, 30)], []),
        ([recording(1, 6.7, 30)], [(0, 6.7)]),
        ([recording(1, 0, 25)], [(25, 30)]),
        ([recording(1, 0, 13), recording(2, 17.2, 30)], [(13, 17.2)]),
        ([recording(2, 17.2, 30), recording(1, 0, 13)], [(13, 17.2)]),
        ([recording(1, 0, 13), recording(2, 13.9, 30)], []),
        ([recording(1, 0, 20), recording(2, 5, 30)], []),
        ([recording(1, 0, 30), recording(2, 5, 8)], []),
        ([recording(1, 40, 50)], [(0, 30)]),
        ([recording(1, -20, -10)], [(0, 30)]),
    ],
)
def test_gaps_are_what_is_left_of_the_incident(
    links: list[FootageLink], expected: list[tuple[float, float]]
) -> None:
    assert spans(wearer(links)) == expected


def test_a_lost_recording_leaves_no_gap_where_it_was() -> None:
    lost = recording(1, 0, 30, status=FootageStatus.LOST)
    assert spans(wearer([lost])) == []


@pytest.mark.parametrize(
    ("made", "explained"),
    [
        (search(SearchResult.NOT_ACTIVATED), True),
        (search(SearchResult.NONE), True),
        (search(SearchResult.NONE, source="folder"), False),
        (search(SearchResult.NO_ACCESS), False),
        (search(SearchResult.NOT_WORN, 20, 25), False),
    ],
)
def test_a_gap_is_explained_by_a_fact_somebody_found_out_about_that_time(
    made: FootageSearch, explained: bool
) -> None:
    (gap,) = gaps_of(wearer([recording(1, 6, 30)], [made]), (START, END))
    assert (gap.explained_by is not None) == explained


def test_it_is_too_early_to_miss_what_nobody_has_searched_for() -> None:
    assert gaps_of(wearer([]), (START, END)) == []
    assert spans(wearer([], [search(SearchResult.NONE, source="folder")])) == [(0, 30)]


def test_without_the_time_of_the_incident_nothing_is_missed() -> None:
    assert gaps_of(wearer([recording(1, 6, 30)]), None) == []


def board_of(links: list[FootageLink], searches: list[FootageSearch], **incident: Any) -> Any:
    case = SimpleNamespace(incident=Incident(starts_at=START, ends_at=END, **incident))
    return build_coverage(
        case,  # type: ignore[arg-type]
        people=[OFFICER],
        with_camera={OFFICER.pk: Mount.CHEST},
        links=links,
        searches=searches,
        search_url="/search/",
    )


def test_the_board_says_in_words_what_it_draws() -> None:
    coverage = board_of([recording(1, 6.7, 30), recording(2, 40, 42)], [])
    assert coverage.unexplained == 1
    (lane,) = coverage.board["lanes"]
    assert lane["who"] == "PC\u00a02186QX Brannick"
    assert lane["detail"] == "Chest"
    assert lane["label"].endswith("F1 21:44:42 to 22:08:00; F2 22:18:00 to 22:20:00")
    assert lane["says"][0]["strong"] == "Late by 6\u00a0min 42\u00a0s, not explained."
    assert "officer=2186QX" in lane["says"][0]["url"]
    drawn = lanes.draw(coverage.board)
    assert [bar["kind"] for bar in drawn["lanes"][0]["bars"]] == [
        "expected",
        "unexplained",
        "recorded",
        "recorded",
    ]


def test_a_recording_with_a_wrong_clock_does_not_squeeze_the_board() -> None:
    far = recording(2, 0, 1, recorded_on=datetime(2015, 1, 1, tzinfo=UTC))
    coverage = board_of([recording(1, 0, 30), far], [])
    assert coverage.board["start"] > START - timedelta(hours=1)


def test_a_recording_of_nobody_known_has_a_lane_of_its_camera() -> None:
    unknown = recording(1, 0, 30, wearer=None, camera_serial="X6-20417")
    coverage = board_of([unknown], [])
    assert {lane["who"] for lane in coverage.board["lanes"]} == {
        "PC\u00a02186QX Brannick",
        "Camera X6-20417",
    }


def test_an_officer_not_searched_for_yet_is_said_to_be() -> None:
    (lane,) = board_of([], []).board["lanes"]
    assert lane["says"][0]["strong"] == "Not searched for yet."


def test_an_incident_of_a_day_draws_recordings_without_gaps() -> None:
    coverage = board_of([recording(1, 6, 30)], [], start_is_known=False)
    assert coverage.unexplained == 0
    assert "incident" not in coverage.board
