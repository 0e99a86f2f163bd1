"""My work: what waits for whom, in which order, and at what cost."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from bwcportal.phrasing import london_day
from incidents.enums import CaseState
from incidents.models import CaseExclusion, Complaint
from incidents.services.deadlines import start_deadline
from incidents.services.logging import NewIncident
from reviews.selectors.my_work import CLOCK_HORIZON, MOST_CLOCKS, MyWork, my_work
from reviews.services.submissions import NewPoint, answer_point
from tests.factories.cases import INCIDENT_AT, NOW, handled_case, make_case
from tests.factories.decisions import (
    HOUR,
    add_recording,
    ready_case,
    return_case,
    returned_case,
    signed_case,
    submit_case,
    submitted_case,
)
from tests.factories.people import Force, make_unit, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def force() -> Force:
    return Force()


def read(user: User, now: datetime = NOW + 6 * HOUR) -> MyWork:
    return my_work(user=User.objects.get(pk=user.pk), now=now)


def labels(work: MyWork) -> list[str]:
    return [plain(task.label) for task in work.tasks]


def plain(words: str) -> str:
    """Read a space that never breaks as a space."""
    return words.replace("\xa0", " ")


def incident(at: datetime) -> NewIncident:
    return NewIncident(place="Somewhere", unit=make_unit(), starts_at=at, ends_at=at)


# --- by role ----------------------------------------------------------------------------------


def test_the_investigator_has_the_clocks_of_the_case(force: Force) -> None:
    case = handled_case(force)
    (task,) = read(force.investigator).tasks
    assert (task.label, task.case) == ("Send the first update", case)
    assert task.on == london_day(NOW + timedelta(days=28))
    assert plain(task.detail) == "Handling began Mon 9 Nov 2026 + 28 days"
    assert task.states == []
    assert read(force.supervisor).tasks == []


def test_a_deadline_is_due_then_late(force: Force) -> None:
    handled_case(force)
    due = NOW + timedelta(days=28)
    today, late = read(force.investigator, due), read(force.investigator, due + timedelta(days=2))
    assert today.tasks[0].states == ["due_today"]
    assert late.tasks[0].states == ["overdue"]
    assert (today.summary["today"], late.summary["overdue"]) == (1, 1)


def test_what_is_far_away_is_counted_not_listed(force: Force) -> None:
    handled_case(force)
    work = read(force.investigator)
    assert "Write the 12-month report" not in labels(work)
    assert work.later_tasks == 1


def test_the_handler_decides_handling_and_others_do_not(force: Force) -> None:
    case = make_case(force)
    (task,) = read(force.handler).tasks
    assert task.label == "Decide how the complaint is handled"
    assert task.url == reverse("incidents:case", args=[case.pk])
    assert read(force.investigator).tasks == []
    assert read(force.auditor).tasks == []
    assert read(force.stranger).tasks == []


def test_a_submission_waits_for_its_supervisor_alone(force: Force) -> None:
    submission = submitted_case(force)
    deputy = make_user(Role.SUPERVISOR, team=force.team)
    assert labels(read(force.supervisor)) == ["Sign off version 1, or return it"]
    assert labels(read(deputy)) == []
    mine = read(force.investigator)
    (wait,) = mine.waits
    assert (wait.what, wait.who) == ("Sign-off of version 1", force.supervisor.display_name)
    assert wait.case == submission.complaint


def test_a_return_waits_for_the_investigator_with_its_words(force: Force) -> None:
    submission = returned_case(force)
    tasks = {plain(task.label): task for task in read(force.investigator).tasks}
    task = tasks["Answer the return: 2 of 2 points left"]
    assert task.states == ["returned_to_you"]
    assert task.on == submission.answer_by
    assert "Say which part of the recording you watched." in task.detail
    assert force.supervisor.display_name in task.detail
    assert sum("point" in label for label in tasks) == 1

    first = submission.points.get(number=1)
    answer_point(actor=force.investigator, point_id=first.pk, answer="All.", now=NOW + 4 * HOUR)
    changed = next(each for each in read(force.investigator).tasks if "return" in each.label)
    assert plain(changed.label) == "Answer the return: 1 of 2 points left"
    assert "Name the policy." in changed.detail


def test_only_the_last_return_counts(force: Force) -> None:
    first = returned_case(force)
    for point in first.points.all():
        answer_point(actor=force.investigator, point_id=point.pk, answer="All.", now=NOW + 4 * HOUR)
    second = submit_case(force, first.complaint, now=NOW + 5 * HOUR)
    assert not any("return" in label for label in labels(read(force.investigator)))
    return_case(force, second, points=[NewPoint("Again.")], now=NOW + 6 * HOUR)
    assert "Answer the return: 1 of 1 point left" in labels(read(force.investigator))


def test_after_signing_the_letter_waits(force: Force) -> None:
    signed_case(force)
    assert "Send the outcome letter" in labels(read(force.investigator))


def test_a_review_window_is_waited_for_and_then_finalised(force: Force) -> None:
    case = handled_case(force)
    Complaint.objects.filter(pk=case.pk).update(
        state=CaseState.OUTCOME_SENT, outcome_sent_on=NOW.date()
    )
    clock = start_deadline(case, "REVIEW_APPLY", started_on=NOW.date())
    during = read(force.supervisor)
    assert labels(during) == []
    assert [wait.who for wait in during.waits] == ["Complainant"]
    after = read(force.supervisor, NOW + timedelta(days=30))
    assert clock.due_on < london_day(NOW + timedelta(days=30))
    assert labels(after) == ["Finalise the case"]


def test_a_kept_out_person_has_nothing_of_the_case(force: Force) -> None:
    submission = submitted_case(force)
    CaseExclusion.objects.create(
        complaint=submission.complaint,
        person=force.supervisor.person,
        reason="Friend of the officer",
        made_by=force.auditor,
        made_at=NOW,
    )
    work = read(force.supervisor)
    assert (work.tasks, work.waits, work.cards, work.open_cases) == ([], [], [], 0)


# --- footage ----------------------------------------------------------------------------------


def test_footage_that_vanishes_first_stands_first(force: Force) -> None:
    now = INCIDENT_AT + timedelta(days=20)
    later = handled_case(force)
    add_recording(later, wearer=force.officer, by=force.investigator, preserved=False)
    sooner = handled_case(
        force, incident=incident(INCIDENT_AT - timedelta(days=3)), made_on=NOW.date()
    )
    far = handled_case(force, incident=incident(NOW - timedelta(hours=1)))
    work = read(force.investigator, now)
    assert [card.case for card in work.cards] == [sooner, later, far]
    assert [card.may_preserve for card in work.cards] == [False, True, False]
    early = read(force.investigator, NOW + 6 * HOUR)
    assert early.cards == []


def test_kept_and_gone_footage_has_no_clock(force: Force) -> None:
    case = handled_case(force)
    link = add_recording(case, wearer=force.officer, by=force.investigator, preserved=True)
    assert read(force.investigator, INCIDENT_AT + timedelta(days=29)).cards == []
    link.preservation.delete()
    assert len(read(force.investigator, INCIDENT_AT + timedelta(days=29)).cards) == 1
    assert read(force.investigator, INCIDENT_AT + timedelta(days=32)).cards == []


def test_who_cannot_preserve_gets_no_clock(force: Force) -> None:
    case = handled_case(force)
    Complaint.objects.filter(pk=case.pk).update(supervisor=force.auditor)
    assert read(force.auditor, INCIDENT_AT + timedelta(days=29)).cards == []


def test_a_wall_of_clocks_is_cut(force: Force) -> None:
    for _ in range(MOST_CLOCKS + 2):
        handled_case(force)
    work = read(force.investigator, INCIDENT_AT + timedelta(days=31) - CLOCK_HORIZON)
    assert (len(work.cards), work.more_cards) == (MOST_CLOCKS, 2)


# --- the page ---------------------------------------------------------------------------------


def queries_of(user: User, assert_num: Any, most: int) -> str:
    client = Client()
    client.force_login(user)
    client.get("/")
    with assert_num(most):
        response = client.get("/")
    assert response.status_code == 200
    page: str = response.content.decode()
    return page


def test_every_role_gets_its_page(force: Force) -> None:
    returned_case(force)
    submitted_case(force)
    make_case(force)
    for role in Role:
        client = Client()
        client.force_login(make_user(role, team=force.team))
        assert client.get("/").status_code == 200, role


def test_every_link_of_the_page_leads_where_the_person_may_go(force: Force) -> None:
    before = timezone.now() - timedelta(days=25)
    recent = {"incident": incident(before), "made_on": london_day(before), "now": before}
    handled_case(force, **recent)
    filmed = handled_case(force, **recent)
    add_recording(filmed, wearer=force.officer, by=force.investigator, preserved=False)
    for user in (force.handler, force.investigator, force.supervisor, force.retention_officer):
        client = Client()
        client.force_login(user)
        page = client.get(reverse("reviews:my-work")).content.decode()
        links = set(re.findall(r'href="(/cases/[^"#]*)', page))
        answers = {link: client.get(link).status_code for link in links}
        assert set(answers.values()) == {200}, answers


def test_an_empty_page_says_so(force: Force) -> None:
    client = Client()
    client.force_login(force.auditor)
    page = client.get("/").content.decode()
    assert "Nothing waits for you." in page
    assert "No open case is yours." in page


def test_the_page_costs_the_same_however_much_waits(
    force: Force, django_assert_num_queries: Any
) -> None:
    returned_case(force)
    submitted_case(force)
    few = queries_of(force.investigator, django_assert_num_queries, 14)
    for _ in range(3):
        case = ready_case(force)
        add_recording(case, wearer=None, by=force.investigator, preserved=False)
        returned_case(force)
        submitted_case(force)
    many = queries_of(force.investigator, django_assert_num_queries, 14)
    assert many.count("<tr>") > few.count("<tr>")
