"""Who complained: the pages and the API tell a person the same, and how to reach them to few."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import PERMISSIONS, Permission, Role
from incidents.enums import ComplainantKind
from incidents.models import Complaint
from incidents.services.access import give_seat
from incidents.services.logging import NewComplainant
from tests.factories.callers import Caller
from tests.factories.cases import NOW, make_case
from tests.factories.people import Force, make_user

pytestmark = pytest.mark.django_db

CONTACT = {
    "email": "kestle@example.test",
    "telephone": "01632 960 412",
    "address": "14 Tannery Lane",
    "born_on": "2009-03-02",
}
ROLES = sorted(set(Role) - {Role.ADMINISTRATOR, Role.OVERSIGHT})


@pytest.fixture
def force() -> Force:
    return Force()


@pytest.fixture
def case(force: Force) -> Complaint:
    complainant = NewComplainant(
        kind=ComplainantKind.DIRECTLY_AFFECTED,
        name="Idris Kestle",
        needs="Large print",
        was_under_18=True,
        **{**CONTACT, "born_on": date(2009, 3, 2)},
    )
    return make_case(force, complainant=complainant)


def by_api(user: User, case: Complaint) -> dict[str, Any]:
    told: dict[str, Any] = Caller(user).get(f"/complaints/{case.pk}").json["complainant"]
    return told


def by_page(user: User, case: Complaint) -> str:
    client = Client()
    client.force_login(user)
    return client.get(reverse("incidents:case", args=[case.pk])).content.decode()


def check_told(user: User, case: Complaint, *, contact: bool) -> None:
    told, drawn = by_api(user, case), by_page(user, case)

    assert {key: told[key] for key in CONTACT} == (CONTACT if contact else dict.fromkeys(CONTACT))
    for words in (CONTACT["email"], CONTACT["telephone"], CONTACT["address"], "March 2009"):
        assert (words in drawn) == contact
    assert (told["name"], told["needs"]) == ("Idris Kestle", "Large print")
    assert "Idris Kestle" in drawn
    assert "Under 18 at the time" in drawn


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_told_how_to_reach_them_only_to_tell_them_something(
    force: Force, case: Complaint, role: Role
) -> None:
    tells = Permission.NOTIFY_OUTCOME in PERMISSIONS[role]

    check_told(make_user(role, team=force.team), case, contact=tells)


def test_an_oversight_seat_reads_the_case_without_it(force: Force, case: Complaint) -> None:
    reviewer = make_user(Role.OVERSIGHT)
    give_seat(
        actor=force.supervisor, case_id=case.pk, user=reviewer, reason="Review by the IOPC",
        expires_at=NOW + timedelta(days=60), now=NOW,
    )  # fmt: skip

    check_told(reviewer, case, contact=False)


def test_nothing_given_is_said_in_words(force: Force) -> None:
    anonymous = make_case(force, complainant=NewComplainant(kind=ComplainantKind.WITNESS, name=""))

    drawn = by_page(force.handler, anonymous)

    assert "No telephone, e-mail or address was given" in drawn
    assert by_api(force.handler, anonymous)["email"] == ""
    assert by_api(force.auditor, anonymous)["email"] is None
