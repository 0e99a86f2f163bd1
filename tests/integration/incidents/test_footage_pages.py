"""The pages of footage: who is refused what, what a form keeps, and how many queries the page costs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.roles import Role
from audit.models import Event
from incidents.enums import FootageStatus, PreservationState, SearchResult
from incidents.models import Complaint, FootageItem, FootageLink, FootageSearch, Preservation
from incidents.services.footage import record_search
from incidents.services.losses import SEEN_GONE
from tests.factories.cases import INCIDENT_AT, NOW, make_case
from tests.factories.footage import around_incident, attached, path_of, put_recording
from tests.factories.people import Force, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def force() -> Force:
    return Force()


@pytest.fixture
def case(force: Force) -> Complaint:
    return make_case(force)


def sign_in(client: Client, user: Any) -> Client:
    client.force_login(user)
    return client


def successes() -> list[str]:
    """Name what happened to footage, readings and refusals left out."""
    return [
        name
        for name in Event.objects.filter(outcome="ALLOWED")
        .order_by("id")
        .values_list("name", flat=True)
        if name.startswith("incidents.")
        and name not in {"incidents.complaint_logged", "incidents.footage_viewed"}
    ]


def answers(force: Force, **changes: Any) -> dict[str, Any]:
    """Give what a person types to search for the officer's recordings around the incident."""
    return {
        "how": "SYSTEM",
        "officers": [force.officer.collar_number],
        "other_officers": "",
        "camera_serial": "",
        "day_day": "6",
        "day_month": "11",
        "day_year": "2026",
        "start": "20:38",
        "until": "23:08",
    } | changes


def test_footage_that_is_there_is_shown_with_how_it_is_kept(
    client: Client, force: Force, case: Complaint, folder: Path
) -> None:
    attached(case, force, folder)
    lost = attached(case, force, folder)
    FootageItem.objects.filter(pk=lost.footage_id).update(
        status=FootageStatus.LOST, lost_noticed_at=NOW, lost_reason="Damaged in upload"
    )
    record_search(
        actor=force.investigator,
        case_id=case.pk,
        criteria=around_incident(force.second_officer.collar_number),
        result=SearchResult.NOT_WORN,
        place="Shift log",
        note="Camera being repaired",
        now=NOW,
    )
    page = sign_in(client, force.investigator).get(reverse("incidents:footage", args=[case.pk]))
    text = re.sub(r"\s+", " ", page.content.decode())
    assert page.status_code == 200
    for words in ("Not requested", "Auto-deletes", "Lost", "Damaged in upload", "Camera not worn"):
        assert words in text
    assert "Ludgate" in text
    assert "Preserve 1 recording" in text
    assert page.context["page"].to_keep == 1
    assert "Idris Kestle" not in text


def test_the_page_costs_the_same_however_much_there_is(
    client: Client,
    force: Force,
    case: Complaint,
    folder: Path,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    address = reverse("incidents:footage", args=[case.pk])
    attached(case, force, folder)
    sign_in(client, force.investigator).get(address)
    with django_assert_num_queries(QUERIES):
        client.get(address)
    for _ in range(4):
        attached(case, force, folder)
    with django_assert_num_queries(QUERIES):
        client.get(address)


QUERIES = 10


def test_reading_the_page_is_recorded_once(
    client: Client, force: Force, case: Complaint, folder: Path
) -> None:
    for _ in range(2):
        sign_in(client, force.investigator).get(reverse("incidents:footage", args=[case.pk]))
    assert Event.objects.filter(name="incidents.footage_viewed", case_id=case.pk).count() == 1


def test_searching_shows_what_was_found_and_attaches_it(
    client: Client, force: Force, case: Complaint, folder: Path
) -> None:
    first = put_recording(folder, collar=force.officer.collar_number)
    second = put_recording(folder, collar=force.officer.collar_number)
    sign_in(client, force.investigator)
    form = client.get(reverse("incidents:footage-search", args=[case.pk]))
    assert form.context["form"].initial["officers"] == [force.officer.collar_number]

    sent = client.post(reverse("incidents:footage-search", args=[case.pk]), answers(force))
    search = FootageSearch.objects.get()
    result = reverse("incidents:footage-search-result", args=[case.pk, search.pk])
    assert sent.status_code == 302
    assert sent["Location"] == result
    assert "2\u00a0recordings found" in client.get(result).content.decode()

    client.post(
        result, {"recordings": [first, second], "reason": "At the incident", "preserve": "on"}
    )
    assert FootageLink.objects.filter(complaint=case).count() == 2
    assert set(Preservation.objects.values_list("state", flat=True)) == {
        PreservationState.PRESERVED
    }
    assert successes() == [
        "incidents.footage_searched",
        "incidents.footage_attached",
        "incidents.footage_attached",
        *["incidents.preservation_requested", "incidents.preservation_confirmed"] * 2,
    ]
    assert "In the case already" in client.get(result).content.decode()


def test_a_fact_found_out_by_hand(
    client: Client, force: Force, case: Complaint, folder: Path
) -> None:
    sent = sign_in(client, force.investigator).post(
        reverse("incidents:footage-search", args=[case.pk]),
        answers(force, how="HAND", result="NOT_ACTIVATED", place="Shift log", note="Battery flat"),
    )
    assert sent["Location"] == reverse("incidents:footage", args=[case.pk])
    assert FootageSearch.objects.get().result == SearchResult.NOT_ACTIVATED
    assert successes() == ["incidents.search_recorded"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"start": "25:00"}, "You entered 25:00"),
        ({"day_day": "31", "day_month": "2"}, "must be a real date"),
        ({"other_officers": "12;;<b>"}, "letters and figures only"),
        ({"how": "HAND"}, "Choose what you found out"),
        ({"day_day": "1"}, "within 24 hours of the incident"),
    ],
)
def test_a_wrong_answer_keeps_what_was_typed_and_says_how_to_mend_it(
    client: Client,
    force: Force,
    case: Complaint,
    folder: Path,
    changes: dict[str, str],
    words: str,
) -> None:
    page = sign_in(client, force.investigator).post(
        reverse("incidents:footage-search", args=[case.pk]),
        answers(force, camera_serial="X6-20417", **changes),
    )
    text = page.content.decode()
    assert page.status_code == 400
    assert words in text
    assert 'value="X6-20417"' in text
    assert not FootageSearch.objects.exists()


def test_an_evidence_system_that_is_down_is_said_and_loses_nothing_typed(
    client: Client, force: Force, case: Complaint, folder: Path
) -> None:
    folder.rename(folder.with_name("away"))
    page = sign_in(client, force.investigator).post(
        reverse("incidents:footage-search", args=[case.pk]), answers(force, camera_serial="X6-1")
    )
    text = page.content.decode()
    assert page.status_code == 409
    assert "Nothing is lost" in text
    assert 'value="X6-1"' in text
    assert FootageSearch.objects.get().result == SearchResult.NO_ACCESS


def test_attaching_nothing_or_without_a_reason_is_said_at_the_field(
    client: Client, force: Force, case: Complaint, folder: Path
) -> None:
    put_recording(folder, collar=force.officer.collar_number)
    sign_in(client, force.investigator)
    client.post(reverse("incidents:footage-search", args=[case.pk]), answers(force))
    search = FootageSearch.objects.get()
    page = client.post(
        reverse("incidents:footage-search-result", args=[case.pk, search.pk]),
        {"recordings": ["FF-other"], "reason": ""},
    )
    text = page.content.decode()
    assert page.status_code == 400
    assert "Choose from the recordings that this search found" in text
    assert "Enter why these recordings belong to the case" in text
    assert not FootageLink.objects.exists()


def test_preserving_one_and_all(
    client: Client, force: Force, case: Complaint, folder: Path
) -> None:
    links = [attached(case, force, folder) for _ in range(2)]
    sign_in(client, force.handler)
    one = client.post(reverse("incidents:preserve", args=[case.pk, links[0].pk]), follow=True)
    assert "1\u00a0recording preserved" in one.content.decode()
    client.post(reverse("incidents:preserve-all", args=[case.pk]))
    assert Preservation.objects.filter(state=PreservationState.PRESERVED).count() == 2
    check = client.post(
        reverse("incidents:check-preservation", args=[case.pk, links[0].pk]), follow=True
    )
    assert "Seen on hold just now" in check.content.decode()
    assert "incidents.preservation_checked" in successes()


def test_reporting_a_loss(client: Client, force: Force, case: Complaint, folder: Path) -> None:
    link = attached(case, force, folder)
    address = reverse("incidents:report-lost", args=[case.pk, link.pk])
    sign_in(client, force.investigator)
    assert client.get(address).status_code == 200
    assert client.post(address, {"reason": ""}).status_code == 400
    still = client.post(address, {"reason": "The disk was wiped"})
    assert still.status_code == 409
    assert "still holds this recording" in still.content.decode()
    assert "The disk was wiped" in still.content.decode()
    path_of(folder, link.footage.external_id).unlink()
    assert client.post(address, {"reason": "The disk was wiped"}).status_code == 302
    link.refresh_from_db()
    assert link.lost_reason == "The disk was wiped"
    # What was typed stays in this case: the recording may be used in others.
    assert FootageItem.objects.get().lost_reason == SEEN_GONE


WAYS = [
    ("GET", "incidents:footage", False),
    ("GET", "incidents:footage-search", False),
    ("POST", "incidents:footage-search", False),
    ("POST", "incidents:preserve-all", False),
    ("POST", "incidents:preserve", True),
    ("POST", "incidents:check-preservation", True),
    ("GET", "incidents:report-lost", True),
    ("POST", "incidents:report-lost", True),
]


@pytest.mark.parametrize(("method", "route", "of_link"), WAYS)
def test_a_hidden_case_is_the_page_that_never_was(
    client: Client,
    force: Force,
    case: Complaint,
    folder: Path,
    method: str,
    route: str,
    of_link: bool,
) -> None:
    link = attached(case, force, folder)
    done = successes()
    sign_in(client, force.stranger)
    hidden = client.generic(
        method, reverse(route, args=[case.pk, link.pk] if of_link else [case.pk])
    )
    absent = client.generic(
        method, reverse(route, args=[link.pk, case.pk] if of_link else [link.pk])
    )
    assert hidden.status_code == absent.status_code == 404
    assert successes() == done
    assert not Preservation.objects.exists()
    assert FootageSearch.objects.count() == 1
    assert Event.objects.filter(outcome="DENIED", actor_id=str(force.stranger.pk)).count() == 2


@pytest.mark.parametrize(
    ("method", "route", "of_link"), [way for way in WAYS if way[1] != "incidents:footage"]
)
def test_a_reader_may_look_and_not_act(
    client: Client,
    force: Force,
    case: Complaint,
    folder: Path,
    method: str,
    route: str,
    of_link: bool,
) -> None:
    link = attached(case, force, folder)
    done = successes()
    sign_in(client, make_user(Role.OVERSIGHT, team=force.team))
    refused = client.generic(
        method, reverse(route, args=[case.pk, link.pk] if of_link else [case.pk])
    )
    assert refused.status_code == 403
    assert successes() == done
    page = client.get(reverse("incidents:footage", args=[case.pk])).content.decode()
    assert "Record a search" not in page
    assert "Preserve" not in re.sub(r"<h\d.*?</h\d>", "", page).replace("Preservation", "")


@pytest.mark.parametrize(
    ("method", "route", "of_link"),
    [way for way in WAYS if way[0] == "POST" or way[1] == "incidents:footage-search"],
)
def test_a_closed_case_is_not_acted_on(
    client: Client,
    force: Force,
    case: Complaint,
    folder: Path,
    method: str,
    route: str,
    of_link: bool,
) -> None:
    link = attached(case, force, folder)
    Complaint.objects.filter(pk=case.pk).update(state="FINALISED", finalised_at=NOW)
    done = successes()
    sign_in(client, force.investigator)
    address = reverse(route, args=[case.pk, link.pk] if of_link else [case.pk])
    if method == "GET":
        answer = client.get(address)
    else:
        answer = client.post(address, {"reason": "Gone", **answers(force)})
    assert answer.status_code == 409
    assert successes() == done


def test_a_recording_is_not_reached_through_another_case(
    client: Client, force: Force, case: Complaint, folder: Path
) -> None:
    link = attached(make_case(force), force, folder)
    answer = sign_in(client, force.investigator).post(
        reverse("incidents:preserve", args=[case.pk, link.pk])
    )
    assert answer.status_code == 404
    assert not Preservation.objects.exists()


def test_the_link_on_a_gap_opens_the_form_on_that_gap(
    client: Client, force: Force, case: Complaint, folder: Path
) -> None:
    attached(case, force, folder)
    page = sign_in(client, force.investigator).get(reverse("incidents:footage", args=[case.pk]))
    found = re.search(r'href="([^"]+)">Explain this gap', page.content.decode())
    assert found is not None
    form = client.get(found[1].replace("&amp;", "&")).context["form"]
    assert form.initial["how"] == "HAND"
    assert form.initial["officers"] == [force.officer.collar_number]
    assert form.initial["start"] == "21:38"
    assert INCIDENT_AT.date() == form.initial["day"]
