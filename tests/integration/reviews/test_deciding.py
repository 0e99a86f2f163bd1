"""Deciding an allegation: what it needs, what it writes, and what it refuses."""

from __future__ import annotations

import uuid

import pytest

from accounts.roles import Permission, Role, permissions_of
from audit.models import Event
from bwcportal.errors import Invalid, NotFound, NotNow, NotPermitted, StaleVersion
from incidents.enums import CaseState, ContributionKind, Handling
from incidents.models import Complaint, DecisionOption
from reviews.models import Finding
from tests.factories.cases import handled_case
from tests.factories.decisions import (
    add_clip,
    add_recording,
    decide,
    decision,
    ready_case,
    reason,
    submitted_case,
)
from tests.factories.people import Force, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def force() -> Force:
    return Force()


def decided_events(case: Complaint) -> list[Event]:
    return list(Event.objects.filter(case_id=case.pk, name="reviews.allegation_decided"))


def test_a_decision_stores_what_it_relies_on(force: Force) -> None:
    case = handled_case(force)
    link = add_recording(case, wearer=force.officer, by=force.investigator)
    mark = add_clip(force, link, {})
    before = Complaint.objects.get(pk=case.pk).version

    finding = decide(
        force,
        case,
        rationale="  He gave no grounds.\r\nNone are heard. ",
        cited_ids=[mark.pk],
        no_footage_reason=None,
        action_codes=["APOLOGY", "REFLECTION"],
    )

    finding.refresh_from_db()
    assert finding.rationale == "He gave no grounds.\nNone are heard."
    assert list(finding.cited.all()) == [mark]
    assert sorted(finding.actions.values_list("code", flat=True)) == ["APOLOGY", "REFLECTION"]
    assert (finding.version, finding.decided_by) == (1, force.investigator)
    assert Complaint.objects.get(pk=case.pk).version == before + 1
    assert case.contributions.filter(
        person=force.investigator.person, kind=ContributionKind.DECIDED
    ).exists()
    (event,) = decided_events(case)
    assert event.subject_label == "A1"
    assert event.details["decision"] == "SPA"
    assert event.details["was"] is None
    assert event.details["cited"] == ["M1"]
    assert "grounds" not in str(event.details)


def test_the_same_answer_again_writes_nothing(force: Force) -> None:
    case = handled_case(force)
    first = decide(force, case)
    version = Complaint.objects.get(pk=case.pk).version

    again = decide(force, case)

    assert again.pk == first.pk
    assert again.version == 1
    assert Complaint.objects.get(pk=case.pk).version == version
    assert len(decided_events(case)) == 1


def test_a_change_keeps_the_old_decision_in_its_event(force: Force) -> None:
    case = handled_case(force)
    decide(force, case)

    finding = decide(force, case, version=1, decision=decision("SPNA"))

    assert finding.version == 2
    assert [event.details["was"] for event in decided_events(case)] == [None, "SPA"]


@pytest.mark.parametrize("handling", list(Handling))
def test_exactly_the_decisions_of_the_handling_are_legal(force: Force, handling: Handling) -> None:
    case = handled_case(force, handling=handling)
    legal, refused = set(), {}
    for option in DecisionOption.objects.filter(valid_to=None):
        try:
            decide(force, case, decision=option)
            legal.add(option.code)
        except Invalid as error:
            refused[option.code] = error.field

    wanted = {
        option.code
        for option in DecisionOption.objects.filter(valid_to=None)
        if handling in option.handling_types
    }
    assert legal == wanted
    assert legal
    assert set(refused.values()) == {"decision"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"decision": None}, "decision"),
        ({"rationale": " \n "}, "rationale"),
        ({"rationale": "x" * 10_001}, "rationale"),
        ({"rationale": "a\x00b"}, "rationale"),
        ({"no_footage_reason": None}, "cited"),
        ({"cited_ids": [uuid.uuid4()]}, "cited"),
        ({"no_footage_link_id": uuid.uuid4()}, "no_footage_link"),
        ({"action_codes": ["APOLOGY", "UNHEARD_OF"]}, "actions"),
    ],
)
def test_what_cannot_be_used_names_its_field(
    force: Force, changes: dict[str, object], field: str
) -> None:
    case = handled_case(force)
    with pytest.raises(Invalid) as refused:
        decide(force, case, **changes)
    assert refused.value.field == field
    assert not Finding.objects.exists()
    assert not decided_events(case)


def test_unable_to_determine_needs_a_coded_reason_even_with_a_moment(force: Force) -> None:
    case = handled_case(force)
    link = add_recording(case, wearer=force.officer, by=force.investigator)
    mark = add_clip(force, link, {})
    with pytest.raises(Invalid) as refused:
        decide(force, case, decision=decision("UTD"), cited_ids=[mark.pk], no_footage_reason=None)
    assert refused.value.field == "no_footage_reason"


def test_a_recording_without_its_reason_is_refused(force: Force) -> None:
    case = handled_case(force)
    link = add_recording(case, wearer=force.officer, by=force.investigator)
    mark = add_clip(force, link, {})
    with pytest.raises(Invalid) as refused:
        decide(force, case, cited_ids=[mark.pk], no_footage_reason=None, no_footage_link_id=link.pk)
    assert refused.value.field == "no_footage_reason"


def test_moments_and_recordings_of_another_case_are_refused(force: Force) -> None:
    case, other = handled_case(force), handled_case(force)
    link = add_recording(other, wearer=force.officer, by=force.investigator)
    mark = add_clip(force, link, {})
    with pytest.raises(Invalid) as refused:
        decide(force, case, cited_ids=[mark.pk])
    assert refused.value.field == "cited"
    with pytest.raises(Invalid) as refused:
        decide(force, case, no_footage_link_id=link.pk)
    assert refused.value.field == "no_footage_link"


def test_a_stale_version_is_refused(force: Force) -> None:
    case = handled_case(force)
    decide(force, case, version=0)
    with pytest.raises(StaleVersion):
        decide(force, case, version=0, rationale="Something else.")
    assert Finding.objects.get().rationale == "Reasons for allegation 1."


def test_a_hidden_allegation_is_not_there(force: Force) -> None:
    case = handled_case(force)
    with pytest.raises(NotFound):
        decide(force, case, actor=force.stranger)
    assert not decided_events(case)


@pytest.mark.parametrize("role", list(Role))
def test_only_roles_that_decide_may(force: Force, role: Role) -> None:
    case = handled_case(force)
    actor = make_user(role, team=force.team)
    if Permission.DECIDE_ALLEGATION in permissions_of({role}):
        assert decide(force, case, actor=actor).decided_by == actor
    else:
        with pytest.raises(NotPermitted):
            decide(force, case, actor=actor)
        assert not Finding.objects.exists()


def test_nothing_is_decided_while_the_supervisor_reads(force: Force) -> None:
    submission = submitted_case(force)
    with pytest.raises(NotNow):
        decide(force, submission.complaint, rationale="Something else.")


@pytest.mark.parametrize(
    "state", [CaseState.LOGGED, CaseState.SUSPENDED, CaseState.WITHDRAWN, CaseState.OUTCOME_SENT]
)
def test_nothing_is_decided_outside_the_handling(force: Force, state: CaseState) -> None:
    case = ready_case(force)
    Complaint.objects.filter(pk=case.pk).update(state=state)
    with pytest.raises(NotNow):
        decide(force, case, rationale="Something else.", no_footage_reason=reason())
