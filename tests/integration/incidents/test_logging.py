"""Logging a complaint: what it leaves behind, and what it refuses."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from audit.models import Event
from bwcportal.errors import Invalid, NotPermitted
from incidents.enums import CaseState, Regime
from incidents.models import AllegationCategory, Complaint, Contribution, Incident
from incidents.services.logging import NewSubject, log_complaint
from tests.factories.cases import NOW, handled_case, make_case, new_complaint
from tests.factories.people import Force, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def force() -> Force:
    return Force()


def events() -> list[str]:
    return list(Event.objects.order_by("id").values_list("name", flat=True))


def test_the_case_the_people_and_the_event_are_written_together(force: Force) -> None:
    case = make_case(force)

    assert re.fullmatch(r"CM-26-[2-9B-DF-HJ-NP-TV-Z]{5}", case.reference)
    assert case.state == CaseState.LOGGED
    assert case.version == 1
    assert case.team == force.team
    assert case.regime == Regime.REGS_2025
    assert case.complainant.name == "Idris Kestle"
    assert [allegation.number for allegation in case.allegations.order_by("number")] == [1, 2]
    second = case.allegations.get(number=2)
    assert {subject.person for subject in second.subjects.all()} == {force.officer, None}
    assert Contribution.objects.get(complaint=case).person == force.handler.person
    event = Event.objects.get()
    assert event.name == "incidents.complaint_logged"
    assert event.case_id == case.pk
    assert event.details["allegations"] == ["b-stop-search", "b-use-of-force"]
    assert "Kestle" not in str(event.details)


def test_the_officer_complained_about_cannot_see_it_and_the_team_can(force: Force) -> None:
    case = make_case(force)
    subject_officer = make_user(*[], team=force.team, person=force.officer)

    assert case in Complaint.objects.visible_to(force.investigator)
    assert case not in Complaint.objects.visible_to(subject_officer)
    assert case not in Complaint.objects.visible_to(force.stranger)


def test_a_restricted_case_opens_to_the_logger_alone(force: Force) -> None:
    case = make_case(force, is_restricted=True)

    assert case in Complaint.objects.visible_to(force.handler)
    assert case not in Complaint.objects.visible_to(force.investigator)
    assert events() == ["incidents.complaint_logged", "incidents.access_granted"]


def test_the_regime_is_that_of_the_day_it_was_made(force: Force) -> None:
    incident = new_complaint(force).incident
    before = replace(incident, starts_at=incident.starts_at - timedelta(days=900),
                     ends_at=incident.ends_at - timedelta(days=900))  # fmt: skip
    assert make_case(force, made_on=date(2025, 5, 27), incident=before).regime == Regime.REGS_2020
    assert make_case(force, made_on=date(2025, 5, 28), incident=before).regime == Regime.REGS_2025


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"made_on": date(2026, 11, 10)}, "made_on"),
        ({"made_on": date(2026, 11, 5)}, "made_on"),
        ({"title": " "}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"original_words": ""}, "original_words"),
        ({"subjects": []}, "subjects"),
        ({"subjects": [NewSubject(description=" ")]}, "subjects"),
        ({"allegations": []}, "allegations"),
    ],
)
def test_what_cannot_be_names_its_field_and_leaves_nothing(
    force: Force, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        make_case(force, **changes)
    assert refused.value.field == field
    assert not Complaint.objects.exists()
    assert not Incident.objects.exists()
    assert events() == []


def test_a_team_of_others_cannot_be_chosen(force: Force) -> None:
    with pytest.raises(Invalid) as refused:
        make_case(force, team=force.other_team)
    assert refused.value.field == "team"


def test_an_incident_cannot_lie_ahead(force: Force) -> None:
    incident = new_complaint(force).incident
    ahead = replace(incident, starts_at=NOW + timedelta(hours=1), ends_at=NOW + timedelta(hours=2))
    with pytest.raises(Invalid) as refused:
        make_case(force, incident=ahead)
    assert refused.value.field == "starts_at"


def test_nobody_logs_a_complaint_about_themselves(force: Force) -> None:
    with pytest.raises(NotPermitted):
        make_case(force, subjects=[NewSubject(person=force.handler.person)])


def test_a_role_without_the_permission_is_refused(force: Force) -> None:
    with pytest.raises(NotPermitted) as refused:
        log_complaint(actor=force.auditor, data=new_complaint(force), now=NOW)
    assert refused.value.code == "may_not_log_complaint"
    assert not Complaint.objects.exists()


def test_an_allegation_keeps_its_version_of_the_category(force: Force) -> None:
    case = make_case(force)
    category = case.allegations.get(number=1).category
    assert category == AllegationCategory.objects.current("b-stop-search", on=NOW.date())
    assert category.title == "B1 Stops, and stop and search"


def test_a_handled_case_has_its_people_and_clocks(force: Force) -> None:
    case = handled_case(force)
    assert case.state == CaseState.LOCAL_INV
    assert (case.investigator, case.supervisor) == (force.investigator, force.supervisor)
    clocks = {d.rule.code: d.due_on for d in case.deadlines.select_related("rule")}
    assert clocks == {"UPDATE_FIRST": date(2026, 12, 7), "TIMELINESS_12M": date(2027, 11, 9)}
