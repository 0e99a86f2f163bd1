"""The list of cases: what it holds, in which order, in how many queries."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import branched_lists
from accounts.models import User
from accounts.standing import account_of_id
from audit.models import Event, EventPayload
from incidents.enums import CaseState
from incidents.models import CaseExclusion, Complaint
from incidents.selectors import cases
from incidents.selectors.cases import CaseFilters, list_cases
from incidents.services.logging import NewAllegation, NewSubject
from tests.answers import without_tokens
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


def test_pages_meet_without_gap_or_repeat_even_at_one_moment(force: Force) -> None:
    made = [make_case(force, now=NOW + timedelta(minutes=number // 3)) for number in range(8)]
    make_case(force, actor=force.stranger, team=force.other_team)

    seen, after = [], ""
    for _ in range(3):
        page = list_cases(force.investigator, CaseFilters(), after=after, size=3)
        seen += references(page)
        after = page.next_after
    assert after == ""

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
    monkeypatch.setattr(branched_lists.take_counted, "__kwdefaults__", {"cap": 2})
    for _ in range(3):
        make_case(force)
    assert str(list_cases(force.handler, CaseFilters(), size=1).count) == "2+"


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
        "team": references(list_cases(user, CaseFilters(team=force.other_team.pk))),
        "open": references(list_cases(user, CaseFilters(state="open", investigator="me"))),
    }
    assert found == {
        "state": [handled.reference],
        "me": [handled.reference],
        "nobody": [logged.reference],
        "surname": [logged.reference],
        "number": [handled.reference],
        "end": [logged.reference],
        "team": [],
        "open": [handled.reference],
    }


def make_allegation() -> Any:
    return NewAllegation(category(), "He shouted.", (0,))


def forget(user: User) -> User:
    """The same account as a new request reads it."""
    found = account_of_id(user.pk, now=timezone.now())
    assert found is not None
    return found


@pytest.mark.parametrize("size", [25, 100])
def test_the_list_takes_six_queries_at_25_and_at_100_rows(force: Force, size: int) -> None:
    for _ in range(3):
        handled_case(force)
    one = handled_case(force)
    with CaptureQueriesContext(connection) as few:
        list_cases(forget(force.auditor), CaseFilters(), size=size)
    Complaint.objects.bulk_create(copies_of(one, 100))
    with CaptureQueriesContext(connection) as many:
        page = list_cases(forget(force.auditor), CaseFilters(), size=size)
    assert len(page.rows) == size
    # The account with roles and teams; ids with their count, cases, people, footage, deadlines.
    assert len(few) == len(many) == 1 + 5


def copies_of(case: Complaint, number: int) -> list[Complaint]:
    """Make rows like one case, each with a reference of its own."""
    copies = []
    for index in range(number):
        copy = Complaint.objects.get(pk=case.pk)
        copy.pk = uuid.uuid4()
        copy.reference = f"CM-26-Z{index:04d}"
        copies.append(copy)
    return copies


def test_the_page_asks_a_fixed_number_of_queries(force: Force) -> None:
    case = handled_case(force)
    Complaint.objects.bulk_create(copies_of(case, 110))
    client = Client()
    client.force_login(force.investigator)
    # The first request of a session notes with which roles it was begun.
    client.get(reverse("incidents:case-list"), {"size": 50})
    asked: dict[int, list[int]] = {}
    for size in (25, 100):
        asked[size] = []
        for _ in range(2):
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(reverse("incidents:case-list"), {"size": size})
            assert answer.content.count(b"CM-26-Z") >= size - 1
            asked[size].append(len(queries))
    # The session with the account; the list's five; whether it was read lately, and the record of it
    # the first time; the teams and the investigators to narrow by.
    assert asked == {25: [10, 9], 100: [10, 9]}


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


@pytest.mark.parametrize(
    "query",
    [
        {"subject__surname__startswith": "B"},
        {"team__memberships__user__password__regex": "^p"},
        {"grants__user": "1"},
        {"_connector": "OR"},
        {"order": "-team__code"},
        {"ordering": "title"},
        {"state": "y"},
        {"state": "LOGGED' OR 1=1"},
        {"team": "x"},
        {"size": "26"},
        {"size": "10000"},
        {"after": "x"},
        {"q": "x" * 61},
        {"q": "x" * 100_000},
        {"q": "a\x00b"},
        {"state": ["LOGGED", "OTBI"]},
    ],
    ids=str,
)
def test_t24_t25_what_a_list_does_not_know_is_refused_alike_whatever_is_hidden(
    force: Force, query: dict[str, Any]
) -> None:
    before = get(force.stranger, **query)
    make_case(force)
    after = get(force.stranger, **query)
    assert (before.status_code, after.status_code) == (400, 400)
    assert plain(before) == plain(after)


def test_t24_an_id_that_is_hidden_and_one_that_names_nothing_narrow_alike(force: Force) -> None:
    make_case(force)
    hidden = get(force.stranger, team=force.team.pk, investigator=force.investigator.pk)
    absent = get(force.stranger, team=uuid.uuid4(), investigator=uuid.uuid4())
    assert hidden.status_code == absent.status_code == 200
    text = [re.sub(r"[0-9a-f-]{36}", "", plain(answer)) for answer in (hidden, absent)]
    assert text[0] == text[1]


def plain(answer: Any) -> str:
    """The page without what is fresh in every answer."""
    text = without_tokens(answer.content).decode()
    return re.sub(r'data-request="[^"]*"', "", text)


def test_an_investigator_of_many_teams_is_typed_and_a_wrong_name_keeps_what_was_typed(
    force: Force, monkeypatch: pytest.MonkeyPatch
) -> None:
    handled = handled_case(force)
    monkeypatch.setattr(cases, "MOST_TEAMS_LOOKED_THROUGH", 0)
    number = force.investigator.person.collar_number
    assert handled.reference in get(force.handler, investigator=number).content.decode()
    answer = get(force.handler, investigator="Nobodyatall", q="Brannick")
    assert answer.status_code == 400
    text = answer.content.decode()
    assert "Enter the collar number or surname of an investigator" in text
    assert 'value="Nobodyatall"' in text
    assert 'value="Brannick"' in text
    # Somebody outside the person's teams is like nobody.
    outside = force.stranger.person.collar_number
    assert get(force.handler, investigator=outside).status_code == 400
