"""Searching for footage and attaching it: every search is a fact, found or not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from accounts.roles import Role
from audit.models import Event
from bwcportal.errors import Invalid, NotFound, NotNow, NotPermitted
from incidents.enums import ContributionKind, SearchResult
from incidents.footage_sources.errors import FootageGone, SourceUnavailable
from incidents.models import Complaint, FootageItem, FootageLink, FootageSearch
from incidents.selectors.found_footage import hits_of
from incidents.services.footage import attach_footage, record_search, search_footage
from incidents.services.losses import SEEN_GONE, mark_lost
from incidents.services.preservation import request_preservation
from tests.factories.cases import INCIDENT_AT, NOW, handled_case, make_case
from tests.factories.footage import around_incident, attached, path_of, put_recording
from tests.factories.people import Force, make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def force() -> Force:
    return Force()


def events(case: Complaint) -> list[str]:
    """Name the events of a case that were written after it was logged."""
    names = Event.objects.filter(case_id=case.pk).order_by("id").values_list("name", flat=True)
    return [name for name in names if "footage" in name or "search" in name or "preserv" in name]


def test_a_search_is_recorded_with_what_it_found(force: Force, folder: Path) -> None:
    case = make_case(force)
    late = put_recording(
        folder, collar=force.officer.collar_number, recorded_on=INCIDENT_AT + timedelta(minutes=9)
    )
    early = put_recording(folder, collar=force.officer.collar_number)
    put_recording(folder, collar=force.second_officer.collar_number)

    search, found = search_footage(
        actor=force.investigator,
        case_id=case.pk,
        criteria=around_incident(force.officer.collar_number),
        now=NOW,
    )

    assert [item.external_id for item in found] == [early, late]
    search.refresh_from_db()
    assert (search.result, search.found_count) == (SearchResult.FOUND, 2)
    assert search.found_external_ids == [early, late]
    assert search.collar_numbers == [force.officer.collar_number]
    assert events(case) == ["incidents.footage_searched"]
    assert case.contributions.filter(
        person=force.investigator.person, kind=ContributionKind.SEARCHED
    ).exists()


def test_nothing_found_is_a_fact(force: Force, folder: Path) -> None:
    case = make_case(force)
    search, found = search_footage(
        actor=force.investigator, case_id=case.pk, criteria=around_incident("9999ZZ"), now=NOW
    )
    assert found == []
    assert search.result == SearchResult.NONE
    assert events(case) == ["incidents.footage_searched"]


def test_an_evidence_system_that_is_down_leaves_a_trace_of_the_attempt(
    force: Force, folder: Path
) -> None:
    case = make_case(force)
    folder.rename(folder.with_name("gone"))
    with pytest.raises(SourceUnavailable):
        search_footage(
            actor=force.investigator, case_id=case.pk, criteria=around_incident("1QX"), now=NOW
        )
    search = FootageSearch.objects.get(complaint=case)
    assert search.result == SearchResult.NO_ACCESS
    assert "Try again" in search.note


@pytest.mark.parametrize(
    ("starts", "ends", "field"),
    [
        (timedelta(hours=2), timedelta(hours=1), "until"),
        (timedelta(), timedelta(hours=49), "until"),
        (timedelta(days=3), timedelta(days=3, hours=1), "day"),
    ],
)
def test_a_search_is_bound_to_its_incident(
    force: Force, folder: Path, starts: timedelta, ends: timedelta, field: str
) -> None:
    case = make_case(force)
    criteria = replace(
        around_incident("1QX"), window_from=INCIDENT_AT + starts, window_to=INCIDENT_AT + ends
    )
    with pytest.raises(Invalid) as refused:
        search_footage(actor=force.investigator, case_id=case.pk, criteria=criteria, now=NOW)
    assert refused.value.field == field
    assert not FootageSearch.objects.exists()


def test_a_fact_found_out_by_hand_is_recorded(force: Force, folder: Path) -> None:
    case = make_case(force)
    search = record_search(
        actor=force.investigator,
        case_id=case.pk,
        criteria=around_incident(force.officer.collar_number),
        result=SearchResult.NOT_ACTIVATED,
        place="Dock log, Tarrow station",
        note="Battery flat: shift log",
        now=NOW,
    )
    assert (search.source, search.place, search.found_count) == ("", "Dock log, Tarrow station", 0)
    assert events(case) == ["incidents.search_recorded"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"note": "  "}, "note"),
        ({"result": SearchResult.FOUND}, "result"),
        ({"criteria": around_incident()}, "officers"),
    ],
)
def test_a_fact_by_hand_needs_its_parts(
    force: Force, folder: Path, changes: dict[str, object], field: str
) -> None:
    case = make_case(force)
    values = {
        "criteria": around_incident("1QX"),
        "result": SearchResult.NOT_WORN,
        "place": "",
        "note": "Said so",
    }
    with pytest.raises(Invalid) as refused:
        record_search(actor=force.investigator, case_id=case.pk, now=NOW, **(values | changes))
    assert refused.value.field == field
    assert not FootageSearch.objects.exists()


def test_attaching_numbers_the_recording_and_copies_its_facts(force: Force, folder: Path) -> None:
    case = make_case(force)
    first = attached(case, force, folder)
    second = attached(case, force, folder)
    assert (first.label, second.label) == ("F1", "F2")
    footage = first.footage
    assert footage.wearer == force.officer
    assert footage.recorded_on == INCIDENT_AT
    assert footage.starts_at == INCIDENT_AT - timedelta(seconds=1)
    assert footage.duration_ms == 2000
    assert footage.auto_delete_at == INCIDENT_AT + timedelta(days=31)
    assert (footage.frame_rate_numerator, footage.frame_rate_denominator) == (25, 1)
    case.refresh_from_db()
    assert case.version == 3
    assert events(case).count("incidents.footage_attached") == 2


def test_attaching_twice_gives_the_same_link_and_one_event(force: Force, folder: Path) -> None:
    case = make_case(force)
    link = attached(case, force, folder)
    again = attach_footage(
        actor=force.investigator,
        case_id=case.pk,
        external_id=link.footage.external_id,
        reason="Again",
        now=NOW,
    )
    assert again == link
    assert events(case).count("incidents.footage_attached") == 1


def test_one_recording_in_two_cases_is_one_row(force: Force, folder: Path) -> None:
    case, other = make_case(force), make_case(force)
    link = attached(case, force, folder)
    search_footage(
        actor=force.investigator,
        case_id=other.pk,
        criteria=around_incident(force.officer.collar_number),
        now=NOW,
    )
    second = attach_footage(
        actor=force.investigator,
        case_id=other.pk,
        external_id=link.footage.external_id,
        reason="The same incident",
        now=NOW,
    )
    assert second.footage_id == link.footage_id
    assert FootageItem.objects.count() == 1


def test_what_no_search_found_cannot_be_attached(force: Force, folder: Path) -> None:
    case = make_case(force)
    external_id = put_recording(folder, collar=force.officer.collar_number)
    with pytest.raises(NotNow, match="Search for it first"):
        attach_footage(
            actor=force.investigator, case_id=case.pk, external_id=external_id, reason="x", now=NOW
        )
    assert not FootageLink.objects.exists()


def test_what_is_gone_by_now_cannot_be_attached(force: Force, folder: Path) -> None:
    case = make_case(force)
    external_id = put_recording(folder, collar=force.officer.collar_number)
    search_footage(actor=force.investigator, case_id=case.pk, criteria=around_incident(), now=NOW)
    path_of(folder, external_id).unlink()
    with pytest.raises((FootageGone, NotFound)):
        attach_footage(
            actor=force.investigator, case_id=case.pk, external_id=external_id, reason="x", now=NOW
        )
    assert not FootageLink.objects.exists()


def test_a_stranger_cannot_tell_that_there_is_a_case(force: Force, folder: Path) -> None:
    case = make_case(force)
    with pytest.raises(NotFound):
        search_footage(
            actor=force.stranger, case_id=case.pk, criteria=around_incident("1QX"), now=NOW
        )
    with pytest.raises(NotFound):
        attach_footage(
            actor=force.stranger, case_id=case.pk, external_id="FF-1", reason="x", now=NOW
        )
    assert not FootageSearch.objects.exists()
    assert set(
        Event.objects.filter(subject_id=str(case.pk), outcome="DENIED").values_list(
            "name", flat=True
        )
    ) == {"incidents.access_refused"}


def test_who_sees_the_case_but_has_no_such_role_is_refused(force: Force, folder: Path) -> None:
    case = make_case(force)
    reader = make_user(Role.OVERSIGHT, team=force.team)
    with pytest.raises(NotPermitted):
        search_footage(actor=reader, case_id=case.pk, criteria=around_incident("1QX"), now=NOW)
    assert not FootageSearch.objects.exists()


def test_a_closed_case_takes_no_footage(force: Force, folder: Path) -> None:
    case = make_case(force)
    Complaint.objects.filter(pk=case.pk).update(state="SUPERVISOR_REVIEW")
    with pytest.raises(NotNow):
        search_footage(
            actor=force.investigator, case_id=case.pk, criteria=around_incident("1QX"), now=NOW
        )
    assert not FootageSearch.objects.exists()


def test_t30_what_one_case_did_with_a_recording_is_not_told_in_another(folder: Path) -> None:
    """T30: neither the hold, nor the hash, nor the words with which a loss was reported."""
    force, other = Force(), Force(make_team("T8"), make_team("T9"))
    other.officer = force.officer
    theirs = handled_case(other)
    link = attached(theirs, other, folder)
    request_preservation(actor=other.investigator, link_id=link.pk, now=NOW)
    mine = handled_case(force)
    criteria = around_incident(force.officer.collar_number)

    search, found = search_footage(
        actor=force.investigator, case_id=mine.pk, criteria=criteria, now=NOW
    )
    (hit,) = hits_of(search)
    own = attach_footage(
        actor=force.investigator,
        case_id=mine.pk,
        external_id=hit.external_id,
        reason="Worn by the officer",
        now=NOW,
    )

    assert (found[0].on_hold, found[0].sha256) == (False, None)
    assert hit.found is not None
    assert not hit.found.on_hold
    assert own.own_sha256 == ""
    path_of(folder, hit.external_id).unlink()
    mark_lost(actor=other.investigator, link_id=link.pk, reason="Secret reason", now=NOW)
    own, link = FootageLink.objects.get(pk=own.pk), FootageLink.objects.get(pk=link.pk)
    assert link.lost_reason == "Secret reason"
    assert own.lost_reason == SEEN_GONE
