"""The pages of people, teams and roles: what they show, in how many queries, and what a mistake keeps."""

from __future__ import annotations

import csv
import uuid
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import Membership, Person, RoleAssignment, Team, User
from accounts.roles import ABOUT, Role
from accounts.selectors import directory, paging
from accounts.selectors.directory import PeopleFilters, list_people
from accounts.selectors.matrix import MATRIX, access_matrix
from accounts.selectors.person import person_page
from accounts.selectors.teams import list_teams, team_page
from accounts.services.people import PersonDetails, change_person
from accounts.tokens import find_token, issue_token
from audit.models import Event, EventPayload
from tests.factories.administration import give, join, make_administrator
from tests.factories.cases import NOW, make_case
from tests.factories.people import Force, make_person, make_team, make_unit, make_user

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def umber() -> User:
    return make_administrator()


@pytest.fixture
def client(umber: User) -> Client:
    return signed_in(umber)


def page_of(client: Client, name: str, *args: Any, **query: Any) -> str:
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def test_the_list_goes_through_everybody_once_also_with_one_surname(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(paging, "take_page", partial(paging.take_page, size=3))
    monkeypatch.setattr(directory, "take_page", paging.take_page)
    made = {make_person(f"Same{number % 3}").pk for number in range(11)}
    seen, after = [], ""
    while True:
        page = list_people(PeopleFilters(), now=NOW, after=after)
        seen += [person.pk for person in page.rows]
        after = page.next_after
        if not after:
            break

    assert len(seen) == len(set(seen))
    assert made <= set(seen)
    surnames = [Person.objects.get(pk=pk).surname for pk in seen]
    assert surnames == sorted(surnames)


def test_the_count_stops_at_its_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "count_up_to", partial(paging.count_up_to, cap=4))
    for _ in range(6):
        make_person()
    page = list_people(PeopleFilters(), now=NOW)
    assert (page.count.number, page.count.capped) == (4, True)


@pytest.mark.parametrize("how_many", [3, 25])
def test_a_page_of_people_costs_the_same_queries_at_any_length(
    how_many: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(how_many):
        make_user(Role.INVESTIGATOR, team=make_team("T1"))
    with django_assert_num_queries(6):
        page = list_people(PeopleFilters(), now=timezone.now())
        for person in page.rows:
            for account in person.accounts.all():
                assert [held.role for held in account.roles_now]
                assert [held.team.name for held in account.teams_now]


def test_people_are_found_by_number_surname_user_name_unit_role_and_account() -> None:
    other_unit = make_unit("ZZ")
    wanted = make_person("Quillfeather", unit=other_unit)
    account = make_user(Role.AUDITOR, person=wanted)
    closed = make_user()
    User.objects.filter(pk=closed.pk).update(is_active=False)
    make_person("Somebody")

    def found(**filters: str) -> set[Any]:
        page = list_people(PeopleFilters(**filters), now=timezone.now())
        return {person.pk for person in page.rows}

    for text in ("quillf", wanted.collar_number.lower(), account.username[:-1], "  QUILL "):
        assert wanted.pk in found(text=text)
    assert found(unit="ZZ") == {wanted.pk}
    assert found(role="auditor") == {wanted.pk}
    assert found(account=directory.WITH_ACCOUNT) == {wanted.pk}
    assert found(account=directory.CLOSED_ONLY) == {closed.person_id}
    assert wanted.pk not in found(account=directory.WITHOUT_ACCOUNT)
    assert found(text="%") == set()


def test_an_empty_list_says_so_and_shows_the_way_back(client: Client) -> None:
    assert "Nobody fits these filters." in page_of(client, "accounts:people", q="zzzz")
    assert "No team fits these filters." in page_of(client, "accounts:teams", q="zzzz")
    assert "No address fits" in page_of(client, "accounts:access-matrix", q="zzzz")


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("accounts:people", {"after": "nonsense"}),
        ("accounts:people", {"role": "superuser"}),
        ("accounts:people", {"account": "all"}),
        ("accounts:people", {"accounts__password__startswith": "p"}),
        ("accounts:teams", {"state": "hidden"}),
        ("accounts:teams", {"after": "nonsense"}),
        ("accounts:access-matrix", {"role": "superuser"}),
    ],
)
def test_what_a_list_does_not_know_is_refused(
    client: Client, name: str, query: dict[str, str]
) -> None:
    assert client.get(reverse(name), query).status_code == 400


def test_a_person_shows_roles_teams_tokens_and_history_and_no_case(client: Client) -> None:
    force = Force()
    case = make_case(force)
    user = make_user(Role.INVESTIGATOR, team=force.team, person=force.handler.person)
    second = make_administrator()
    give(second, user, Role.SUPERVISOR, until=timezone.now() + timedelta(days=30))
    token, _ = issue_token(
        user=user, label="Feed", lasts=timedelta(days=9), can_write=False, now=timezone.now()
    )
    assignment = RoleAssignment.objects.get(user=user, role=Role.INVESTIGATOR)
    client.post(
        reverse("accounts:end-role", args=[user.pk, "investigator"]), {"reason": "Left the desk"}
    )

    text = page_of(client, "accounts:person", user.person_id)

    assert "Supervisor" in text
    assert "ends by itself" in text
    assert force.team.name in text
    assert "Feed" in text
    assert "Left the desk" in text
    assert token not in text
    assert case.reference not in text
    assert str(case.pk) not in text
    assert case.title not in text
    assignment.refresh_from_db()
    assert assignment.until is not None
    assert Event.objects.filter(name="accounts.person_viewed").count() == 1


@pytest.mark.parametrize("how_many", [1, 6])
def test_the_page_of_a_person_costs_the_same_queries_at_any_length(
    how_many: int, umber: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    person = make_person("Busy")
    for number in range(how_many):
        user = make_user(Role.INVESTIGATOR, Role.SUPERVISOR, person=person)
        join(umber, user, make_team(f"N{number}"))
    with django_assert_num_queries(11):
        page = person_page(person.pk, now=timezone.now())
        for account in page.accounts:
            assert [held.given_by.display_name for held in account.teams]
            assert len(account.roles) == 2


def test_adding_a_person_and_an_account_and_a_role_is_done_by_hand(client: Client) -> None:
    answers = {
        "rank": "PC", "collar_number": " 4410qx ", "given_names": "Ash", "surname": "Newly",
        "unit": make_unit().pk, "is_officer": "yes",
    }  # fmt: skip
    response = client.post(reverse("accounts:add-person"), answers)
    person = Person.objects.get(collar_number="4410QX")
    assert response["Location"] == reverse("accounts:person", args=[person.pk])

    client.post(
        reverse("accounts:open-account", args=[person.pk]),
        {"username": "Newly", "reason": "Joins the desk"},
    )
    user = User.objects.get(username="newly")
    assert not user.has_usable_password()
    client.post(
        reverse("accounts:give-role", args=[user.pk]),
        {"role": "investigator", "reason": "Joins the desk"},
    )
    client.post(
        reverse("accounts:join-team", args=[user.pk]),
        {"team": make_team("T1").pk, "reason": "Joins the desk"},
    )
    assert user.role_set == {Role.INVESTIGATOR}
    assert user.team_ids == [make_team("T1").pk]
    assert list(Event.objects.order_by("id").values_list("name", flat=True)) == [
        "accounts.person_added",
        "accounts.account_opened",
        "accounts.role_given",
        "accounts.team_joined",
    ]
    reasons = [payload.payload.get("reason") for payload in EventPayload.objects.all()]
    assert reasons.count("Joins the desk") == 3


@pytest.mark.parametrize(
    ("name", "changes", "says"),
    [
        ("collar_number", {"collar_number": "12 34"}, "letters, figures and hyphens only"),
        ("surname", {"surname": "  "}, "Enter surname"),
        ("unit", {"unit": str(uuid.uuid4())}, "choose one from the list"),
        ("is_officer", {"is_officer": "true"}, "choose one from the list"),
    ],
)
def test_a_mistake_is_named_and_nothing_typed_is_lost(
    client: Client, name: str, changes: dict[str, str], says: str
) -> None:
    answers = {
        "rank": "PC", "collar_number": "4410QX", "given_names": "Quite-Typed", "surname": "Newly",
        "unit": str(make_unit().pk), "is_officer": "yes", **changes,
    }  # fmt: skip
    response = client.post(reverse("accounts:add-person"), answers)

    assert response.status_code == 400
    text = response.content.decode()
    assert says in text
    assert "Quite-Typed" in text
    assert not Person.objects.filter(given_names="Quite-Typed").exists()
    assert not Event.objects.exists()


def test_a_number_that_is_taken_points_to_whom_it_belongs(client: Client) -> None:
    taken = make_person("Brannick")
    answers = {
        "rank": "PC", "collar_number": taken.collar_number.lower(), "given_names": "A",
        "surname": "B", "unit": make_unit().pk, "is_officer": "yes",
    }  # fmt: skip
    response = client.post(reverse("accounts:add-person"), answers)
    assert response.status_code == 400
    assert f"{taken.title} has the number" in response.content.decode()


def test_two_changes_at_once_show_the_second_what_stands_now(umber: User, client: Client) -> None:
    person = make_person("Before")
    change_person(
        actor=umber, person_id=person.pk, version=1, reason="Married", now=timezone.now(),
        details=PersonDetails("PC", person.collar_number, "Test", "Meanwhile", person.unit, True),
    )  # fmt: skip
    response = client.post(
        reverse("accounts:change-person", args=[person.pk]),
        {
            "rank": "PS", "collar_number": person.collar_number, "given_names": "Test",
            "surname": "Mine", "unit": person.unit_id, "is_officer": "yes",
            "reason": "Promoted", "version": "1",
        },
    )  # fmt: skip
    text = response.content.decode()

    assert response.status_code == 412
    assert "Meanwhile" in text
    assert 'value="Mine"' in text
    assert 'name="version" value="2"' in text
    person.refresh_from_db()
    assert person.surname == "Meanwhile"


def test_a_change_keeps_what_was_in_the_record_of_events(umber: User) -> None:
    person = make_person("Before")
    number = person.collar_number
    change_person(
        actor=umber, person_id=person.pk, version=1, reason="Transfer", now=NOW,
        details=PersonDetails("PS", "7001QX", "Test", "Before", person.unit, True),
    )  # fmt: skip
    event = Event.objects.get(name="accounts.person_changed")
    payload = EventPayload.objects.get(event_uuid=event.uuid).payload
    assert event.details["changed"] == ["rank", "collar_number"]
    assert payload["was"] == {"rank": "PC", "collar_number": number}
    assert payload["now"] == {"rank": "PS", "collar_number": "7001QX"}
    assert payload["reason"] == "Transfer"


def test_closing_an_account_ends_its_session_and_its_tokens_with_the_next_request(
    client: Client,
) -> None:
    user = make_user(Role.INVESTIGATOR, team=make_team("T1"))
    theirs = signed_in(user)
    token, _ = issue_token(
        user=user, label="x", lasts=timedelta(days=1), can_write=True, now=timezone.now()
    )
    assert theirs.get("/cases/").status_code == 200

    client.post(reverse("accounts:close-account", args=[user.pk]), {"reason": "Left the force"})

    assert theirs.get("/cases/").status_code == 302
    assert find_token(token, now=timezone.now()) is None
    again = client.post(reverse("accounts:close-account", args=[user.pk]), {"reason": "Once more"})
    assert again.status_code == 409
    assert "closed already" in again.content.decode()
    assert "Once more" in again.content.decode()
    client.post(reverse("accounts:reopen-account", args=[user.pk]), {"reason": "Came back"})
    user.refresh_from_db()
    assert user.is_active


def test_a_token_is_revoked(client: Client) -> None:
    user = make_user(Role.SERVICE)
    token, row = issue_token(
        user=user, label="Feed", lasts=timedelta(days=1), can_write=True, now=timezone.now()
    )
    address = reverse("accounts:revoke-token", args=[row.pk])
    assert client.post(address, {"reason": ""}).status_code == 400
    assert find_token(token, now=timezone.now()) is not None
    client.post(address, {"reason": "Leaked"})
    assert find_token(token, now=timezone.now()) is None
    assert client.post(address, {"reason": "Leaked"}).status_code == 409


def test_a_membership_counts_from_its_first_second_to_its_last() -> None:
    umber, user, team = make_administrator(), make_user(), make_team("T1")
    begins = NOW + timedelta(days=2)
    ends = NOW + timedelta(days=5)
    join(umber, user, team, since=begins, until=ends)
    second = timedelta(seconds=1)

    def holds(at: Any) -> bool:
        return Membership.objects.at(at).filter(user=user).exists()

    assert not holds(begins - second)
    assert holds(begins)
    assert holds(ends - second)
    assert not holds(ends)


def test_moving_is_one_act_with_no_moment_in_both_or_neither(client: Client) -> None:
    old, new = make_team("T1"), make_team("T2")
    user = make_user(team=old)
    client.post(
        reverse("accounts:move-team", args=[user.pk, old.pk]),
        {"team": new.pk, "reason": "New desk"},
    )
    left = Membership.objects.get(user=user, team=old)
    joined = Membership.objects.get(user=user, team=new)
    assert left.until == joined.since
    assert User.objects.get(pk=user.pk).team_ids == [new.pk]


def test_a_move_that_cannot_end_in_the_new_team_leaves_the_old_one_alone(client: Client) -> None:
    old, new = make_team("T1"), make_team("T2")
    user = make_user(team=old)
    Membership.objects.create(user=user, team=new, since=NOW)
    response = client.post(
        reverse("accounts:move-team", args=[user.pk, old.pk]),
        {"team": new.pk, "reason": "New desk"},
    )
    assert response.status_code == 400
    assert "at that time already" in response.content.decode()
    assert Membership.objects.get(user=user, team=old).until is None
    assert not Event.objects.exists()


def test_a_role_in_the_past_and_one_that_ends_before_it_begins_are_refused(client: Client) -> None:
    user = make_user()
    address = reverse("accounts:give-role", args=[user.pk])
    past = {"begins_on_day": "1", "begins_on_month": "2", "begins_on_year": "2020"}
    answers = {"role": "auditor", "reason": "Typed and kept"}
    response = client.post(address, {**answers, **past})
    assert response.status_code == 400
    assert "must be today or later" in response.content.decode()
    assert "Typed and kept" in response.content.decode()
    ends = {"ends_on_day": "1", "ends_on_month": "2", "ends_on_year": "2020"}
    response = client.post(address, {**answers, **ends})
    assert response.status_code == 400
    assert "must not be before the first" in response.content.decode()
    assert not RoleAssignment.objects.filter(user=user).exists()


def test_combinations_are_refused_in_words(client: Client) -> None:
    user = make_user(Role.INVESTIGATOR)
    response = client.post(
        reverse("accounts:give-role", args=[user.pk]), {"role": "auditor", "reason": "Both"}
    )
    assert response.status_code == 409
    assert "has the role Investigator at that time" in response.content.decode()


def test_a_team_is_added_renamed_and_filled(client: Client) -> None:
    unit = make_unit("PS")
    client.post(
        reverse("accounts:add-team"),
        {"code": "t9", "name": "Complaints  team 9", "unit": unit.pk, "reason": "New"},
    )
    team = Team.objects.get(code="T9")
    assert team.name == "Complaints team 9"
    user = make_user()
    client.post(
        reverse("accounts:add-member", args=[team.pk]), {"who": user.username, "reason": "New"}
    )
    client.post(
        reverse("accounts:change-team", args=[team.pk]),
        {"name": "Ninth team", "unit": unit.pk, "reason": "Shorter", "version": "1"},
    )
    text = page_of(client, "accounts:team", team.pk)
    assert "Ninth team" in text
    assert user.username in text
    stale = client.post(
        reverse("accounts:change-team", args=[team.pk]),
        {"name": "Other", "unit": unit.pk, "reason": "Shorter", "version": "1"},
    )
    assert stale.status_code == 412
    taken = client.post(
        reverse("accounts:add-team"),
        {"code": "T9", "name": "Ninth TEAM", "unit": unit.pk, "reason": "Again"},
    )
    assert taken.status_code == 400
    assert "The code T9 is taken" in taken.content.decode()


def test_a_team_asks_which_of_several_people(client: Client) -> None:
    team = make_team("T1")
    one, two = (make_user(person=make_person("Twin")) for _ in range(2))
    response = client.post(
        reverse("accounts:add-member", args=[team.pk]), {"who": "twin", "reason": "x"}
    )
    assert response.status_code == 400
    assert one.username in response.content.decode()
    assert two.username in response.content.decode()
    response = client.post(
        reverse("accounts:add-member", args=[team.pk]), {"who": "nobody", "reason": "x"}
    )
    assert "You entered nobody" in response.content.decode()


@pytest.mark.parametrize("how_many", [2, 20])
def test_a_page_of_teams_costs_the_same_queries_at_any_length(
    how_many: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(how_many):
        make_user(team=make_team(f"Q{number}"))
    with django_assert_num_queries(3):
        page = list_teams(text="", state="open", now=timezone.now())
        assert [(team.unit.name, team.member_count) for team in page.rows] == (
            [("PS borough", 1)] * how_many
        )
    team = page.rows[0]
    with django_assert_num_queries(3):
        shown = team_page(team.pk, now=timezone.now())
        assert [held.user.display_name for held in shown.members]


def test_a_unit_is_added_and_changed(client: Client) -> None:
    answers = {"name": "Harbour", "kind": "BOROUGH", "reason": "New borough"}
    client.post(reverse("accounts:add-unit"), {"code": "hb", **answers})
    unit = make_unit("HB")
    assert unit.name == "Harbour"
    changed = {**answers, "kind": "SPECIALIST", "is_armed": "on", "version": "1"}
    client.post(reverse("accounts:change-unit", args=[unit.pk]), changed)
    unit.refresh_from_db()
    assert (unit.kind, unit.is_armed) == ("SPECIALIST", True)
    assert "Carries firearms" in page_of(client, "accounts:units")


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.APPROPRIATE_AUTHORITY, Role.ADMINISTRATOR])
def test_roles_and_the_matrix_are_read_by_who_answers_for_them(role: Role) -> None:
    reader = signed_in(make_user(role))
    text = page_of(reader, "accounts:roles")
    for about in ABOUT.values():
        assert about in text
    matrix = page_of(reader, "accounts:access-matrix")
    assert "retention:approve" in matrix
    assert "Approve or stop a disposal" in matrix
    narrowed = page_of(reader, "accounts:access-matrix", role="retention_officer", q="disposal")
    assert "retention:approve" in narrowed
    assert "accounts:give-role" not in narrowed


def test_the_matrix_is_read_by_areas_of_a_size_to_read_with_their_counts(client: Client) -> None:
    parts = access_matrix()
    shown = page_of(client, "accounts:access-matrix")

    assert max(len(part.rows) for part in parts) <= 45
    assert len({part.anchor for part in parts}) == len(parts)
    for part in parts:
        assert f'href="#{part.anchor}"' in shown
        assert f'<section id="{part.anchor}"' in shown
    with MATRIX.open(newline="", encoding="utf-8") as lines:
        told = {(row["route"], row["method"]) for row in csv.DictReader(lines)}
    rows = [row for part in parts for row in part.rows]
    assert {(row.route, method) for row in rows for method in row.methods} == told
    assert [row.methods for row in rows if row.route == "incidents:give-access"] == [
        ("GET", "POST")
    ]
    narrowed = page_of(client, "accounts:access-matrix", q="disposal", role="retention_officer")
    assert 'value="disposal"' in narrowed
    assert 'id="retention-and-disposal"' in narrowed


def test_the_navigation_offers_administration_to_administrators_only() -> None:
    for role in Role:
        text = page_of(signed_in(make_user(role)), "incidents:case-list")
        assert (reverse("accounts:administration") in text) == (role == Role.ADMINISTRATOR)
