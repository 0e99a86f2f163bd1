"""What a person was called and which records are theirs, kept by administrators on pages."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import CollarNumber, Person, PersonLink, PersonName, User
from accounts.selectors.identities import identity_of
from accounts.services.identities import record_number
from accounts.services.lines import declare_interest
from audit.models import Event
from incidents.models import Complaint
from tests.factories.administration import make_administrator
from tests.factories.cases import NOW, make_case
from tests.factories.people import Force, make_person, make_unit, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def umber() -> User:
    return make_administrator()


@pytest.fixture
def client(umber: User) -> Client:
    client = Client()
    client.force_login(umber)
    return client


def post(client: Client, name: str, *args: Any, **answers: str) -> Any:
    return client.post(reverse(name, args=args), answers)


def page(client: Client, person: Person) -> str:
    return client.get(reverse("accounts:person", args=[person.pk])).content.decode()


def test_a_change_of_number_name_and_unit_stands_on_the_page_and_is_found(client: Client) -> None:
    person = make_person("Oldname")
    old = person.collar_number
    unit = make_unit("ZZ")
    post(
        client, "accounts:change-person", person.pk,
        rank="PS", collar_number="9911QX", given_names="Test", surname="Newname",
        unit=str(unit.pk), is_officer="yes", reason="Married and moved", version="1",
    )  # fmt: skip
    text = page(client, person)
    assert "PS" in text
    assert old in text
    assert "Test Oldname" in text
    assert "NB borough" in text
    for typed in (old, "Oldname", "Newname", "9911"):
        listed = client.get(reverse("accounts:people"), {"q": typed})
        assert [row.pk for row in listed.context["page"].rows] == [person.pk], typed


def test_a_number_and_a_name_are_recorded_and_taken_back(client: Client) -> None:
    person = make_person()
    assert "No other number, name or record is known" in page(client, person)
    post(client, "accounts:record-number", person.pk, number="77kt", force="Surrey")
    post(client, "accounts:record-name", person.pk, given_names="Jo", surname="Maiden")
    text = page(client, person)
    assert "77KT, Surrey" in text
    assert "Jo Maiden" in text

    number = CollarNumber.objects.get(person=person)
    name = PersonName.objects.get(person=person)
    shown = client.get(reverse("accounts:take-back", args=[person.pk, "number", number.pk]))
    assert "Take back the number 77KT, Surrey" in shown.content.decode()
    assert post(client, "accounts:take-back", person.pk, "number", number.pk).status_code == 400
    post(client, "accounts:take-back", person.pk, "number", number.pk, reason="Typed wrongly")
    post(client, "accounts:take-back", person.pk, "name", name.pk, reason="Typed wrongly")
    assert "No other number, name or record is known" in page(client, person)
    assert Event.objects.filter(name="accounts.identity_taken_back").count() == 2


@pytest.mark.parametrize("part", ["number", "name", "unit", "password"])
def test_what_is_not_there_cannot_be_taken_back(client: Client, part: str) -> None:
    person = make_person()
    response = post(client, "accounts:take-back", person.pk, part, uuid.uuid4(), reason="x")
    assert response.status_code == 404


def test_linking_records_keeps_the_second_account_out_at_once(client: Client) -> None:
    force = Force()
    case = make_case(force)
    staff = make_user(team=force.team)
    assert Complaint.objects.visible_to(staff).filter(pk=case.pk).exists()
    answers = {"why": "STAFF_OFFICER", "reason": "Payroll says so"}
    person = staff.person
    post(client, "accounts:link-records", person.pk, who=force.officer.collar_number, **answers)

    assert "Payroll says so" in page(client, person)
    again = User.objects.select_related("person").get(pk=staff.pk)
    assert not Complaint.objects.visible_to(again).filter(pk=case.pk).exists()
    link = PersonLink.objects.get()
    post(client, "accounts:unlink-records", person.pk, link.pk, reason="Somebody else after all")
    again = User.objects.select_related("person").get(pk=staff.pk)
    assert Complaint.objects.visible_to(again).filter(pk=case.pk).exists()


@pytest.mark.parametrize(
    ("typed", "says"),
    [("nobody-at-all", "You entered nobody-at-all"), ("Twin", "Enter the collar number of one of")],
)
def test_a_record_that_is_not_clear_is_asked_for_again(
    client: Client, typed: str, says: str
) -> None:
    person = make_person()
    for _ in range(2):
        make_person("Twin")
    answers = {"who": typed, "why": "TWICE", "reason": "Kept as typed"}
    response = post(client, "accounts:link-records", person.pk, **answers)
    text = response.content.decode()
    assert response.status_code == 400
    assert says in text
    assert "Kept as typed" in text


@pytest.mark.parametrize(
    "name", ["accounts:record-number", "accounts:record-name", "accounts:link-records"]
)
def test_t15_nobody_keeps_their_own_record(client: Client, umber: User, name: str) -> None:
    address = reverse(name, args=[umber.person_id])
    assert client.get(address).status_code == 403
    answers = {"number": "1", "surname": "x", "who": "x", "why": "TWICE", "reason": "x"}
    assert client.post(address, answers).status_code == 403
    assert not Event.objects.filter(outcome="ALLOWED", name__startswith="accounts.id").exists()


@pytest.mark.parametrize("how_many", [1, 8])
def test_identity_costs_the_same_queries_at_any_length(
    how_many: int, umber: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    person = make_person()
    for number in range(how_many):
        record_number(
            actor=umber, person_id=person.pk, number=f"K{number}", force="", since=None,
            until=None, now=NOW,
        )  # fmt: skip
    with django_assert_num_queries(4):
        assert len(identity_of(person).before) == how_many


def test_standing_interests_are_told_without_their_words(client: Client) -> None:
    user, about = make_user(), make_person("Related")
    for person, words in ((about, ""), (None, "12 Rose Lane")):
        declare_interest(
            actor=user, about_person=person, about_words=words, nature="Grew up together", now=NOW
        )
    text = page(client, user.person)
    assert about.title.split()[-1] in text
    assert "outside the force" in text
    assert "Rose Lane" not in text
    assert "Grew up" not in text
