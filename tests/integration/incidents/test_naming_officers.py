"""Naming an officer on a case that is open: at once, silently, and whoever may be meant as well."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import CollarNumber, Person, User
from accounts.roles import Role
from audit.models import Event
from bwcportal.errors import Invalid, NotFound, NotNow, NotPermitted, StaleVersion
from incidents.enums import ExclusionKind, MatchState
from incidents.models import CaseExclusion, Complaint, ComplaintSubject, SubjectMatch
from incidents.selectors.access import who_can_see
from incidents.selectors.access_history import read_history
from incidents.selectors.access_paths.bars import COMPLAINED_AGAINST, NAMED_BY_MISTAKE
from incidents.services.excluding import end_exclusion, exclude_person
from incidents.services.logging import NewSubject
from incidents.services.matching import reject_matches
from incidents.services.subjects import add_subject, describe_subject, identify_subject
from reviews.selectors.my_work import my_work
from tests.answers import without_tokens
from tests.factories.callers import Caller
from tests.factories.cases import NOW, handled_case, make_case
from tests.factories.decisions import ready_case
from tests.factories.people import Force, make_person, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def force() -> Force:
    return Force()


def fresh(user: User) -> User:
    return User.objects.select_related("person").get(pk=user.pk)


def sees(user: User, case: Complaint) -> bool:
    return Complaint.objects.visible_to(fresh(user)).filter(pk=case.pk).exists()


def name(case: Complaint, person: Person, *, actor: User) -> ComplaintSubject:
    return add_subject(
        actor=actor, case_id=case.pk, version=None, person=person, description="", now=NOW
    )


def described(case: Complaint, text: str, *, actor: User) -> ComplaintSubject:
    return add_subject(
        actor=actor, case_id=case.pk, version=None, person=None, description=text, now=NOW
    )


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def labels(user: User) -> list[str]:
    return [task.label for task in my_work(user=fresh(user), now=NOW).tasks]


# --- T03 ---------------------------------------------------------------------------------------


def test_t03_the_investigator_who_is_named_finds_that_there_never_was_a_case(force: Force) -> None:
    case = ready_case(force)
    link = case.footage_links.first()
    client = signed_in(force.investigator)
    pages = {
        "case": ("incidents:case", "case_id"),
        "room": ("reviews:room", "case_id"),
        "footage": ("incidents:footage", "case_id"),
        "findings": ("reviews:findings", "case_id"),
        "api": ("api-complaint", "case_id"),
        "api events": ("api-events", "case_id"),
    }
    ids = {"case_id": case.pk, "link_id": link.pk}
    stream = _stream(client, case, link)
    # The evidence system of this test holds no file: a 409 says that the recording is known.
    assert client.get(stream).status_code == 409
    assert client.get(reverse("incidents:case", args=[case.pk])).status_code == 200
    events = set(Event.objects.values_list("pk", flat=True))

    name(case, force.investigator.person, actor=force.handler)

    for route, part in pages.values():
        here = client.get(reverse(route, kwargs={part: ids[part]}))
        nowhere = client.get(reverse(route, kwargs={part: uuid.uuid4()}))
        assert (here.status_code, without_tokens(here.content)) == (
            nowhere.status_code,
            without_tokens(nowhere.content),
        ), route
        assert here.status_code == 404
    version = Complaint.objects.get(pk=case.pk).version
    posts: dict[str, dict[str, Any]] = {
        reverse("incidents:suspend", args=[case.pk]): {"version": version, "reason": "x"},
        reverse("reviews:submit", args=[case.pk]): {"supervisor": force.supervisor.pk},
        reverse("incidents:footage-search", args=[case.pk]): {},
    }
    for address, data in posts.items():
        here = client.post(address, data)
        nowhere = client.post(address.replace(str(case.pk), str(uuid.uuid4())), data)
        assert (here.status_code, without_tokens(here.content)) == (
            404,
            without_tokens(nowhere.content),
        ), address
    assert client.get(stream).status_code == 404
    for address in (reverse("reviews:my-work"), reverse("incidents:case-list")):
        page = client.get(address).content.decode()
        assert case.reference not in page
        assert case.title not in page
    assert labels(force.investigator) == []
    # Nothing that was written afterwards tells him: every event of the naming is of the case.
    told = Event.objects.exclude(pk__in=events).filter(actor_id=str(force.investigator.pk))
    assert not told.filter(outcome="ALLOWED", case_id=case.pk).exists()


def _stream(client: Client, case: Complaint, link: Any) -> str:
    answer = client.post(reverse("reviews:room-recording", args=[case.pk, link.pk]))
    assert answer.status_code == 200, answer.content
    return str(answer.json()["url"])


def test_t03_the_supervisor_of_the_team_is_told_that_the_case_needs_somebody(force: Force) -> None:
    case = handled_case(force)
    assert "Needs a new investigator" not in labels(force.supervisor)

    name(case, force.investigator.person, actor=force.handler)

    case.refresh_from_db()
    assert case.investigator is None
    assert "Needs a new investigator" in labels(force.supervisor)
    other = make_user(Role.SUPERVISOR, team=force.other_team)
    assert "Needs a new investigator" not in labels(other)
    event = Event.objects.get(name="incidents.unassigned")
    assert event.details == {"role": "investigator", "user": str(force.investigator.pk)}


def test_naming_a_supervisor_takes_the_case_from_them_and_not_from_others(force: Force) -> None:
    case = handled_case(force)
    name(case, force.supervisor.person, actor=force.handler)
    case.refresh_from_db()
    assert (case.supervisor, case.investigator) == (None, force.investigator)
    assert sees(force.investigator, case)


# --- adding and naming --------------------------------------------------------------------------


def test_an_officer_is_added_with_their_allegations(force: Force) -> None:
    case = handled_case(force)
    first = case.allegations.order_by("number").first()
    subject = add_subject(
        actor=force.investigator, case_id=case.pk, version=case.version,
        person=force.second_officer, description="", allegation_ids=[first.pk], now=NOW,
    )  # fmt: skip
    assert list(subject.allegations.all()) == [first]
    assert subject.named_at == NOW
    assert Complaint.objects.get(pk=case.pk).version == case.version + 1
    event = Event.objects.get(name="incidents.subject_added")
    assert event.details["person"] == str(force.second_officer.pk)
    assert force.second_officer.surname not in str(event.details)


def test_who_an_officer_is_can_be_said_and_corrected(force: Force) -> None:
    case = handled_case(force)
    subject = case.subjects.get(person__isnull=True)
    user = make_user(Role.INVESTIGATOR, team=force.team, person=force.second_officer)

    def say(person: Person) -> ComplaintSubject:
        return identify_subject(
            actor=force.handler, subject_id=subject.pk, version=None, person=person,
            reason="Seen on the recording", now=NOW,
        )  # fmt: skip

    assert say(force.second_officer).description == "Tall, with a beard"
    assert not sees(user, case)
    say(make_person("Rightone"))
    assert sees(user, case)
    assert Event.objects.filter(name="incidents.subject_identified").count() == 2


def test_who_was_named_by_mistake_is_kept_with_its_time(force: Force) -> None:
    case = handled_case(force)
    subject = case.subjects.get(person=force.officer)
    user = make_user(Role.INVESTIGATOR, team=force.team, person=force.officer)
    first, second = NOW + timedelta(hours=2), NOW + timedelta(hours=5)

    for person, moment in ((force.second_officer, first), (make_person("Rightone"), second)):
        identify_subject(
            actor=force.handler, subject_id=subject.pk, version=None, person=person,
            reason="Seen on the recording", now=moment,
        )  # fmt: skip

    subject.refresh_from_db()
    assert (subject.person.surname, subject.named_at) == ("Rightone", second)
    rows = subject.former_namings.order_by("named_at")
    assert [(row.person, row.named_at, row.corrected_at) for row in rows] == [
        (force.officer, NOW, first), (force.second_officer, first, second),
    ]  # fmt: skip
    assert {row.corrected_by for row in rows} == {force.handler}

    def out_at(moment: datetime) -> dict[Person, str]:
        return {each.person: each.reason for each in who_can_see(case, at=moment).kept_out}

    def seen_at(moment: datetime) -> bool:
        return user in {seer.user for seer in who_can_see(case, at=moment).seers}

    hour = timedelta(hours=1)
    assert out_at(NOW + hour) == {force.officer: NAMED_BY_MISTAKE}
    assert out_at(first + hour) == {force.second_officer: NAMED_BY_MISTAKE}
    assert out_at(second + hour) == {subject.person: COMPLAINED_AGAINST}
    assert [seen_at(moment + hour) for moment in (NOW, first, second)] == [False, True, True]
    history = read_history(case, until=second + hour)
    assert [each.begin for each in history.stretches(user.pk)] == [first]


def test_the_page_and_the_api_say_who_was_named_by_mistake(force: Force) -> None:
    case = handled_case(force)
    subject = case.subjects.get(person=force.officer)
    identify_subject(
        actor=force.handler, subject_id=subject.pk, version=None, person=force.second_officer,
        reason="Seen on the recording", now=NOW + timedelta(hours=2),
    )  # fmt: skip
    client = Client()
    client.force_login(force.handler)

    drawn = client.get(reverse("incidents:officer", args=[case.pk, subject.pk])).content.decode()
    told = Caller(force.handler).get(f"/subjects/{subject.pk}").json

    assert "Named before, by mistake" in drawn
    assert "Seen on the recording" in drawn
    assert [row["officer"]["id"] for row in told["named_before"]] == [str(force.officer.pk)]
    assert told["named_before"][0]["named_at"] == "2026-11-09T10:00:00Z"


def test_naming_is_refused_three_ways(force: Force) -> None:
    case = handled_case(force)
    hidden = [lambda: name(case, force.second_officer, actor=force.stranger),
              lambda: add_subject(actor=force.handler, case_id=uuid.uuid4(), version=None,
                                  person=force.second_officer, description="", now=NOW)]  # fmt: skip
    for attempt in hidden:
        with pytest.raises(NotFound):
            attempt()
    with pytest.raises(NotPermitted):
        name(case, force.second_officer, actor=force.auditor)
    with pytest.raises(StaleVersion):
        add_subject(
            actor=force.handler, case_id=case.pk, version=case.version - 1,
            person=force.second_officer, description="", now=NOW,
        )  # fmt: skip
    with pytest.raises(Invalid, match="named on this case already"):
        name(case, force.officer, actor=force.handler)
    with pytest.raises(NotPermitted, match="complained about"):
        name(case, force.handler.person, actor=force.handler)
    with pytest.raises(Invalid, match="allegations of this case"):
        add_subject(
            actor=force.handler, case_id=case.pk, version=None, person=force.second_officer,
            description="", allegation_ids=[uuid.uuid4()], now=NOW,
        )  # fmt: skip
    assert case.subjects.count() == 2


# --- whom a description may mean ---------------------------------------------------------------


def test_somebody_who_is_described_by_an_old_number_is_kept_out_until_ruled_out(
    force: Force,
) -> None:
    CollarNumber.objects.create(person=force.second_officer, number="77ZZ", force="Westmere")
    user = make_user(Role.INVESTIGATOR, team=force.team, person=force.second_officer)
    case = make_case(
        force,
        subjects=[NewSubject(person=force.officer), NewSubject(description="Tall, 77 zz on him")],
    )
    assert not sees(user, case)
    (match,) = SubjectMatch.objects.all()
    assert (match.person, match.what) == (force.second_officer, "the number 77ZZ")
    assert "Say whether the officer described is somebody of the force" in labels(force.handler)
    assert Event.objects.filter(name="incidents.matches_proposed").count() == 1

    reject_matches(
        actor=force.handler, subject_id=match.subject_id, person_ids=[force.second_officer.pk],
        reason="Was abroad that week", now=NOW,
    )  # fmt: skip

    assert sees(user, case)
    match.refresh_from_db()
    assert (match.state, match.decided_by) == (MatchState.REJECTED, force.handler)
    assert labels(force.handler) == ["Decide how the complaint is handled"]
    with pytest.raises(Invalid):
        reject_matches(
            actor=force.handler, subject_id=match.subject_id,
            person_ids=[force.second_officer.pk], reason="Again", now=NOW,
        )  # fmt: skip


def test_a_rejected_person_is_not_proposed_again_and_a_second_description_holds(
    force: Force,
) -> None:
    case = make_case(force)
    person = make_person("Quillfeather")
    user = make_user(Role.INVESTIGATOR, team=force.team, person=person)
    first = described(case, "PC Quillfeather", actor=force.handler)
    second = described(case, "Quillfeather too", actor=force.handler)

    def rule_out(subject: ComplaintSubject) -> None:
        reject_matches(
            actor=force.handler, subject_id=subject.pk, person_ids=[person.pk],
            reason="No", now=NOW,
        )  # fmt: skip

    rule_out(first)
    assert not sees(user, case)
    rule_out(second)
    assert sees(user, case)
    describe_subject(
        actor=force.handler, subject_id=first.pk, version=None,
        description="PC Quillfeather, tall", now=NOW,
    )  # fmt: skip
    assert sees(user, case)


def test_a_changed_description_is_looked_at_anew(force: Force) -> None:
    case = handled_case(force)
    subject = case.subjects.get(person__isnull=True)
    describe_subject(
        actor=force.handler, subject_id=subject.pk, version=None,
        description=f"Number {force.investigator.person.collar_number}", now=NOW,
    )  # fmt: skip
    case.refresh_from_db()
    assert case.investigator is None
    assert not sees(force.investigator, case)
    assert "Needs a new investigator" in labels(force.supervisor)


def test_naming_the_one_meant_settles_the_thoughts_about_the_others(force: Force) -> None:
    case = make_case(force)
    one, other = make_person("Quillfeather"), make_person("Quillfeather")
    users = [make_user(Role.INVESTIGATOR, team=force.team, person=each) for each in (one, other)]
    subject = described(case, "PC Quillfeather", actor=force.handler)
    assert not any(sees(user, case) for user in users)

    identify_subject(
        actor=force.handler, subject_id=subject.pk, version=None, person=one,
        reason="The number was seen", now=NOW,
    )  # fmt: skip

    assert [sees(user, case) for user in users] == [False, True]
    states = dict(SubjectMatch.objects.values_list("person_id", "state"))
    assert states == {one.pk: MatchState.CONFIRMED, other.pk: MatchState.REJECTED}
    assert not CaseExclusion.objects.in_force().exists()


def test_whoever_a_description_may_mean_does_not_log_it(force: Force) -> None:
    text = f"The one called {force.handler.person.surname}"
    with pytest.raises(NotPermitted):
        make_case(force, subjects=[NewSubject(force.officer), NewSubject(description=text)])
    case = make_case(force)
    with pytest.raises(NotPermitted):
        described(case, text, actor=force.handler)


# --- declared ------------------------------------------------------------------------------------


def test_a_person_is_kept_out_and_let_in_again_with_reasons(force: Force) -> None:
    case = handled_case(force)
    exclude_person(
        actor=force.supervisor, case_id=case.pk, person=force.investigator.person,
        reason="Brother of the complainant", now=NOW,
    )  # fmt: skip
    assert not sees(force.investigator, case)
    case.refresh_from_db()
    assert case.investigator is None
    with pytest.raises(Invalid, match="already"):
        exclude_person(
            actor=force.supervisor, case_id=case.pk, person=force.investigator.person,
            reason="Again", now=NOW,
        )  # fmt: skip

    end_exclusion(
        actor=force.supervisor, case_id=case.pk, person_id=force.investigator.person_id,
        reason="Another man of that name", now=NOW,
    )  # fmt: skip
    assert sees(force.investigator, case)
    row = CaseExclusion.objects.get()
    assert (row.ended_by, row.end_reason) == (force.supervisor, "Another man of that name")
    assert list(
        Event.objects.filter(name__contains="exclu").order_by("id").values_list("name", flat=True)
    ) == ["incidents.person_excluded", "incidents.exclusion_ended"]


def test_what_a_description_keeps_out_is_not_ended_here(force: Force) -> None:
    case = make_case(force)
    person = make_person("Quillfeather")
    described(case, "PC Quillfeather", actor=force.handler)
    assert case.exclusions.get().kind == ExclusionKind.POSSIBLE_SUBJECT
    with pytest.raises(NotNow, match="Rule them out"):
        end_exclusion(
            actor=force.supervisor, case_id=case.pk, person_id=person.pk, reason="x", now=NOW
        )


def test_the_last_person_of_a_restricted_case_is_not_kept_out(force: Force) -> None:
    guest = make_user(Role.SUPERVISOR, Role.COMPLAINT_HANDLER, team=force.team)
    case = make_case(force, actor=guest, is_restricted=True)
    with pytest.raises(NotNow, match="Nobody else"):
        exclude_person(actor=guest, case_id=case.pk, person=guest.person, reason="My own", now=NOW)
    assert sees(guest, case)


@pytest.mark.parametrize("who", ["stranger", "auditor"])
def test_keeping_out_is_refused(force: Force, who: str) -> None:
    case = handled_case(force)
    error = NotFound if who == "stranger" else NotPermitted
    with pytest.raises(error):
        exclude_person(
            actor=getattr(force, who), case_id=case.pk, person=make_person(), reason="x", now=NOW
        )


# --- pages -----------------------------------------------------------------------------------------


def test_the_page_of_an_officer_takes_all_three_forms(force: Force) -> None:
    case = make_case(force)
    person, other = make_person("Quillfeather"), make_person("Quillfeather")
    subject = described(case, "PC Quillfeather", actor=force.handler)
    client = signed_in(force.handler)
    address = reverse("incidents:officer", args=[case.pk, subject.pk])
    text = client.get(address).content.decode().replace("\xa0", " ")
    assert person.collar_number in text
    assert "2 people are kept out" in text
    overview = client.get(reverse("incidents:case", args=[case.pk])).content.decode()
    assert address in overview

    empty = client.post(address, {"what": "rule_out"})
    assert empty.status_code == 400
    assert "Tick whom you rule out" in empty.content.decode()
    out = client.post(address, {"what": "rule_out", "people": [other.pk], "not_reason": "On leave"})
    assert out.status_code == 302
    version = Complaint.objects.get(pk=case.pk).version
    stale = client.post(
        address, {"what": "describe", "version": version - 1, "description": "Short"}
    )
    assert stale.status_code == 412
    assert 'value="Short"' in stale.content.decode()
    named = client.post(
        address,
        {"what": "identify", "version": version, "answer": person.pk, "reason": "Camera"},
    )
    assert named.status_code == 302
    assert ComplaintSubject.objects.get(pk=subject.pk).person == person
    assert client.post(address, {"what": "nonsense"}).status_code == 404


def test_the_page_of_keeping_out_sends_who_keeps_themselves_out_away(force: Force) -> None:
    case = handled_case(force)
    client = signed_in(force.supervisor)
    address = reverse("incidents:keep-out", args=[case.pk])
    assert client.get(address).status_code == 200
    wrong = client.post(address, {"person": "nobody", "reason": "x"})
    assert wrong.status_code == 400
    assert "You entered nobody" in wrong.content.decode()

    answer = client.post(
        address, {"person": force.supervisor.person.collar_number, "reason": "My neighbour"}
    )

    assert (answer.status_code, answer["Location"]) == (302, reverse("reviews:my-work"))
    assert client.get(reverse("incidents:case", args=[case.pk])).status_code == 404


def test_an_officer_is_added_on_the_page(force: Force) -> None:
    case = handled_case(force)
    client = signed_in(force.handler)
    address = reverse("incidents:add-officer", args=[case.pk])
    assert client.get(address).status_code == 200
    nothing = client.post(address, {"version": case.version})
    assert nothing.status_code == 400
    answer = client.post(
        address, {"version": case.version, "officer": force.second_officer.collar_number}
    )
    assert answer.status_code == 302
    assert case.subjects.filter(person=force.second_officer).exists()
