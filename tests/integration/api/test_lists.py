"""Lists: every row once however small the page, in a fixed number of queries, and only what may be known."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.cursors import encode
from accounts.roles import Role
from audit.models import Event
from incidents.enums import Mount
from incidents.models import Camera, CameraIssue, Complaint
from tests.factories.callers import Caller
from tests.factories.cases import NOW, handled_case, make_case
from tests.factories.decisions import ready_case, submitted_case
from tests.factories.people import BEGINNING, Force, make_user
from tests.factories.reviews import make_link, make_mark

pytestmark = pytest.mark.django_db


@pytest.fixture
def force() -> Force:
    return Force()


def walk(caller: Caller, path: str, *, most: int = 50) -> list[str]:
    """Give the identifiers of every page."""
    ids: list[str] = []
    address: str | None = path
    for _ in range(most):
        if address is None:
            return ids
        page = caller.get(address)
        assert page.status == 200, page.content
        ids += [each["id"] for each in page.json["items"]]
        address = page.json["next"]
    raise AssertionError("the list has no end")


def test_every_case_is_met_once_newest_first(force: Force) -> None:
    # Some at the same moment, so that the identifier has to break the tie.
    for number in range(7):
        make_case(force, now=NOW + timedelta(minutes=number // 3))
    hidden = make_case(force, is_restricted=True, actor=force.investigator)
    caller = Caller(force.handler)

    for limit in (1, 2, 3, 100):
        ids = walk(caller, f"/complaints?limit={limit}")
        rows = Complaint.objects.exclude(pk=hidden.pk).order_by("-logged_at", "-id")
        assert ids == [str(row.pk) for row in rows]


def test_a_case_open_by_team_and_by_grant_is_listed_once(force: Force) -> None:
    case = make_case(force, is_restricted=True)
    Complaint.objects.filter(pk=case.pk).update(is_restricted=False)

    assert walk(Caller(force.handler), "/complaints") == [str(case.pk)]


def test_what_is_logged_meanwhile_moves_nothing(force: Force) -> None:
    for number in range(4):
        make_case(force, now=NOW + timedelta(minutes=number))
    caller = Caller(force.handler)
    first = caller.get("/complaints?limit=2").json
    make_case(force, now=NOW + timedelta(hours=1))

    rest = walk(caller, first["next"])

    older = Complaint.objects.order_by("logged_at")[:2]
    assert sorted(rest) == sorted(str(row.pk) for row in older)


def test_a_list_is_narrowed_and_the_next_page_stays_so(force: Force) -> None:
    for _ in range(3):
        make_case(force)
    handled = [handled_case(force) for _ in range(3)]
    caller = Caller(force.handler)

    ids = walk(caller, "/complaints?state=LOCAL_INV&limit=2")

    assert sorted(ids) == sorted(str(case.pk) for case in handled)
    assert walk(caller, f"/complaints?investigator={force.supervisor.pk}") == []


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "é",
        "W10",
        encode(["2026-11-09T10:00:00+00:00"]),
        encode(["yesterday", "00000000-0000-0000-0000-000000000000"]),
        encode(["2026-11-09T10:00:00", "00000000-0000-0000-0000-000000000000"]),
        encode(["2026-11-09T10:00:00+00:00", "x"]),
        encode(["2026-11-09T10:00:00+00:00", "\x00"]),
    ],
)
def test_a_cursor_of_ones_own_making_is_refused(force: Force, cursor: str) -> None:
    reply = Caller(force.handler).get(f"/complaints?cursor={cursor}")

    assert (reply.status, list(reply.json["errors"])) == (400, ["cursor"])


UNKNOWN = [
    "subject__surname__startswith=B",
    "team__memberships__user__password__regex=%5Ep",
    "grants__user=1",
    "_connector=OR",
    "ordering=-team__code",
    "order=title",
    "state=NOWHERE",
    "team=x",
    "investigator=x",
    "limit=0",
    "limit=101",
    "limit=x",
    "cursor=" + "x" * 501,
    "state=LOGGED&state=OTBI",
]


@pytest.mark.parametrize("query", UNKNOWN)
def test_t24_t25_what_a_list_does_not_know_is_refused_alike_whatever_is_hidden(
    force: Force, query: str
) -> None:
    caller = Caller(force.stranger)
    before = caller.get(f"/complaints?{query}")
    handled_case(force)
    after = caller.get(f"/complaints?{query}")

    assert (before.status, after.status) == (400, 400)
    assert before.json["errors"] == after.json["errors"]


@pytest.mark.parametrize(
    "path", ["/incidents", "/reviews", "/disposals", "/certificates", "/colleagues", "/cameras"]
)
def test_t24_t25_no_list_takes_a_filter_or_an_order_of_its_callers(force: Force, path: str) -> None:
    caller = Caller(make_user(*Role, team=force.team))

    for query in ("complaint__team__code=T1", "ordering=id", "limit=x", "cursor=x"):
        assert caller.get(f"{path}?{query}").status == 400, query


def test_t25_hidden_rows_do_not_change_the_order_of_the_others(force: Force) -> None:
    # All at one moment: only the identifier orders them.
    made = [make_case(force) for _ in range(4)]
    caller = Caller(force.handler)
    before = walk(caller, "/complaints?limit=2")
    for _ in range(4):
        make_case(force, is_restricted=True, actor=force.investigator)

    assert walk(caller, "/complaints?limit=2") == before
    assert sorted(before) == sorted(str(case.pk) for case in made)


def test_events_are_walked_to_the_first(force: Force) -> None:
    case = handled_case(force)
    caller = Caller(force.supervisor)
    caller.get(f"/complaints/{case.pk}")
    caller.get(f"/complaints/{case.pk}/events")
    before = list(
        Event.objects.filter(case_id=case.pk).order_by("-id").values_list("uuid", flat=True)
    )

    assert walk(caller, f"/complaints/{case.pk}/events?limit=1") == [str(each) for each in before]
    assert walk(caller, f"/complaints/{case.pk}/events?limit=2") == [str(each) for each in before]


def test_refusals_are_in_the_history_for_who_may_see_them(force: Force) -> None:
    case = handled_case(force)
    Caller(force.stranger).get(f"/complaints/{case.pk}")

    def names(user: object) -> list[str]:
        items = Caller(user).get(f"/complaints/{case.pk}/events").json["items"]
        return [each["name"] for each in items]

    assert "incidents.access_refused" in names(force.supervisor)
    assert "incidents.access_refused" not in names(force.investigator)


def test_a_colleagues_draft_mark_is_not_there(force: Force) -> None:
    case = handled_case(force)
    link = make_link(case, force)
    mark = make_mark(link, force)

    assert walk(Caller(force.investigator), f"/complaints/{case.pk}/annotations") == [str(mark.pk)]
    other = Caller(force.supervisor)
    assert walk(other, f"/complaints/{case.pk}/annotations") == []
    assert other.get(f"/annotations/{mark.pk}").status == 404


def test_cameras_are_found_by_who_had_them_and_when(force: Force) -> None:
    now = timezone.now()
    old, new = (
        Camera.objects.create(serial=f"X6-0{number}", mount=Mount.CHEST) for number in (1, 2)
    )
    CameraIssue.objects.create(
        camera=old, person=force.officer, since=BEGINNING, until=now - timedelta(days=9)
    )
    CameraIssue.objects.create(camera=new, person=force.officer, since=now - timedelta(days=9))
    caller = Caller(force.investigator)
    at = (now - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")

    assert walk(caller, "/cameras?limit=1") == [str(old.pk), str(new.pk)]
    assert walk(caller, f"/cameras?officer={force.officer.pk}") == [str(old.pk), str(new.pk)]
    assert walk(caller, f"/cameras?officer={force.officer.pk}&at={at}") == [str(new.pk)]
    assert walk(caller, "/cameras?serial=x6-02") == [str(new.pk)]
    issue = caller.get(f"/cameras/{new.pk}").json["issues"][0]
    assert issue["officer"]["id"] == str(force.officer.pk)


def test_officers_are_found_by_number_and_name(force: Force) -> None:
    caller = Caller(force.handler)

    (found,) = caller.get("/officers?q=brann").json["items"]

    assert found["collar_number"] == force.officer.collar_number
    assert caller.get(f"/officers/{found['id']}").json == found
    assert caller.get("/officers?q=b").status == 400
    assert caller.get("/officers").status == 400


def test_reference_lists_say_what_is_in_force_on_a_day(force: Force) -> None:
    caller = Caller(force.handler)

    names = [each["name"] for each in caller.get("/reference").json["items"]]
    assert {"allegation-category", "decision-option", "hold-reason", "retention-rule"} <= set(names)
    rows = caller.get("/reference/decision-option").json["items"]
    assert rows[0]["columns"]["handling_types"] == ["OUTSIDE_S3"]
    assert caller.get("/reference/decision-option?on=1999-01-01").json["items"] == []
    assert caller.get("/reference/no-such").status == 404


# What a list costs does not depend on its length. Eight are the caller and the note of the reading.
QUERIES = {
    "/complaints": 6,
    "/incidents": 5,
    "/reviews": 6,
    "/complaints/{case}/footage": 5,
    "/complaints/{case}/annotations": 6,
    "/complaints/{case}/findings": 7,
    "/complaints/{case}/allegations": 6,
    "/complaints/{case}": 11,
}


@pytest.mark.parametrize("path", QUERIES)
def test_the_number_of_queries_is_fixed(
    force: Force, path: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    submission = submitted_case(force)
    case = submission.complaint
    for _ in range(3):
        submitted_case(force)
        make_link(case, force)
    caller = Caller(force.supervisor)
    address = path.format(case=case.pk)

    with django_assert_num_queries(QUERIES[path], exact=True):
        reply = caller.get(address)

    assert reply.status == 200


def test_a_reading_is_recorded_once_in_five_minutes(force: Force) -> None:
    case = ready_case(force)
    caller = Caller(force.supervisor)
    for path in ("", "/footage", "/annotations", "/findings", "/retention", "/events"):
        for _ in range(2):
            assert caller.get(f"/complaints/{case.pk}{path}").status == 200

    events = Event.objects.filter(case_id=case.pk, actor_id=str(force.supervisor.pk))
    names = list(events.order_by("id").values_list("name", "source"))
    assert names == [
        ("incidents.case_viewed", "API"),
        ("incidents.footage_viewed", "API"),
        ("reviews.room_viewed", "API"),
        ("reviews.findings_viewed", "API"),
        ("retention.retention_viewed", "API"),
        ("incidents.history_viewed", "API"),
    ]


def test_the_recordings_of_a_case_are_walked_by_number(force: Force, folder: Path) -> None:
    case = handled_case(force)
    links = [make_link(case, force) for _ in range(5)]
    caller = Caller(force.handler)

    ids = walk(caller, f"/complaints/{case.pk}/footage?limit=2")

    assert ids == [str(link.pk) for link in links]
