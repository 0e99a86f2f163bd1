"""The pages and endpoints of the review room: hidden, permitted, not now; and what each records."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django.urls import reverse

from audit.models import Event
from incidents.enums import CaseState
from incidents.models import Complaint
from reviews.models import Annotation, Viewing
from tests.factories.cases import handled_case
from tests.factories.decisions import submitted_case
from tests.factories.people import Force
from tests.factories.reviews import make_link, make_mark

pytestmark = pytest.mark.django_db
FORM = {"start": "0:00:12.480", "end": "", "mark_type": "3", "observation": "Hands open"}


@pytest.fixture
def force():
    return Force()


@pytest.fixture
def case(force):
    return handled_case(force)


@pytest.fixture
def link(case, force):
    return make_link(case, force)


@pytest.fixture
def as_user(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def mark_body(link, **changes):
    body = {
        "link": str(link.pk),
        "kind": "MARKER",
        "mark_type": 3,
        "start_ms": 12_480,
        "end_ms": None,
        "observation": "Hands open",
        "assessment": "",
        "bearings": {},
    }
    return body | changes


def viewing_body(link, **changes):
    body = {
        "link": str(link.pk),
        "from_ms": 0,
        "to_ms": 4000,
        "rate_percent": 100,
        "with_sound": False,
    }
    return body | changes


def send(client, name, args, body):
    return client.post(reverse(name, args=args), json.dumps(body), content_type="application/json")


def names(case):
    events = Event.objects.filter(case_id=case.pk, name__startswith="reviews.")
    return sorted(events.values_list("name", flat=True))


class TestRoomPage:
    """The page of the room."""

    def test_it_gives_the_script_all_it_needs_and_no_name_of_the_complainant(
        self, as_user, force, case, link
    ):
        mark = make_mark(link, force)
        response = as_user(force.investigator).get(reverse("reviews:room", args=[case.pk]))
        assert response.status_code == 200
        data = response.context["data"]
        assert data["recordings"][0]["id"] == str(link.pk)
        assert data["recordings"][0]["rate"] == [25, 1]
        assert data["recordings"][0]["starts_at_ms"] == round(
            link.footage.starts_at.timestamp() * 1000
        )
        assert data["marks"][0]["id"] == str(mark.pk)
        assert data["marking"] == {"allowed": True, "reason": ""}
        assert data["replay"] is None
        assert "Kestle" not in response.content.decode()
        assert "reviews.room_viewed" in names(case)

    def test_a_hidden_case_is_not_there(self, as_user, force, case):
        response = as_user(force.stranger).get(reverse("reviews:room", args=[case.pk]))
        assert response.status_code == 404
        assert names(case) == []

    def test_a_role_without_footage_is_refused(self, as_user, force, case):
        response = as_user(force.auditor).get(reverse("reviews:room", args=[case.pk]))
        assert response.status_code == 403
        assert names(case) == []

    def test_somebody_elses_draft_is_not_among_the_marks(self, as_user, force, case, link):
        make_mark(link, force)
        response = as_user(force.supervisor).get(reverse("reviews:room", args=[case.pk]))
        assert response.context["data"]["marks"] == []
        assert response.context["data"]["marking"]["allowed"] is False

    def test_a_case_without_a_recording_says_where_to_find_one(self, as_user, force, case):
        response = as_user(force.investigator).get(reverse("reviews:room", args=[case.pk]))
        assert "No recording is attached to this case" in response.content.decode()

    def test_the_supervisor_of_a_submitted_version_gets_its_cited_moments(self, as_user, force):
        submission = submitted_case(force)
        case = submission.complaint
        response = as_user(force.supervisor).get(reverse("reviews:room", args=[case.pk]))
        (moment,) = response.context["data"]["replay"]["moments"]
        assert (moment["from_ms"], moment["to_ms"]) == (60_000, 75_000)
        assert moment["allegations"] == ["A1"]
        assert "Supervisor\u2019s replay" in response.content.decode()

    def test_what_is_with_the_supervisor_cannot_be_marked_and_says_why(self, as_user, force):
        case = submitted_case(force).complaint
        response = as_user(force.investigator).get(reverse("reviews:room", args=[case.pk]))
        marking = response.context["data"]["marking"]
        assert marking["allowed"] is False
        assert "with supervisor" in marking["reason"]
        assert response.context["data"]["replay"] is None

    def test_the_number_of_queries_does_not_grow_with_what_there_is(
        self, as_user, force, case, link, django_assert_num_queries
    ):
        client = as_user(force.investigator)
        address = reverse("reviews:room", args=[case.pk])
        client.get(address)

        def count():
            from django.db import connection
            from django.test.utils import CaptureQueriesContext

            with CaptureQueriesContext(connection) as captured:
                client.get(address)
            return len(captured)

        make_mark(link, force, bearings={case.allegations.first().pk: "SUPPORTS"})
        one = count()
        for number in range(3):
            other = make_link(case, force)
            make_mark(other, force, start_ms=number * 1000)
        assert count() == one
        assert one <= 24


class TestMarksByScript:
    """Adding, changing and deleting marks as the room's script does."""

    def test_adding(self, as_user, force, case, link):
        response = send(
            as_user(force.investigator), "reviews:room-marks", [case.pk], mark_body(link)
        )
        assert response.status_code == 201
        mark = Annotation.objects.get()
        assert response.json()["mark"]["id"] == str(mark.pk)
        assert response.json()["mark"]["version"] == 1
        assert names(case) == ["reviews.annotation_added"]

    def test_changing_and_the_answer_to_a_stale_version(self, as_user, force, case, link):
        mark = make_mark(link, force)
        client = as_user(force.investigator)
        body = mark_body(link, version=1, observation="Changed")
        response = send(client, "reviews:room-mark", [case.pk, mark.pk], body)
        assert (response.status_code, response.json()["mark"]["version"]) == (200, 2)
        again = send(client, "reviews:room-mark", [case.pk, mark.pk], body | {"observation": "B"})
        assert again.status_code == 412
        assert again.headers["Content-Type"] == "application/problem+json"
        assert again.json()["current"]["observation"] == "Changed"
        mark.refresh_from_db()
        assert mark.observation == "Changed"

    def test_deleting(self, as_user, force, case, link):
        mark = make_mark(link, force)
        response = send(
            as_user(force.investigator),
            "reviews:room-mark-delete",
            [case.pk, mark.pk],
            {"version": 1},
        )
        assert response.json() == {"deleted": str(mark.pk)}
        assert not Annotation.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"start_ms": "12"}, "start_ms"),
            ({"start_ms": 40_000}, "start_ms"),
            ({"start_ms": True}, "start_ms"),
            ({"end_ms": 1.5}, "end_ms"),
            ({"observation": 3}, "observation"),
            ({"bearings": ["x"]}, "bearings"),
            ({"bearings": {"x": "SUPPORTS"}}, "bearings"),
            ({"link": "x"}, "link"),
        ],
    )
    def test_what_cannot_be_used_is_named(self, as_user, force, case, link, changes, field):
        response = send(
            as_user(force.investigator), "reviews:room-marks", [case.pk], mark_body(link) | changes
        )
        assert response.status_code == 400
        assert list(response.json()["errors"]) == [field]
        assert not Annotation.objects.exists()

    @pytest.mark.parametrize("body", ["", "[]", "{", "[" * 100_000])
    def test_a_body_that_is_no_object_is_refused(self, as_user, force, case, body):
        response = as_user(force.investigator).post(
            reverse("reviews:room-marks", args=[case.pk]), body, content_type="application/json"
        )
        assert response.status_code == 400

    def test_a_mark_and_a_recording_of_another_case_are_not_there(self, as_user, force, case, link):
        mark = make_mark(link, force)
        other = handled_case(force)
        client = as_user(force.investigator)
        body = mark_body(link, version=1)
        assert send(client, "reviews:room-marks", [other.pk], body).status_code == 404
        assert send(client, "reviews:room-mark", [other.pk, mark.pk], body).status_code == 404
        assert (
            send(client, "reviews:room-mark-delete", [other.pk, mark.pk], body).status_code == 404
        )
        assert Annotation.objects.get().version == 1


class TestRefusals:
    """Every endpoint answers a hidden case, a role that may not, and a state that does not allow."""

    ENDPOINTS = ("room-marks", "room-mark", "room-mark-delete", "room-viewings", "room-recording")

    def attempt(self, client, name, case, link, mark):
        args = {
            "room-mark": [case.pk, mark.pk],
            "room-mark-delete": [case.pk, mark.pk],
            "room-recording": [case.pk, link.pk],
        }.get(name, [case.pk])
        body = viewing_body(link) if name == "room-viewings" else mark_body(link, version=1)
        return send(client, f"reviews:{name}", args, body)

    @pytest.mark.parametrize("name", ENDPOINTS)
    def test_hidden(self, as_user, force, case, link, name):
        mark = make_mark(link, force)
        before = names(case)
        response = self.attempt(as_user(force.stranger), name, case, link, mark)
        assert response.status_code == 404
        assert names(case) == before
        assert not Viewing.objects.exists()
        assert Annotation.objects.get().version == 1

    @pytest.mark.parametrize("name", ENDPOINTS)
    def test_absent_is_answered_like_hidden(self, as_user, force, case, link, name):
        mark = make_mark(link, force)
        hidden = self.attempt(as_user(force.stranger), name, case, link, mark)
        case.pk = uuid4()
        absent = self.attempt(as_user(force.investigator), name, case, link, mark)
        assert (absent.status_code, absent.content) == (hidden.status_code, hidden.content)

    @pytest.mark.parametrize(
        ("name", "status"),
        [
            ("room-marks", 403),
            ("room-mark", 403),
            ("room-mark-delete", 403),
            ("room-viewings", 403),
            ("room-recording", 403),
        ],
    )
    def test_a_role_that_may_not(self, as_user, force, case, link, name, status):
        mark = make_mark(link, force)
        before = names(case)
        response = self.attempt(as_user(force.handler), name, case, link, mark)
        assert response.status_code == status
        assert names(case) == before

    @pytest.mark.parametrize("name", ["room-marks", "room-mark", "room-mark-delete"])
    def test_not_now(self, as_user, force, case, link, name):
        mark = make_mark(link, force)
        Complaint.objects.filter(pk=case.pk).update(state=CaseState.SUPERVISOR_REVIEW)
        response = self.attempt(as_user(force.investigator), name, case, link, mark)
        assert response.status_code == 409
        assert response.json()["code"] == "case_takes_no_marks"
        assert Annotation.objects.get().version == 1

    @pytest.mark.parametrize("name", ENDPOINTS)
    def test_only_by_post_and_only_signed_in(self, client, as_user, force, case, link, name):
        mark = make_mark(link, force)
        assert self.attempt(client, name, case, link, mark).status_code == 302
        address = {
            "room-mark": [case.pk, mark.pk],
            "room-mark-delete": [case.pk, mark.pk],
            "room-recording": [case.pk, link.pk],
        }.get(name, [case.pk])
        signed_in = as_user(force.investigator)
        assert signed_in.get(reverse(f"reviews:{name}", args=address)).status_code == 405


class TestWatching:
    """Viewings and addresses to play from."""

    def test_a_viewing_is_answered_with_all_that_was_watched(self, as_user, force, case, link):
        client = as_user(force.supervisor)
        send(client, "reviews:room-viewings", [case.pk], viewing_body(link))
        response = send(
            client,
            "reviews:room-viewings",
            [case.pk],
            viewing_body(link, from_ms=3000, to_ms=6000, with_sound=True),
        )
        assert response.json() == {
            "watched": {"counted": [[0, 6000]], "heard": [[3000, 6000]], "too_fast": []}
        }
        assert names(case) == ["reviews.footage_watched"] * 2

    def test_the_address_of_a_recording_is_given_and_recorded(self, as_user, force, case, link):
        response = as_user(force.investigator).post(
            reverse("reviews:room-recording", args=[case.pk, link.pk])
        )
        assert response.status_code == 200
        assert response.json()["url"].startswith("/footage/stream/")
        assert link.footage.external_id not in response.json()["url"]
        assert Event.objects.filter(name="incidents.playback_link_issued").count() == 1


class TestMarksByTypedTime:
    """The page that does without the script."""

    def test_a_mark_is_added_by_typed_time(self, as_user, force, case, link):
        first = case.allegations.first()
        response = as_user(force.investigator).post(
            reverse("reviews:marks", args=[case.pk]),
            FORM | {"link": str(link.pk), "end": "13.5", f"bearing_{first.pk}": "CONTRADICTS"},
        )
        assert response.status_code == 302
        mark = Annotation.objects.get()
        assert (mark.kind, mark.start_ms, mark.end_ms) == ("CLIP", 12_480, 13_500)
        assert mark.bearings.get().bearing == "CONTRADICTS"

    def test_an_error_keeps_what_was_typed_and_says_how_to_write_it(
        self, as_user, force, case, link
    ):
        response = as_user(force.investigator).post(
            reverse("reviews:marks", args=[case.pk]),
            FORM | {"link": str(link.pk), "start": "half past"},
        )
        page = response.content.decode()
        assert response.status_code == 400
        assert "“half past” cannot be read" in page
        assert 'value="half past"' in page
        assert "Hands open" in page
        assert not Annotation.objects.exists()

    @pytest.mark.parametrize(
        ("typed", "field", "words"),
        [
            ({"start": "0:01:00"}, "start", "lasts 00:00:40.000"),
            ({"end": "0:00:41"}, "end", "lasts 00:00:40.000"),
            ({"end": "0:00:01"}, "end", "later than the start"),
        ],
    )
    def test_a_refusal_of_the_service_stands_at_its_field(
        self, as_user, force, case, link, typed, field, words
    ):
        response = as_user(force.investigator).post(
            reverse("reviews:marks", args=[case.pk]), FORM | {"link": str(link.pk)} | typed
        )
        assert response.status_code == 400
        (message,) = response.context["form"].errors[field]
        assert words in message

    def test_a_draft_is_changed_and_a_stale_version_is_refused(self, as_user, force, case, link):
        mark = make_mark(link, force)
        client = as_user(force.investigator)
        address = reverse("reviews:mark", args=[case.pk, mark.pk])
        assert 'value="00:00:12.480"' in client.get(address).content.decode()
        assert client.post(address, FORM | {"version": 1, "start": "5"}).status_code == 302
        mark.refresh_from_db()
        assert (mark.start_ms, mark.version) == (5000, 2)
        stale = client.post(address, FORM | {"version": 1, "start": "6"})
        assert stale.status_code == 412
        assert "M1 was changed elsewhere" in stale.content.decode()
        mark.refresh_from_db()
        assert mark.start_ms == 5000

    def test_a_draft_is_deleted(self, as_user, force, case, link):
        mark = make_mark(link, force)
        address = reverse("reviews:mark-delete", args=[case.pk, mark.pk])
        client = as_user(force.investigator)
        assert client.post(address, {"version": "x"}).status_code == 400
        assert client.post(address, {"version": "1"}).status_code == 302
        assert not Annotation.objects.exists()

    @pytest.mark.parametrize("name", ["marks", "mark", "mark-delete"])
    def test_refusals(self, as_user, force, case, link, name):
        mark = make_mark(link, force)
        args = [case.pk] if name == "marks" else [case.pk, mark.pk]
        address = reverse(f"reviews:{name}", args=args)
        form = FORM | {"link": str(link.pk), "version": "1"}
        assert as_user(force.stranger).post(address, form).status_code == 404
        assert as_user(force.auditor).post(address, form).status_code == 403
        Complaint.objects.filter(pk=case.pk).update(state=CaseState.SUPERVISOR_REVIEW)
        assert as_user(force.investigator).post(address, form).status_code == 409
        assert Annotation.objects.get().version == 1
        assert names(case).count("reviews.annotation_added") == 1

    def test_who_may_not_mark_is_told_why(self, as_user, force, case, link):
        page = as_user(force.supervisor).get(reverse("reviews:marks", args=[case.pk]))
        assert "You cannot mark this case now" in page.content.decode()
        assert "investigator" in page.content.decode()
