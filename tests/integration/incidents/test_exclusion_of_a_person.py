"""The officer complained about is excluded as a human being: by any account, number, name, record."""

from __future__ import annotations

import csv
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission as ModelPermission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from guardian.models import UserObjectPermission

from accounts.models import CollarNumber, Person, PersonName, Posting, User
from accounts.people import holders_of
from accounts.roles import Role
from accounts.services.identities import link_records, record_name, record_number, unlink_records
from incidents.models import Complaint
from incidents.selectors.officers import find_officers
from incidents.selectors.seers import accounts_that_see
from incidents.services.logging import NewAllegation, NewSubject
from tests.factories.cases import NOW, category, handled_case, make_case
from tests.factories.people import Force, make_person, make_unit, make_user
from tests.factories.proven import approve
from tests.factories.retention import proposed_disposal
from tests.factories.world import World
from tests.integration.test_access_matrix import routes

pytestmark = pytest.mark.django_db

# The parts of addresses that name the case complained of, or a part of it.
OF_THE_CASE = {
    "case_id",
    "incident_id",
    "allegation_id",
    "link_id",
    "annotation_id",
    "search_id",
    "preservation_id",
    "submission_id",
    "point_id",
    "finding_id",
    "hold_id",
}


@pytest.fixture
def force() -> Force:
    return Force()


def fresh(user: User) -> User:
    """Load an account as the next request does."""
    return User.objects.select_related("person").get(pk=user.pk)


def sees(user: User, case: Complaint) -> bool:
    return Complaint.objects.visible_to(fresh(user)).filter(pk=case.pk).exists()


def administrator() -> User:
    return make_user(Role.ADMINISTRATOR)


def link(first: Person, second: Person) -> Any:
    return link_records(
        actor=administrator(), person_id=first.pk, other_id=second.pk, why="TRANSFER",
        reason="Came from Westmere with the number 77", now=NOW,
    )  # fmt: skip


# --- T02 ---------------------------------------------------------------------------------------


def test_t02_an_investigator_who_is_complained_about_sees_nothing_of_it_anywhere() -> None:
    world = World.make()
    subject = make_user(*Role, team=world.force.team, person=world.force.officer)
    client = Client()
    client.force_login(subject)
    with (settings.BASE_DIR / "docs" / "reference" / "access.csv").open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["method"] == "GET"]
    telling = {str(world.ids[name]) for name in OF_THE_CASE}
    telling |= {world.case.reference, world.case.title}
    looked_at = 0
    for row in rows:
        if row["object"] == "open":
            continue
        address = reverse(row["route"], kwargs=_parts(row["route"], world))
        answer = client.get(address)
        looked_at += 1
        if row["object"] in OF_THE_CASE:
            assert answer.status_code == 404, row["route"]
        text = b"".join(answer) if answer.streaming else answer.content
        found = [each for each in telling if each in text.decode() and each not in address]
        assert not found, (row["route"], found)
    assert looked_at > 50


def _parts(route: str, world: World) -> dict[str, Any]:
    return {name: world.ids[name] for name in routes()[route]}


# --- T04 ---------------------------------------------------------------------------------------


def a_second_account(force: Force) -> User:
    return make_user(Role.INVESTIGATOR, team=force.team, person=force.officer)


def a_changed_surname(force: Force) -> User:
    user = a_second_account(force)
    Person.objects.filter(pk=force.officer.pk).update(surname="Marriedname")
    return user


def a_new_collar_number(force: Force) -> User:
    user = a_second_account(force)
    Person.objects.filter(pk=force.officer.pk).update(collar_number="9999ZZ")
    return user


def a_transfer_from_another_force(force: Force) -> User:
    there = make_person("Elsewhere")
    link(force.officer, there)
    return make_user(Role.INVESTIGATOR, team=force.team, person=there)


def staff_who_became_an_officer(force: Force) -> User:
    """Two links in a row: staff, then officer, then officer here under another name."""
    staff = make_person("Formerly", rank="Ms")
    between = make_person("Between")
    user = make_user(Role.INVESTIGATOR, team=force.team, person=staff)
    link(staff, between)
    link(between, force.officer)
    return user


WAYS = (
    a_second_account,
    a_changed_surname,
    a_new_collar_number,
    a_transfer_from_another_force,
    staff_who_became_an_officer,
)


@pytest.mark.parametrize("becomes", WAYS)
def test_t04_the_exclusion_follows_the_human_being(
    force: Force, becomes: Callable[[Force], User]
) -> None:
    case = handled_case(force)
    user = becomes(force)
    other = handled_case(
        force,
        subjects=[NewSubject(person=force.second_officer)],
        allegations=[NewAllegation(category(), "He pushed me.", (0,))],
    )

    assert not sees(user, case)
    assert sees(user, other)
    assert all(not branch.filter(pk=case.pk).exists()
               for branch in Complaint.objects.branches_for(fresh(user)))  # fmt: skip
    assert fresh(user) not in accounts_that_see(case, now=NOW)
    client = Client()
    client.force_login(user)
    assert client.get(reverse("incidents:case", args=[case.pk])).status_code == 404
    assert client.get(reverse("api-complaint", args=[case.pk])).status_code == 404


def test_t04_ending_a_link_that_was_a_mistake_gives_back_what_it_took(force: Force) -> None:
    case = handled_case(force)
    other = make_person("Namesake")
    user = make_user(Role.INVESTIGATOR, team=force.team, person=other)
    made = link(force.officer, other)
    assert not sees(user, case)

    unlink_records(
        actor=administrator(), person_id=other.pk, link_id=made.pk, reason="Two people", now=NOW
    )

    assert sees(user, case)
    assert Person.objects.get(pk=other.pk).other_ids == []


def test_ending_one_link_of_three_leaves_the_other_records_together(force: Force) -> None:
    people = [force.officer, *(make_person(f"Record{n}") for n in range(3))]
    made = [link(a, b) for a, b in pairwise(people)]
    assert {len(person.ids) for person in Person.objects.filter(pk__in=[p.pk for p in people])} == {
        4
    }
    unlink_records(
        actor=administrator(), person_id=people[1].pk, link_id=made[1].pk, reason="No", now=NOW
    )
    ids = [set(Person.objects.get(pk=person.pk).ids) for person in people]
    assert ids[0] == ids[1] == {people[0].pk, people[1].pk}
    assert ids[2] == ids[3] == {people[2].pk, people[3].pk}


def test_the_list_costs_no_query_more_for_somebody_with_many_records(force: Force) -> None:
    handled_case(force)
    user = make_user(Role.INVESTIGATOR, team=force.team)

    def queries() -> int:
        loaded = fresh(user)
        with CaptureQueriesContext(connection) as captured:
            list(Complaint.objects.visible_to(loaded))
        return len(captured)

    before = queries()
    for number in range(5):
        link(user.person, make_person(f"Record{number}"))
    assert queries() == before


# --- two records are one person wherever persons are compared -------------------------------------


def test_two_records_are_one_person_when_taking_part_and_signing(force: Force) -> None:
    case = handled_case(force)
    again = make_user(Role.SUPERVISOR, team=force.team)
    link(force.handler.person, again.person)
    client = Client()
    client.force_login(force.handler)
    answer = client.post(
        reverse("incidents:decide-handling", args=[case.pk]),
        {"version": case.version, "handling": "S3_OTBI", "investigator": "",
         "supervisor": again.pk},
    )  # fmt: skip
    assert answer.status_code == 400
    assert case.supervisor in holders_of(Role.SUPERVISOR)


def test_two_records_are_one_person_when_approving_a_disposal(force: Force) -> None:
    disposal = proposed_disposal(force, now=NOW)
    first, second = force.retention_officer, force.second_retention_officer
    link(first.person, second.person)
    approve(actor=fresh(first), disposal_id=disposal.pk, reason="Looked", now=NOW)
    with pytest.raises(Exception, match="second person"):
        approve(actor=fresh(second), disposal_id=disposal.pk, reason="Looked", now=NOW)


# --- what somebody was called -----------------------------------------------------------------


def test_the_database_keeps_what_a_change_of_a_person_would_lose(force: Force) -> None:
    person = force.officer
    was = (person.collar_number, person.surname, person.unit)
    person.collar_number, person.surname, person.unit = "1234ZZ", "Newname", make_unit("XX")
    person.save()
    assert CollarNumber.objects.get(person=person).number == was[0]
    assert PersonName.objects.get(person=person).surname == was[1]
    assert Posting.objects.get(person=person).unit == was[2]
    assert person in find_officers(was[0])
    assert person in find_officers(was[1], exact=True)
    person.rank = "PS"
    person.save()
    assert CollarNumber.objects.count() == 1


def test_an_old_number_finds_the_person_and_says_so_when_two_had_it(force: Force) -> None:
    record_number(
        actor=administrator(), person_id=force.officer.pk, number="77qx", force="Westmere",
        since=None, until=None, now=NOW,
    )  # fmt: skip
    assert find_officers("77QX", exact=True) == [force.officer]
    holder = make_person("Holder")
    Person.objects.filter(pk=holder.pk).update(collar_number="77QX")
    assert len(find_officers("77qx", exact=True)) == 2
    (found,) = find_officers("PC 77QX Holder", exact=True)
    assert found == holder


def test_a_name_of_before_finds_the_person(force: Force) -> None:
    record_name(
        actor=administrator(), person_id=force.officer.pk, given_names="", surname="Tarrant",
        since=None, until=None, now=NOW,
    )  # fmt: skip
    assert find_officers("tarrant", exact=True) == [force.officer]
    assert find_officers("tarr") == [force.officer]


# --- T06, T07 ------------------------------------------------------------------------------------


def test_t06_there_is_no_django_admin_and_no_superuser(force: Force) -> None:
    assert "django.contrib.admin" not in settings.INSTALLED_APPS
    case = make_case(force, is_restricted=True)
    user = make_user(*Role, team=force.team)
    user.is_superuser = user.is_staff = True
    assert not Complaint.objects.visible_to(user).filter(pk=case.pk).exists()
    client = Client()
    client.force_login(user)
    for address in ("/admin/", "/admin/incidents/complaint/", f"/admin/jsi18n/?q={case.pk}"):
        assert client.get(address).status_code == 404


def test_t07_a_permission_on_the_model_opens_no_case(force: Force) -> None:
    case = make_case(force, is_restricted=True)
    user = make_user(Role.INVESTIGATOR, team=force.team)
    view, _ = ModelPermission.objects.get_or_create(
        codename="view_complaint",
        content_type=ContentType.objects.get_for_model(Complaint),
        defaults={"name": "Can view complaint"},
    )
    # Guardian's own table for any model, which the portal does not read.
    UserObjectPermission.objects.create(
        user=user, permission=view, content_type=view.content_type, object_pk=str(case.pk)
    )
    assert not sees(user, case)
    assert not hasattr(user, "has_perm")
    assert not hasattr(user, "user_permissions")
