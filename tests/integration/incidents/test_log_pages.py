"""Logging a complaint page by page: nothing typed is lost, and what is logged is what was typed."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import Event
from incidents.models import Complaint, ComplaintDraft
from incidents.services import drafts
from tests.factories.people import Force, make_person, make_unit

pytestmark = pytest.mark.django_db
LOG = "/cases/log/"
KEEP = "/cases/log/keep/"


@pytest.fixture
def force() -> Force:
    return Force()


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def day(name: str, when: Any) -> dict[str, Any]:
    return {f"{name}_day": when.day, f"{name}_month": when.month, f"{name}_year": when.year}


def incident_page() -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "page": "incident",
        **day("happened_on", today - timedelta(days=3)),
        "started": "21:40",
        "ended": "00:10",
        "place": "Bus stop, Tarrow Road",
        "unit": make_unit().pk,
        "title": "Phone taken, Tarrow Road",
        "original_words": "  One of them grabbed my phone.\nHe would not give his number. ",
        **day("made_on", today),
    }


COMPLAINANT_PAGE = {
    "page": "complainant",
    "channel": "TELEPHONE",
    "kind": "DIRECTLY_AFFECTED",
    "name": "Idris Kestle",
    "prefers": "EMAIL",
    "email": "ik@example.test",
}


def send(client: Client, draft: uuid.UUID, data: dict[str, Any], **button: str) -> Any:
    return client.post(LOG, {"draft": draft, **data, **(button or {"continue": "yes"})})


def test_the_whole_way_from_a_blank_page_to_the_case(force: Force) -> None:
    client = client_of(force.handler)
    blank = client.get(LOG)
    draft = uuid.UUID(re.search(r'name="draft" value="([^"]+)"', blank.content.decode())[1])
    assert not ComplaintDraft.objects.exists()

    assert send(client, draft, incident_page()).url == f"{LOG}?draft={draft}&page=complainant"
    assert send(client, draft, COMPLAINANT_PAGE).url.endswith("page=officers")
    one = {"page": "officers", "rows": ["1"], "1-officer": force.officer.surname.upper()}
    assert send(client, draft, one, add="officer").url.endswith("page=officers#row-2")
    two = {**one, "rows": ["1", "2"], "2-description": "Tall, with a beard"}
    assert send(client, draft, two).url.endswith("page=allegations")
    allegations = {
        "page": "allegations", "rows": ["1"], "1-words": "He took my phone.",
        "1-category": "b-use-of-force", "1-subjects": ["1", "2"], "team": force.team.pk,
        "factors": ["BWV"],
    }  # fmt: skip
    assert send(client, draft, allegations).url.endswith("page=check")
    check = client.get(f"{LOG}?draft={draft}&page=check").content.decode()
    assert "Idris Kestle" in check
    assert "B4 Use of force" in check
    logged = client.post(LOG, {"draft": draft, "page": "check"})

    case = Complaint.objects.get()
    assert logged.url == reverse("incidents:case", kwargs={"case_id": case.pk})
    assert case.original_words == incident_page()["original_words"]
    assert case.incident.ends_at - case.incident.starts_at == timedelta(hours=2, minutes=30)
    assert [subject.title for subject in case.subjects.order_by("description")] == [
        force.officer.title,
        "Unidentified: Tall, with a beard",
    ]
    assert case.allegations.get().subjects.count() == 2
    assert [factor.code for factor in case.factors.all()] == ["BWV"]
    assert list(Event.objects.values_list("name", flat=True)) == ["incidents.complaint_logged"]
    assert not ComplaintDraft.objects.exists()
    assert client.post(LOG, {"draft": draft, "page": "check"}).status_code == 404
    page = client.get(logged.url).content.decode()
    assert "Footage of this incident auto-deletes on" in page


def test_a_wrong_answer_keeps_all_and_says_when_footage_goes(force: Force) -> None:
    client = client_of(force.handler)
    typed = {
        **incident_page(),
        "started": "evening",
        "place": "",
        **day("made_on", datetime(2030, 1, 2, tzinfo=UTC)),
    }
    answer = send(client, uuid.uuid4(), typed)
    text = answer.content.decode()
    assert answer.status_code == 400
    assert 'value="evening"' in text
    assert "Enter where it happened, in as much detail as you have" in text
    assert "You entered 2 January 2030" in text.replace("\xa0", " ")
    assert "He would not give his number." in text
    assert "From the start of that day, because no time is given" in text
    assert ComplaintDraft.objects.get().answers["incident"]["started"] == ["evening"]


def test_typing_is_kept_and_answered_with_the_clock(force: Force) -> None:
    client, draft = client_of(force.handler), uuid.uuid4()
    happened = timezone.localdate() - timedelta(days=3)
    answer = client.post(
        KEEP,
        {"draft": draft, "page": "incident", "place": "Half a str", **day("happened_on", happened)},
    )
    assert "auto-deletes on" in answer.content.decode()
    again = client.get(f"{LOG}?draft={draft}&page=incident").content.decode()
    assert 'value="Half a str"' in again
    assert "govuk-error-message" not in again
    unfinished = client.get(LOG).content.decode()
    assert "Half a str" in unfinished


def test_a_footage_period_that_is_over_is_said(force: Force) -> None:
    happened = timezone.localdate() - timedelta(days=60)
    answer = client_of(force.handler).post(
        KEEP, {"draft": uuid.uuid4(), "page": "incident", **day("happened_on", happened)}
    )
    assert "was auto-deleted on" in answer.content.decode()


def test_saving_late_does_not_undo_a_row(force: Force) -> None:
    client, draft = client_of(force.handler), uuid.uuid4()
    page = {"page": "officers", "rows": ["1"], "1-description": "Tall"}
    send(client, draft, page, add="officer")
    client.post(KEEP, {"draft": draft, **page})
    answers = ComplaintDraft.objects.get().answers["officers"]
    assert answers["rows"] == ["1", "2"]


def test_a_row_taken_away_takes_its_answers_and_never_comes_back(force: Force) -> None:
    client, draft = client_of(force.handler), uuid.uuid4()
    page = {
        "page": "officers", "rows": ["1", "2", "3"], "1-description": "A", "2-description": "B",
        "3-description": "C",
    }  # fmt: skip
    send(client, draft, page, remove="2")
    answers = ComplaintDraft.objects.get().answers["officers"]
    assert answers == {"rows": ["1", "3"], "1-description": ["A"], "3-description": ["C"]}
    send(client, draft, {"page": "officers", **answers}, add="officer")
    assert ComplaintDraft.objects.get().answers["officers"]["rows"] == ["1", "3", "4"]


def test_a_surname_of_two_asks_for_the_number(force: Force) -> None:
    other = make_person("Brannick")
    answer = send(
        client_of(force.handler), uuid.uuid4(),
        {"page": "officers", "rows": ["1"], "1-officer": "brannick"},
    )  # fmt: skip
    text = answer.content.decode()
    assert answer.status_code == 400
    assert "Enter the collar number of one of" in text
    assert force.officer.collar_number in text
    assert other.collar_number in text


def test_officers_are_suggested_by_number_and_surname(force: Force) -> None:
    client = client_of(force.handler)
    found = client.get("/cases/log/officers/", {"1-officer": "bran"}).content.decode()
    assert f'<option value="{force.officer.collar_number}">' in found
    assert client.get("/cases/log/officers/", {"1-officer": "b"}).content.strip() == b""


def test_a_draft_is_its_owner_s_alone(force: Force) -> None:
    draft = uuid.uuid4()
    send(client_of(force.handler), draft, incident_page())
    before = ComplaintDraft.objects.values().get()
    other = client_of(force.investigator)
    assert other.get(f"{LOG}?draft={draft}&page=incident").status_code == 404
    assert send(other, draft, COMPLAINANT_PAGE).status_code == 404
    assert other.post(KEEP, {"draft": draft, "page": "incident"}).status_code == 404
    assert other.post("/cases/log/throw-away/", {"draft": draft}).status_code == 404
    assert other.post(LOG, {"draft": draft, "page": "check"}).status_code == 404
    assert ComplaintDraft.objects.values().get() == before


def test_an_unfinished_one_cannot_be_logged_and_says_what_is_missing(force: Force) -> None:
    client, draft = client_of(force.handler), uuid.uuid4()
    send(client, draft, incident_page())
    answer = client.post(LOG, {"draft": draft, "page": "check"})
    assert answer.status_code == 400
    assert "Choose how the complaint came in" in answer.content.decode()
    assert not Complaint.objects.exists()


def test_finishing_later_and_throwing_away(force: Force) -> None:
    client, draft = client_of(force.handler), uuid.uuid4()
    assert send(client, draft, incident_page(), later="yes").url == LOG
    assert "Phone taken, Tarrow Road" in client.get(LOG).content.decode()
    assert client.post("/cases/log/throw-away/", {"draft": draft}).url == LOG
    assert not ComplaintDraft.objects.exists()


def test_old_drafts_go_and_there_is_an_end_to_their_number(
    force: Force, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    old = now - drafts.KEPT_FOR - timedelta(minutes=1)
    ComplaintDraft.objects.create(owner=force.supervisor, started_at=old, saved_at=old)
    monkeypatch.setattr(drafts, "MOST_DRAFTS", 1)
    client = client_of(force.handler)
    assert send(client, uuid.uuid4(), incident_page()).status_code == 302
    assert ComplaintDraft.objects.get().owner == force.handler
    refused = send(client, uuid.uuid4(), incident_page())
    assert refused.status_code == 400
    assert "unfinished complaints" in refused.content.decode()


def test_an_officer_complained_about_is_told_to_leave_it_to_somebody_else(force: Force) -> None:
    client, draft = client_of(force.handler), uuid.uuid4()
    send(client, draft, incident_page())
    send(client, draft, COMPLAINANT_PAGE)
    own = force.handler.person.collar_number
    send(client, draft, {"page": "officers", "rows": ["1"], "1-officer": own})
    send(client, draft, {
        "page": "allegations", "rows": ["1"], "1-words": "Rude.", "1-category": "h-attitude",
        "team": force.team.pk,
    })  # fmt: skip
    answer = client.post(LOG, {"draft": draft, "page": "check"})
    assert answer.status_code == 403
    assert ComplaintDraft.objects.exists()
    assert not Complaint.objects.exists()


@pytest.mark.parametrize("query", ["?draft=x", "?draft=&page=check", "?page=nonsense"])
def test_an_address_that_is_none_is_not_found(force: Force, query: str) -> None:
    assert client_of(force.handler).get(LOG + query).status_code == 404
