"""The list of cases: what it holds, in which order, in how many queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from audit.models import Event, EventPayload
from incidents.enums import CaseState
from incidents.models import CaseExclusion, Complaint
from incidents.selectors import cases
from incidents.selectors.cases import CaseFilters, list_cases
from incidents.services.logging import NewAllegation, NewSubject
from tests.factories.cases import NOW, category, handled_case, make_case
from tests.factories.people import Force, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def force() -> Force:
    return Force()


def get(user: User, **query: Any) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(reverse("incidents:case-list"), query)


def references(page: cases.CasePage) -> list[str]:
    return [row.case.reference for row in page.rows]


def test_pages_meet_without_gap_or_repeat_even_at_one_moment(
    force: Force, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cases, "PAGE_SIZE", 3)
    made = [make_case(force, now=NOW + timedelta(minutes=number // 3)) for number in range(8)]
    make_case(force, actor=force.stranger, team=force.other_team)

    seen, after = [], None
    while True:
        page = list_cases(force.investigator, CaseFilters(), after=after)
        seen += references(page)
        if page.next_after is None:
            break
        after = page.next_after

    in_order = sorted(made, key=lambda case: (case.logged_at, case.pk), reverse=True)
    assert seen == [case.reference for case in in_order]


def test_the_branches_together_are_what_is_visible(force: Force) -> None:
    by_team = make_case(force)
    make_case(force, is_restricted=True)
    kept_out = make_case(force)
    CaseExclusion.objects.create(
        complaint=kept_out, person=force.handler.person, reason="Line manager",
        made_by=force.supervisor, made_at=NOW,
    )  # fmt: skip
    elsewhere = make_case(force, actor=force.stranger, team=force.other_team)
    granted = handled_case(force, is_restricted=True)
    for user in (force.handler, force.investigator, force.stranger, force.auditor):
        together: set[Complaint] = set()
        for branch in Complaint.objects.branches_for(user):
            together |= set(branch)
        assert together == set(Complaint.objects.visible_to(user))
    shown = references(list_cases(force.investigator, CaseFilters()))
    assert set(shown) == {by_team.reference, kept_out.reference, granted.reference}
    assert elsewhere.reference not in shown


def test_an_inactive_account_sees_no_list(force: Force) -> None:
    make_case(force)
    force.handler.is_active = False
    assert list_cases(force.handler, CaseFilters()).rows == []


def test_the_count_stops_at_its_cap(force: Force, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases, "COUNT_CAP", 2)
    for _ in range(3):
        make_case(force)
    assert str(list_cases(force.handler, CaseFilters()).count) == "2+"


def test_filters_narrow(force: Force) -> None:
    handled = handled_case(force)
    logged = make_case(force, subjects=[NewSubject(person=make_person("Quillfeather"))], allegations=[
        make_allegation() for _ in range(1)
    ])  # fmt: skip
    user = force.investigator
    found = {
        "state": references(list_cases(user, CaseFilters(state=CaseState.LOCAL_INV))),
        "me": references(list_cases(user, CaseFilters(investigator="me"))),
        "nobody": references(list_cases(user, CaseFilters(investigator="nobody"))),
        "surname": references(list_cases(user, CaseFilters(text="quillFEATHER"))),
        "number": references(list_cases(user, CaseFilters(text=force.officer.collar_number))),
        "end": references(list_cases(user, CaseFilters(text=logged.reference[-5:].lower()))),
        "team": references(list_cases(user, CaseFilters(team=str(force.other_team.pk)))),
        "nonsense": references(list_cases(user, CaseFilters(team="x", investigator="y"))),
    }
    assert found == {
        "state": [handled.reference],
        "me": [handled.reference],
        "nobody": [logged.reference],
        "surname": [logged.reference],
        "number": [handled.reference],
        "end": [logged.reference],
        "team": [],
        "nonsense": [],
    }


def make_allegation() -> Any:
    return NewAllegation(category(), "He shouted.", (0,))


def test_the_queries_of_the_list_do_not_grow_with_it(force: Force) -> None:
    handled_case(force)
    with CaptureQueriesContext(
        connection,
    ) as one:
        list_cases(force.auditor, CaseFilters())
    for _ in range(5):
        handled_case(force)
    force.auditor.__dict__.pop("team_ids", None)
    force.auditor.__dict__.pop("role_set", None)
    with CaptureQueriesContext(connection) as six:
        list_cases(force.auditor, CaseFilters())
    # Roles, teams, count, ids, cases, footage, deadlines.
    assert len(one) == len(six) == 7


def test_the_page_asks_a_fixed_number_of_queries(force: Force) -> None:
    for _ in range(3):
        handled_case(force)
    client = Client()
    client.force_login(force.investigator)
    client.get(reverse("incidents:case-list"))
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse("incidents:case-list")).status_code == 200
    assert len(queries) == 13, [query["sql"][:90] for query in queries]


def test_a_whole_reference_goes_straight_to_its_case(force: Force) -> None:
    case = make_case(force)
    answer = get(force.handler, q=f" {case.reference.lower()} ")
    assert answer.status_code == 302
    assert answer.url == reverse("incidents:case", kwargs={"case_id": case.pk})


@pytest.mark.django_db(transaction=True)
def test_a_search_is_recorded_with_its_words_apart_and_hides_the_hidden() -> None:
    force = Force()
    case = make_case(force)
    start = Event.objects.order_by("-id").values_list("id", flat=True)[0]
    text = get(force.stranger, q=case.reference).content.decode()
    assert "No case that you can see fits these filters" in text
    event = Event.objects.get(id__gt=start)
    assert event.name == "incidents.case_list_viewed"
    assert event.details["shown"] == []
    assert case.reference not in str(event.details)
    assert EventPayload.objects.get(event_uuid=event.uuid).payload["searched"] == case.reference


def test_a_list_read_twice_is_one_consultation(force: Force) -> None:
    make_case(force)
    start = Event.objects.order_by("-id").values_list("id", flat=True)[0]
    get(force.auditor)
    get(force.auditor)
    assert Event.objects.filter(id__gt=start).count() == 1


def test_nonsense_in_the_address_is_an_empty_or_a_whole_list(force: Force) -> None:
    case = make_case(force)
    assert get(force.handler, after="x", state="y").status_code == 200
    assert case.reference in get(force.handler, after="x").content.decode()
