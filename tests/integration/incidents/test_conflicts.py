"""Conflicts at assignment, at a grant, and those that come up later (T67); and nothing told (T29)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.human_beings import all_records, lines_on, managers_of
from accounts.identities import managers_above
from accounts.models import Membership, Person, Posting, ReportingLine, User
from accounts.roles import Role
from accounts.services.identities import link_records
from accounts.services.lines import begin_line, declare_interest, end_interest, end_line
from audit.models import Event
from bwcportal.errors import Invalid, NotFound, NotNow, NotPermitted
from bwcportal.phrasing import london_day
from incidents.enums import AssignmentRole, ConcernState, ConflictKind, Handling
from incidents.models import AssignmentConcern, Complaint
from incidents.selectors.conflicts import linked_cases
from incidents.services.access import grant_access
from incidents.services.conflicts import let_stand, recheck_case, recheck_conflicts
from incidents.services.handling import decide_handling
from incidents.services.linking import link_cases, unlink_cases
from incidents.services.logging import NewAllegation, NewSubject
from reviews.selectors.my_work import my_work
from tests.factories.cases import INCIDENT_AT, NOW, category, handled_case, make_case
from tests.factories.people import BEGINNING, Force, make_person, make_unit, make_user

pytestmark = pytest.mark.django_db

K = ConflictKind
LATER = NOW + timedelta(days=1)


@pytest.fixture
def force() -> Force:
    return Force()


def fresh(user: User) -> User:
    return User.objects.select_related("person").get(pk=user.pk)


def reports(person: Person, manager: Person, *, now: Any = NOW) -> ReportingLine:
    return begin_line(
        actor=make_user(Role.ADMINISTRATOR), person_id=person.pk, manager=manager,
        since=london_day(now) - timedelta(days=1), now=now,
    )  # fmt: skip


def assign(case: Complaint, force: Force, **changes: Any) -> Complaint:
    values = {"investigator": force.investigator, "supervisor": None, **changes}
    return decide_handling(
        actor=force.handler, case_id=case.pk, version=None,
        handling=Handling.S3_LOCAL_NON_SPECIAL, now=NOW, **values,
    )  # fmt: skip


def case_of(force: Force, *people: Person, **changes: Any) -> Complaint:
    return make_case(
        force,
        subjects=[NewSubject(person=person) for person in people],
        allegations=[NewAllegation(category(), "He pushed me.", (0,))],
        **changes,
    )


def labels(user: User) -> list[str]:
    return [task.label for task in my_work(user=fresh(user), now=LATER).tasks]


REASSIGN = "Reassign the case, or say why it stands"


# --- T67 ---------------------------------------------------------------------------------------


def directly(force: Force) -> None:
    reports(force.investigator.person, force.officer)


def indirectly(force: Force) -> None:
    between, above = make_person("Between"), make_person("Above")
    reports(force.investigator.person, between)
    reports(between, above)
    reports(above, force.officer)
    reports(force.officer, between)  # a ring, which must end by itself


def by_another_record(force: Force) -> None:
    other = make_person("Otherrecord")
    reports(force.investigator.person, other)
    link_records(
        actor=make_user(Role.ADMINISTRATOR), person_id=other.pk, other_id=force.officer.pk,
        why="TRANSFER", reason="One man", now=NOW,
    )  # fmt: skip


def above_the_officer(force: Force) -> None:
    reports(force.officer, force.investigator.person)


def by_interest(force: Force) -> None:
    declare_interest(
        actor=force.investigator, about_person=force.officer, about_words="",
        nature="Brother-in-law", now=NOW,
    )  # fmt: skip


def by_a_linked_case(force: Force) -> None:
    other = case_of(force, force.investigator.person)
    incident = Complaint.objects.get(pk=other.pk).incident
    Complaint.objects.exclude(pk=other.pk).update(incident=incident)


@pytest.mark.parametrize(
    ("happens", "words"),
    [
        (directly, "works under the management of"),
        (indirectly, "works under the management of"),
        (by_another_record, "works under the management of"),
        (above_the_officer, "manages"),
        (by_interest, "has declared an interest in"),
        (by_a_linked_case, "is complained about in a linked case"),
    ],
)
def test_t67_an_interested_party_or_a_subordinate_is_not_appointed(
    force: Force, happens: Any, words: str
) -> None:
    case = make_case(force)
    happens(force)
    for extra in ({}, {"conflict_reason": "There is nobody else"}):
        with pytest.raises(Invalid, match=words) as refused:
            assign(case, force, **extra)
        assert refused.value.field == "investigator"
    case.refresh_from_db()
    assert case.investigator is None


@pytest.mark.django_db(transaction=True)
def test_a_refusal_is_recorded_also_under_an_idempotency_key() -> None:
    force = Force()
    case = make_case(force)
    directly(force)
    with pytest.raises(Invalid):
        assign(case, force)
    client = Client()
    client.force_login(force.handler)
    answer = client.post(
        f"/api/v1/complaints/{case.pk}/handling",
        {"handling": "S3_OTBI", "investigator": str(force.investigator.pk), "supervisor": None},
        content_type="application/json",
        headers={"If-Match": f'"{case.version}"', "Idempotency-Key": "one"},
    )
    assert answer.status_code == 400
    assert answer.json()["code"] == "conflict"
    events = Event.objects.filter(name="incidents.conflict_refused")
    assert [each.outcome for each in events] == ["DENIED", "DENIED"]
    assert events[0].details == {
        "user": str(force.investigator.pk), "kinds": ["UNDER_SUBJECT"], "part": "investigator",
    }  # fmt: skip


def test_t67_a_later_reporting_line_raises_a_task_which_a_reason_or_a_new_line_ends(
    force: Force,
) -> None:
    case = handled_case(force)
    assert recheck_conflicts(now=NOW).raised == 0
    line = reports(force.investigator.person, force.officer)

    assert recheck_conflicts(now=NOW).raised == 1
    assert recheck_conflicts(now=NOW).raised == 0

    assert REASSIGN in labels(force.supervisor)
    assert REASSIGN not in labels(force.investigator)
    other = make_user(Role.SUPERVISOR, team=force.other_team)
    assert REASSIGN not in labels(other)
    end_line(actor=make_user(Role.ADMINISTRATOR), line_id=line.pk, until=london_day(NOW), now=NOW)
    assert recheck_conflicts(now=NOW).over == 1
    assert REASSIGN not in labels(force.supervisor)
    assert case.concerns.get().state == ConcernState.OVER


def test_t67_reassigning_ends_the_task(force: Force) -> None:
    case = handled_case(force)
    directly(force)
    recheck_case(case.pk, now=NOW)
    second = make_user(Role.INVESTIGATOR, team=force.team)
    assign(case, force, investigator=second, supervisor=force.supervisor)
    assert case.concerns.get().state == ConcernState.OVER
    assert REASSIGN not in labels(force.supervisor)


def test_why_an_assignment_stands_is_recorded_once_and_not_asked_again(force: Force) -> None:
    case = handled_case(force)
    directly(force)
    recheck_case(case.pk, now=NOW)
    concern = case.concerns.get()
    values = {"concern_id": concern.pk, "reason": "The line is on paper only", "now": LATER}
    for who, error in (
        (force.investigator, NotFound),  # nobody is told of their own
        (force.stranger, NotFound),
        (force.handler, NotPermitted),
    ):
        with pytest.raises(error):
            let_stand(actor=fresh(who), **values)
    let_stand(actor=force.supervisor, **values)
    concern.refresh_from_db()
    assert (concern.state, concern.decided_by) == (ConcernState.STANDS, force.supervisor)
    assert recheck_case(case.pk, now=LATER) == (0, 0, 0)
    with pytest.raises((NotFound, NotNow)):
        let_stand(actor=force.supervisor, **values)
    assert Event.objects.filter(name="incidents.concern_decided").count() == 1


def test_a_conflict_of_the_supervisor_is_a_task_of_another(force: Force) -> None:
    case = handled_case(force)
    deputy = make_user(Role.SUPERVISOR, team=force.team)
    reports(force.supervisor.person, force.officer)
    recheck_case(case.pk, now=NOW)
    assert REASSIGN in labels(deputy)
    assert REASSIGN not in labels(force.supervisor)
    assert case.concerns.get().role == AssignmentRole.SUPERVISOR


def test_somebody_whose_records_were_linked_later_loses_the_case(force: Force) -> None:
    case = handled_case(force)
    link_records(
        actor=make_user(Role.ADMINISTRATOR), person_id=force.investigator.person_id,
        other_id=force.officer.pk, why="STAFF_OFFICER", reason="One woman", now=NOW,
    )  # fmt: skip
    assert recheck_conflicts(now=NOW).taken == 1
    case.refresh_from_db()
    assert case.investigator is None


# --- soft --------------------------------------------------------------------------------------


def test_the_same_unit_on_the_day_is_refused_until_there_is_a_reason(force: Force) -> None:
    case = make_case(force)
    Posting.objects.create(
        person=force.investigator.person, unit=make_unit(), since=None,
        until=london_day(INCIDENT_AT),
    )  # fmt: skip
    with pytest.raises(Invalid, match="same unit on the day") as refused:
        assign(case, force)
    assert refused.value.field == "conflict_reason"
    assigned = assign(case, force, conflict_reason="Was on leave that week")
    assert assigned.investigator == force.investigator
    event = Event.objects.get(name="incidents.conflict_overridden")
    assert event.details["kinds"] == ["SAME_UNIT"]
    assert recheck_case(case.pk, now=LATER) == (0, 0, 0)


def test_a_unit_left_before_the_day_is_no_conflict(force: Force) -> None:
    case = make_case(force)
    Posting.objects.create(
        person=force.investigator.person, unit=make_unit(), since=None,
        until=london_day(INCIDENT_AT) - timedelta(days=1),
    )  # fmt: skip
    assert assign(case, force).investigator == force.investigator


def test_the_same_team_on_the_day_is_a_soft_conflict(force: Force) -> None:
    case = make_case(force)
    make_user(Role.COMPLAINT_HANDLER, team=force.team, person=force.officer)
    with pytest.raises(Invalid, match="same team on the day"):
        assign(case, force)
    Membership.objects.filter(user__person=force.officer).update(
        since=BEGINNING, until=INCIDENT_AT - timedelta(hours=1)
    )
    assert assign(case, force).investigator == force.investigator


def test_an_interest_in_words_is_asked_about_and_not_after_it_ends(force: Force) -> None:
    case = make_case(force)
    row = declare_interest(
        actor=force.investigator, about_person=None, about_words="4 Station Approach",
        nature="My parents live there", now=NOW - timedelta(days=2),
    )  # fmt: skip
    with pytest.raises(Invalid, match="an interest that may concern the case"):
        assign(case, force)
    end_interest(actor=force.investigator, interest_id=row.pk, reason="They moved", now=NOW)
    assert assign(case, force).investigator == force.investigator


# --- grants ---------------------------------------------------------------------------------------


def test_access_is_not_given_to_an_interested_party(force: Force) -> None:
    case = make_case(force)
    directly(force)
    with pytest.raises(Invalid, match="works under the management") as refused:
        grant_access(
            actor=force.supervisor, case_id=case.pk, user=force.investigator,
            reason="Asked", expires_at=None, now=NOW,
        )  # fmt: skip
    assert refused.value.field == "user"


# --- T29, T12: nothing of a hidden case ----------------------------------------------------------


def test_t29_a_conflict_from_a_hidden_case_refuses_nothing_and_names_nothing(force: Force) -> None:
    case = make_case(force)
    anti_corruption = make_user(Role.SUPERVISOR, Role.COMPLAINT_HANDLER, team=force.team)
    hidden = case_of(force, force.investigator.person, actor=anti_corruption, is_restricted=True)
    decide_handling(
        actor=anti_corruption, case_id=hidden.pk, version=None, handling=Handling.S3_OTBI,
        investigator=None, supervisor=None, now=NOW,
    )  # fmt: skip
    Complaint.objects.filter(pk=hidden.pk).update(
        supervisor=anti_corruption, incident=case.incident_id
    )
    case.refresh_from_db()

    assigned = assign(case, force, supervisor=force.supervisor)

    assert assigned.investigator == force.investigator
    concern = AssignmentConcern.objects.get()
    assert (concern.kind, concern.because) == (K.LINKED_PARTY, hidden)
    # Whoever may know of both is told; the supervisor of the case alone is not.
    assert REASSIGN in labels(anti_corruption)
    assert REASSIGN not in labels(force.supervisor)
    client = Client()
    client.force_login(force.supervisor)
    address = reverse("incidents:concern", args=[case.pk, concern.pk])
    assert client.get(address).status_code == 404
    for name in ("case", "access", "history"):
        text = client.get(reverse(f"incidents:{name}", args=[case.pk])).content.decode()
        assert hidden.reference not in text
        assert "linked case" not in text
    assert not Event.objects.filter(case_id=case.pk, name="incidents.concern_raised").exists()
    client.force_login(anti_corruption)
    assert hidden.reference in client.get(address).content.decode()


def test_t29_linking_tells_each_side_only_what_it_may_know(force: Force) -> None:
    case = make_case(force)
    hidden = case_of(force, force.second_officer, actor=force.handler, is_restricted=True)
    link_cases(
        actor=force.handler, case_id=case.pk, other=hidden.reference.lower(),
        reason="One evening", now=NOW,
    )  # fmt: skip
    address = reverse("incidents:case", args=[hidden.pk])
    client = Client()
    client.force_login(force.supervisor)
    for name in ("case", "history", "access"):
        text = client.get(reverse(f"incidents:{name}", args=[case.pk])).content.decode()
        assert hidden.reference not in text
        assert address not in text
    client.force_login(force.handler)
    assert address in client.get(reverse("incidents:case", args=[case.pk])).content.decode()


def test_t29_the_record_of_a_case_says_nothing_of_a_link(force: Force) -> None:
    """Neither page, number nor export of one case tells its readers that there is another."""
    case = make_case(force)
    hidden = case_of(force, force.second_officer, actor=force.handler, is_restricted=True)
    before = set(
        Event.objects.filter(case_id__in=[case.pk, hidden.pk]).values_list("pk", flat=True)
    )
    link_cases(
        actor=force.handler, case_id=case.pk, other=hidden.reference, reason="One gang", now=NOW
    )
    unlink_cases(
        actor=force.handler, case_id=case.pk, other_id=hidden.pk, reason="Two gangs", now=NOW
    )

    after = set(Event.objects.filter(case_id__in=[case.pk, hidden.pk]).values_list("pk", flat=True))
    assert after == before
    made, ended = Event.objects.filter(subject_type="case_link").order_by("pk")
    assert (made.name, ended.name) == ("incidents.cases_linked", "incidents.cases_unlinked")
    first, second = sorted((case.pk, hidden.pk))
    assert made.details == ended.details == {"first": str(first), "second": str(second)}
    history = reverse("incidents:history", args=[case.pk])
    client = Client()
    client.force_login(force.auditor)
    assert "Links with other cases" not in client.get(history).content.decode()
    client.force_login(force.handler)
    page = client.get(history).content.decode()
    for words in ("Links with other cases", hidden.reference, "One gang", "Two gangs"):
        assert words in page


def test_two_cases_can_be_linked_again_after_their_link_was_ended(force: Force) -> None:
    case, other = make_case(force), make_case(force)
    both: dict[str, Any] = {"actor": force.handler, "case_id": case.pk, "now": NOW}
    link_cases(other=other.reference, reason="One evening", **both)
    with pytest.raises(Invalid, match="linked already"):
        link_cases(other=other.reference, reason="One evening", **both)
    unlink_cases(other_id=other.pk, reason="Another evening", **both)
    assert list(linked_cases(case)) == []
    with pytest.raises(NotFound):
        unlink_cases(other_id=other.pk, reason="Once more", **both)
    link_cases(other=other.reference, reason="The same after all", **both)
    assert list(linked_cases(other)) == [case]


def test_t12_linking_to_a_hidden_case_is_answered_like_to_none(force: Force) -> None:
    case = make_case(force)
    hidden = case_of(force, force.second_officer, is_restricted=True)
    answers = []
    for reference in (hidden.reference, "CM-26-ZZZZZ"):
        with pytest.raises(Invalid) as refused:
            link_cases(
                actor=force.investigator, case_id=case.pk, other=reference, reason="x", now=NOW
            )
        answers.append(refused.value.message.replace(reference, ""))
    assert answers[0] == answers[1]


# --- the page ---------------------------------------------------------------------------------------


def test_the_handling_page_asks_for_the_reason_and_keeps_what_was_chosen(force: Force) -> None:
    case = make_case(force)
    make_user(Role.COMPLAINT_HANDLER, team=force.team, person=force.officer)
    client = Client()
    client.force_login(force.handler)
    address = reverse("incidents:decide-handling", args=[case.pk])
    assert "possible conflict may stand" not in client.get(address).content.decode()
    data = {
        "version": case.version, "handling": "S3_OTBI", "supervisor": "",
        "investigator": force.investigator.pk,
    }  # fmt: skip
    refused = client.post(address, data)
    text = refused.content.decode()
    assert refused.status_code == 400
    assert "Why the possible conflict may stand" in text
    assert f'<option value="{force.investigator.pk}" selected' in text
    assert client.post(address, {**data, "conflict_reason": "On leave"}).status_code == 302


def test_the_page_of_a_conflict_records_why_it_stands(force: Force) -> None:
    case = handled_case(force)
    directly(force)
    recheck_case(case.pk, now=NOW)
    client = Client()
    client.force_login(force.supervisor)
    address = reverse("incidents:concern", args=[case.pk, case.concerns.get().pk])
    text = client.get(address).content.decode()
    assert "works under the management of" in text
    assert client.post(address, {"reason": ""}).status_code == 400
    assert client.post(address, {"reason": "On paper only"}).status_code == 302
    assert client.get(address).status_code == 404


# --- the database agrees with the rule ----------------------------------------------------------


class ManagersAgree(TestCase):
    """What PostgreSQL finds above a person is what the rule says, over random lines and links."""

    def setUp(self) -> None:
        self.people = [make_person(f"Line{number}") for number in range(7)]
        self.clerk = make_user(Role.ADMINISTRATOR)

    @settings(max_examples=40, deadline=None)
    @given(
        lines=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=12),
        links=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=3),
    )
    def test_managers(self, lines: list[tuple[int, int]], links: list[tuple[int, int]]) -> None:
        with transaction.atomic():
            day = london_day(NOW)
            for a, b in {pair for pair in links if pair[0] < pair[1]}:
                link_records(
                    actor=self.clerk, person_id=self.people[a].pk, other_id=self.people[b].pk,
                    why="TWICE", reason="Test", now=NOW,
                )  # fmt: skip
            for a, b in {pair for pair in lines if pair[0] != pair[1]}:
                ReportingLine.objects.create(
                    person=self.people[a], manager=self.people[b], since=day, made_by=self.clerk
                )
            same = {
                person.pk: person.other_ids
                for person in Person.objects.filter(pk__in=[each.pk for each in self.people])
            }
            for person in self.people:
                start = all_records([person.pk])
                assert managers_of(start, on=day) == managers_above(start, lines_on(day), same)
            transaction.set_rollback(True)
        assert connection.in_atomic_block
