"""Moving a case to a team of which somebody is in conflict with it; and that team being told."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Person, User
from accounts.roles import Role
from accounts.services.lines import begin_line
from audit.models import Event
from bwcportal.errors import Invalid, NotFound, NotNow, NotPermitted, StaleVersion
from bwcportal.phrasing import london_day
from incidents.models import CasePlacement, Complaint
from incidents.selectors.access_preview import preview_of
from incidents.selectors.receiving import receiving
from incidents.services.arrivals import note_arrival
from incidents.services.handling import decide_handling
from incidents.services.linking import link_cases
from incidents.services.logging import NewAllegation, NewSubject
from incidents.services.relocating import transfer_case
from reviews.selectors.my_work import my_work
from tests.factories.callers import Caller
from tests.factories.cases import NOW, category, handled_case, make_case
from tests.factories.people import Force, make_person, make_team, make_unit, make_user

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)
ARRIVED = "Moved to your team: "


@pytest.fixture
def force() -> Force:
    return Force()


@pytest.fixture
def boss(force: Force) -> User:
    """An investigator of the other team, above the officer complained about."""
    user = make_user(Role.INVESTIGATOR, team=force.other_team)
    begin_line(
        actor=make_user(Role.ADMINISTRATOR), person_id=force.officer.pk, manager=user.person,
        since=london_day(NOW) - timedelta(days=1), now=NOW,
    )  # fmt: skip
    return user


def move(case: Complaint, force: Force, **changes: Any) -> Complaint:
    values = {
        "actor": force.handler, "version": None, "team": force.other_team,
        "reason": "Their borough", "now": LATER,
    } | changes  # fmt: skip
    return transfer_case(case_id=case.pk, **values)


def tasks(user: User) -> list[str]:
    fresh = User.objects.select_related("person").get(pk=user.pk)
    return [task.label for task in my_work(user=fresh, now=LATER).tasks]


def about(case: Complaint, force: Force, **changes: Any) -> list[str]:
    values = {"actor": force.handler, "now": LATER} | changes
    return receiving(case, force.other_team, **values).said


# --- said before it is done


def test_a_team_without_conflicts_needs_no_reason(force: Force) -> None:
    case = make_case(force)

    assert about(case, force) == []
    assert move(case, force).team == force.other_team
    assert not Event.objects.filter(name="incidents.transfer_overridden").exists()


def test_a_conflict_is_refused_until_somebody_says_why(force: Force, boss: User) -> None:
    case = make_case(force)

    with pytest.raises(Invalid) as refused:
        move(case, force)

    assert (refused.value.field, refused.value.code) == ("conflict_reason", "conflict")
    assert boss.display_name in refused.value.message
    case.refresh_from_db()
    assert case.team == force.team

    move(case, force, conflict_reason="Only this team has trained people")

    event = Event.objects.get(name="incidents.transfer_overridden")
    assert event.details["users"] == [str(boss.pk)]
    assert event.details["kinds"] == ["OVER_SUBJECT"]
    assert case.reference == event.case_reference


def test_a_team_in_which_everybody_who_could_investigate_is_in_conflict_is_said_to_be(
    force: Force, boss: User
) -> None:
    empty = make_team("T9")
    boss.memberships.update(team=empty)
    sergeant = make_user(Role.SUPERVISOR, team=empty)
    case = make_case(force)

    found = receiving(case, empty, actor=force.handler, now=LATER)

    assert found.unable == [
        f"The only person of {empty.name} who could investigate is in conflict with the case"
    ]
    assert {each.user for each in found.conflicts} == {boss}
    sergeant.memberships.update(until=NOW)
    assert f"{empty.name} has nobody whose role lets them sign it off" in about_team(
        case, empty, force
    )


def about_team(case: Complaint, team: Any, force: Force) -> list[str]:
    return receiving(case, team, actor=force.handler, now=LATER).said


def test_the_officer_complained_about_in_the_receiving_team_is_said(force: Force) -> None:
    account = make_user(Role.INVESTIGATOR, team=force.other_team, person=force.officer)

    first, *others = about(make_case(force), force)

    assert first.startswith(account.display_name)
    # Whoever shared that team with the officer on the day is said as well.
    assert [force.stranger.display_name in said for said in others] == [True]


def test_a_conflict_from_a_hidden_case_is_not_told(force: Force) -> None:
    person: Person = make_person("Party", unit=make_unit("SW"))
    make_user(Role.INVESTIGATOR, team=force.other_team, person=person)
    case = make_case(force)
    hidden = make_case(
        force, actor=force.supervisor, is_restricted=True,
        subjects=[NewSubject(person=person)],
        allegations=[NewAllegation(category(), "He too.", (0,))],
    )  # fmt: skip
    link_cases(
        actor=force.supervisor,
        case_id=case.pk,
        other=hidden.reference,
        reason="One evening",
        now=NOW,
    )

    assert about(case, force) == []
    assert len(about(case, force, actor=force.supervisor)) == 1
    move(case, force)
    assert not Event.objects.filter(case_id=case.pk, name="incidents.transfer_overridden").exists()


def test_what_was_shown_must_still_be_true(force: Force, boss: User) -> None:
    case = make_case(force)
    before = preview_of(case, now=LATER, team=force.other_team)

    with pytest.raises(StaleVersion):
        move(case, force, shown=before.digest, conflict_reason="Known")


def test_the_page_says_it_and_keeps_what_was_typed(force: Force, boss: User) -> None:
    case = make_case(force)
    client = Client()
    client.force_login(force.handler)
    address = reverse("incidents:transfer", args=[case.pk])
    typed = {"version": case.version, "team": force.other_team.pk, "reason": "Their borough"}

    asked = client.get(address).content.decode()
    shown = client.post(address, typed).content.decode()
    digest = re.search(r'name="shown" value="(\w{64})"', shown)
    assert digest is not None
    refused = client.post(address, {**typed, "shown": digest[1]})
    done = client.post(
        address, {**typed, "shown": digest[1], "conflict_reason": "Nobody else is trained"}
    )

    assert "conflict_reason" not in asked
    assert "Look at this before you move the case" in shown
    assert boss.display_name.split()[-1] in shown
    assert "Error:" not in shown
    assert refused.status_code == 400
    assert "or say why the case may go there" in refused.content.decode()
    assert "Their borough" in refused.content.decode()
    assert done.status_code == 302


def test_the_api_asks_for_the_reason_too(force: Force, boss: User) -> None:
    case = make_case(force)
    caller = Caller(force.handler)
    body = {"team": "T2", "reason": "Theirs"}

    refused = caller.post(f"/complaints/{case.pk}/transfer", body, version=case.version)
    done = caller.post(
        f"/complaints/{case.pk}/transfer", {**body, "conflict_reason": "Nobody else"},
        version=case.version,
    )  # fmt: skip

    assert (refused.status, refused.json["code"]) == (400, "conflict")
    assert list(refused.json["errors"]) == ["conflict_reason"]
    assert done.status == 204


# --- told that it came


def test_the_supervisors_of_the_team_find_that_it_came_and_nobody_else_does(force: Force) -> None:
    case = make_case(force)
    there = make_user(Role.SUPERVISOR, team=force.other_team)
    elsewhere = make_user(Role.SUPERVISOR, team=make_team("T7"))
    handler = make_user(Role.COMPLAINT_HANDLER, team=force.other_team)

    move(case, force)

    assert f"{ARRIVED}take note" in tasks(there)
    for user in (elsewhere, force.supervisor, force.handler, handler):
        assert not any(label.startswith(ARRIVED) for label in tasks(user))


def test_a_case_that_needs_an_investigator_says_both_at_once(force: Force) -> None:
    case = handled_case(force)
    there = make_user(Role.SUPERVISOR, team=force.other_team)

    move(case, force)

    assert tasks(there) == [f"{ARRIVED}needs a new investigator"]


def test_taking_note_ends_it_once_for_the_team(force: Force) -> None:
    case = handled_case(force)
    there = make_user(Role.SUPERVISOR, team=force.other_team)
    move(case, force, keep=[force.investigator.pk, force.supervisor.pk])
    client = Client()
    client.force_login(there)

    drawn = client.get(reverse("incidents:case", args=[case.pk])).content.decode()
    noted = client.post(reverse("incidents:note-arrival", args=[case.pk]))
    after = client.get(reverse("incidents:case", args=[case.pk])).content.decode()

    assert "This case was moved to your team" in drawn
    assert "Their borough" in drawn
    assert noted.status_code == 302
    assert "This case was moved to your team" not in after
    assert not any(label.startswith(ARRIVED) for label in tasks(there))
    assert Event.objects.filter(name="incidents.arrival_noted", case_id=case.pk).count() == 1
    with pytest.raises(NotNow):
        note_arrival(actor=there, case_id=case.pk, now=LATER)


def test_who_takes_note(force: Force) -> None:
    case = handled_case(force)
    move(case, force, keep=[force.investigator.pk, force.supervisor.pk])

    with pytest.raises(NotPermitted, match="team that has the case"):
        note_arrival(actor=force.supervisor, case_id=case.pk, now=LATER)
    with pytest.raises(NotPermitted):
        note_arrival(actor=force.investigator, case_id=case.pk, now=LATER)
    with pytest.raises(NotFound):
        note_arrival(actor=force.handler, case_id=case.pk, now=LATER)
    assert CasePlacement.objects.get(complaint=case, until=None).awaits_note


def test_deciding_who_has_it_is_taking_note(force: Force) -> None:
    case = make_case(force)
    move(case, force)

    decide_handling(
        actor=force.stranger, case_id=case.pk, version=None, handling="S3_LOCAL_NON_SPECIAL",
        investigator=None, supervisor=None, now=LATER,
    )  # fmt: skip

    assert not CasePlacement.objects.get(complaint=case, until=None).awaits_note


def test_a_case_that_was_logged_here_awaits_nothing(force: Force) -> None:
    assert not make_case(force).placements.get().awaits_note
