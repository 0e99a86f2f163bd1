"""Reading the record back."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from audit import registry, selectors
from audit.enums import Operation, Outcome, PersonalState
from audit.recorder import erase_personal, record
from audit.registry import event_type
from audit.values import Actor, Subject

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 27, 18, 22, tzinfo=UTC)
HANDLER = Actor("USER", "u-1", "Jane Roe", "COMPLAINT_HANDLER")
CASE = uuid.uuid4()


@pytest.fixture
def logged(monkeypatch):
    monkeypatch.setattr(registry, "_types", dict(registry._types))
    return event_type("testing.logged", Operation.COLLECTION, "logged the complaint")


def write(kind, case=CASE, actor=HANDLER, **more):
    with transaction.atomic():
        return record(
            kind, actor=actor, subject=Subject("complaint", str(case), "CM", case), now=NOW, **more
        )


def test_pages_run_newest_first_and_meet_without_gap_or_repeat(logged):
    written = [write(logged).uuid for _ in range(7)]
    write(logged, case=uuid.uuid4())

    seen, cursor = [], None
    while True:
        page = selectors.history_of_case(CASE, before=cursor, limit=3)
        seen += [row.uuid for row in page.rows]
        cursor = page.next_before
        if cursor is None:
            break

    assert seen == written[::-1]


def test_a_page_that_just_fits_has_no_older_page(logged):
    for _ in range(3):
        write(logged)

    assert selectors.history_of_case(CASE, limit=3).next_before is None


def test_a_cursor_of_nothing_gives_nothing(logged):
    write(logged)

    assert selectors.history_of_case(CASE, before=uuid.uuid4()).rows == []


def test_a_row_tells_the_sentence_and_the_personal_part_until_it_is_erased(logged):
    write(logged, personal={"complainant": "Ann"})
    write(logged)

    plain, personal = selectors.history_of_case(CASE).rows
    assert personal.sentence == "logged the complaint"
    assert (personal.personal_state, personal.personal) == (
        PersonalState.HELD, {"complainant": "Ann"},
    )  # fmt: skip
    assert (plain.personal_state, plain.personal) == (PersonalState.NONE, {})

    with transaction.atomic():
        erase_personal(case_id=CASE, certificate_number="DC-26-0001")

    assert selectors.history_of_case(CASE).rows[-1].personal_state == PersonalState.ERASED


def test_an_event_whose_type_was_retired_is_still_shown(logged):
    write(logged)
    del registry._types["testing.logged"]

    assert selectors.history_of_case(CASE).rows[0].sentence == "did: testing.logged"


def test_refusals_are_for_auditors(logged):
    write(logged, outcome=Outcome.DENIED)

    assert selectors.history_of_case(CASE).rows == []
    assert selectors.count_of_case(CASE).number == 0
    assert len(selectors.history_of_case(CASE, include_refusals=True).rows) == 1
    assert len(selectors.history_of_actor("u-1").rows) == 1


def test_counts_stop_at_their_cap(logged):
    for _ in range(4):
        write(logged)

    assert str(selectors.count_of_case(CASE, cap=4)) == "4"
    assert str(selectors.count_of_case(CASE, cap=3)) == "3+"


def test_a_page_costs_two_queries_however_long(logged, django_assert_num_queries):
    for _ in range(20):
        write(logged, personal={"n": "Ann"})

    with django_assert_num_queries(2):
        assert len(selectors.history_of_case(CASE, limit=15).rows) == 15


@pytest.mark.parametrize(("limit", "rows"), [(-5, 1), (0, 1), (10_000, 3)])
def test_a_limit_is_held_within_bounds(logged, limit, rows):
    for _ in range(3):
        write(logged)

    assert len(selectors.history_of_case(CASE, limit=limit).rows) == rows


def test_search_meets_every_condition(logged):
    write(logged)
    denied = write(logged, actor=Actor("SERVICE", "s-1", "Export"), outcome=Outcome.DENIED)

    found = selectors.search(
        operation="COLLECTION", outcome="DENIED", name="testing.logged", actor_id="s-1",
        case_id=CASE, since=denied.recorded_at, until=denied.recorded_at + timedelta(seconds=1),
    )  # fmt: skip

    assert [row.uuid for row in found.rows] == [denied.uuid]
    assert selectors.search(until=denied.recorded_at - timedelta(days=1)).rows == []


def test_the_events_of_one_request_come_in_the_order_written(logged):
    first, second = write(logged), write(logged)
    span = {
        "since": first.recorded_at - timedelta(minutes=1),
        "until": second.recorded_at + timedelta(minutes=1),
    }

    assert [row.uuid for row in selectors.events_of_request("", **span)] == [
        first.uuid, second.uuid,
    ]  # fmt: skip
