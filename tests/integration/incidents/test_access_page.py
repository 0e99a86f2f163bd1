"""Who can see a case: the page, the export and the API, now and for a past moment."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from accounts.services.step_up import Target
from audit.models import Event
from incidents.models import Complaint
from incidents.selectors.access import who_can_see
from incidents.selectors.access_changes import changes_since, lost_before, turning_points
from incidents.selectors.access_history import read_history
from incidents.services.access import end_access, grant_access
from incidents.services.access_export import of_case, of_person
from incidents.services.placing import place
from tests.factories.callers import Caller, random_id
from tests.factories.cases import NOW, make_case
from tests.factories.people import Force, make_user
from tests.factories.proofs import in_form
from tests.factories.sign_in import code_at, with_app

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def force() -> Force:
    return Force()


@pytest.fixture
def told(force: Force) -> Complaint:
    """A case of the team, given to a guest, restricted after two hours, taken from the guest."""
    case = make_case(force)
    force.guest = make_user(Role.DISCLOSURE_OFFICER)
    for hour, user in ((1, force.guest), (1, force.supervisor)):
        grant_access(
            actor=force.supervisor, case_id=case.pk, user=user, reason="=cmd|' /C calc'!A1",
            expires_at=None, now=NOW + hour * HOUR,
        )  # fmt: skip
    place(case, actor=force.supervisor, now=NOW + 2 * HOUR, reason="Secret", is_restricted=True)
    case.save()
    end_access(
        actor=force.supervisor, case_id=case.pk, user=force.guest, reason="Done", now=NOW + 3 * HOUR
    )
    return case


def page(user: User, case: Complaint, name: str = "access", **query: Any) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(reverse(f"incidents:{name}", kwargs={"case_id": case.pk}), query)


def export(user: User, case: Complaint, *, shown: Target | None = None, **typed: str) -> Any:
    """Send the page of the export, with a factor shown for a list."""
    client = Client()
    client.force_login(user)
    proof = in_form(client, user, shown) if shown else {}
    return client.post(reverse("incidents:export-access", args=[case.pk]), {**typed, **proof})


def names(people: list[Any]) -> set[str]:
    return {seer.user.display_name for seer in people}


def test_each_person_is_shown_with_the_path(force: Force, told: Complaint) -> None:
    picture = who_can_see(told, at=NOW + HOUR)

    ways = {seer.user: seer.way for seer in picture.seers}
    assert ways[force.handler].words == force.team.name
    assert ways[force.guest].words == f"Personal grant from {force.supervisor.display_name}"
    assert ways[force.guest].reason.startswith("=cmd")
    both = next(seer for seer in picture.seers if seer.user == force.supervisor)
    assert [way.kind for way in both.ways] == ["PERSONAL", "TEAM"]
    assert [row.person for row in picture.kept_out] == [force.officer]


def test_the_past_is_told_from_the_ledger(force: Force, told: Complaint) -> None:
    def seen(hours: float) -> set[str]:
        return names(who_can_see(told, at=NOW + hours * HOUR).seers)

    assert seen(-1) == set()
    assert {force.handler.display_name, force.guest.display_name} < seen(1.5)
    assert seen(2.5) == {force.guest.display_name, force.supervisor.display_name}
    assert seen(4) == {force.supervisor.display_name}


def test_roles_are_those_held_then(force: Force, told: Complaint) -> None:
    force.supervisor.role_assignments.update(until=NOW + 3 * HOUR)

    def may(hours: float) -> str:
        seers = who_can_see(told, at=NOW + hours * HOUR).seers
        return next(seer.may for seer in seers if seer.user == force.supervisor)

    assert may(1).startswith("Sign off")
    assert may(4) == "Read"


def test_what_changed_is_told(force: Force, told: Complaint) -> None:
    history = read_history(told, until=NOW + 5 * HOUR)

    crowd, guest = sorted(lost_before(history), key=lambda row: row.people, reverse=True)
    assert (crowd.who, crowd.people, crowd.opened) == (force.team.name, 5, 0)
    assert crowd.how == "By team, until the case was restricted"
    assert (guest.who, guest.ended_at) == (force.guest.display_name, NOW + 3 * HOUR)
    assert guest.how.endswith(f"until {force.supervisor.display_name} ended it")
    assert guest.reason == "Done"
    changes = changes_since(history, NOW + HOUR)
    assert {change.user for change in changes if not change.is_gained} >= {
        force.guest,
        force.handler,
    }
    assert [turn.words for turn in turning_points(history)] == [
        "logged", "access given", "restricted", "access ended",
    ]  # fmt: skip


def test_an_officer_named_later_could_see_it_before(force: Force) -> None:
    case = make_case(force)
    case.subjects.filter(person=None).update(
        person=force.handler.person, named_at=NOW + 2 * HOUR, description=""
    )

    (row,) = lost_before(read_history(case, until=NOW + 3 * HOUR))

    assert row.who == force.handler.display_name
    assert "until they were kept out" in row.how


def test_the_page_says_who_could_see_it_then(force: Force, told: Complaint) -> None:
    response = page(force.supervisor, told, on="2026-11-09", time="11:30")

    text = response.content.decode()
    assert response.status_code == 200
    assert "Who could see this case" in text
    assert "7\u00a0people could see it" in text
    assert "What changed from then until now" in text
    event = Event.objects.filter(name="incidents.access_viewed").latest("id")
    assert "2026-11-09T11:30:00" in bytes(event.canonical).decode()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"on": "2999-01-01"}, "must be now or earlier"),
        ({"on": "2026-02-30"}, "must be a real date"),
        ({"on": "2026-11-09", "time": "25:00"}, "Enter the time, for example"),
        ({"on": "", "time": "10:00"}, "Enter the day as well"),
        ({"on": "9999-12-31"}, "As at must be"),
    ],
)
def test_a_moment_that_cannot_be_is_said(
    force: Force, told: Complaint, query: dict[str, str], words: str
) -> None:
    response = page(force.supervisor, told, **query)

    assert response.status_code == 400
    assert words in response.content.decode()
    assert query.get("time", "") in response.content.decode()
    assert page(force.supervisor, told, "export-access", **query).status_code == 400
    assert export(force.supervisor, told, **query).status_code == 400


def test_the_page_costs_the_same_whatever_the_number_of_people(
    force: Force, told: Complaint, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(8):
        who_can_see(told, at=NOW + HOUR)
    for _ in range(12):
        make_user(Role.INVESTIGATOR, team=force.team)
    with django_assert_num_queries(8):
        assert len(who_can_see(told, at=NOW + HOUR).seers) == 19


def test_the_export_is_inert_and_recorded(force: Force, told: Complaint) -> None:
    moment = datetime(2026, 11, 9, 11, 30, tzinfo=UTC)

    response = export(
        force.supervisor, told, shown=of_case(told, moment), on="2026-11-09", time="11:30"
    )

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith(f'attachment; filename="{told.reference}-')
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))
    assert len(rows) == 7 + 1 + 1
    assert {row["Reason"][:2] for row in rows if row["Reason"]} == {"'=", "Co"}
    event = Event.objects.latest("id")
    assert (event.name, event.operation) == ("incidents.access_exported", "DISCLOSURE")


def test_the_export_asks_for_a_factor_shown_for_exactly_this_list(
    force: Force, told: Complaint
) -> None:
    def nothing_left() -> bool:
        return not Event.objects.filter(name="incidents.access_exported").exists()

    with_app(force.supervisor)
    asked = page(force.supervisor, told, "export-access", on="2026-11-09", time="11:30")
    words = " ".join(asked.content.decode().split())
    assert asked.status_code == 200
    assert "was open on 9 November 2026 at 11:30:00" in words
    assert 'name="on" value="2026-11-09"' in words
    assert nothing_left()

    for shown in (None, of_case(told, NOW), of_person(force.supervisor)):
        refused = export(force.supervisor, told, shown=shown, on="2026-11-09", time="11:30")
        assert refused.status_code == 403
        assert "Enter the code, or use your passkey" in refused.content.decode()
        assert refused["Content-Type"].startswith("text/html")
        assert nothing_left()


def test_a_code_of_the_app_hands_the_list_out_once(force: Force, told: Complaint) -> None:
    secret = with_app(force.supervisor)
    client = Client()
    client.force_login(force.supervisor)
    address = reverse("incidents:export-access", args=[told.pk])
    body = {"on": "", "time": "", "step_up-code": code_at(secret)}

    given = client.post(address, body)
    again = client.post(address, body)

    assert given["Content-Type"] == "text/csv; charset=utf-8"
    assert again.status_code == 400
    assert "step_up-code" in again.content.decode()
    assert Event.objects.filter(name="incidents.access_exported").count() == 1


def test_the_api_tells_the_same(force: Force, told: Complaint) -> None:
    caller = Caller(force.supervisor)

    now = caller.get(f"/complaints/{told.pk}/access")
    then = caller.get(f"/complaints/{told.pk}/access?at=2026-11-09T11:30:00Z")

    assert now.status == then.status == 200
    assert [row["account"]["name"] for row in now.json["people"]] == [force.supervisor.display_name]
    assert now.json["is_restricted"] is True
    assert len(then.json["people"]) == 7
    assert then.json["is_restricted"] is False
    assert then.json["kept_out"][0]["reason"] == "Complained against"
    future = (timezone.now() + HOUR).isoformat().replace("+00:00", "Z")
    assert caller.get(f"/complaints/{told.pk}/access?at={future}").status == 400


def test_hidden_is_absent_in_the_api(force: Force, told: Complaint) -> None:
    caller = Caller(force.stranger)

    hidden = caller.get(f"/complaints/{told.pk}/access")
    absent = caller.get(f"/complaints/{random_id()}/access")

    assert (hidden.status, hidden.json["title"]) == (absent.status, absent.json["title"])
    assert hidden.status == 404
