"""T05, T08-T18: who may know, attacked from the sides. Numbers as in the catalogue of threats."""

from __future__ import annotations

import csv
import random
import uuid
from copy import copy
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from guardian.models import GroupObjectPermission, UserObjectPermission

from accounts.models import Membership, RoleAssignment, User
from accounts.roles import Permission, Role
from accounts.tokens import PREFIX, issue_token
from bwcportal.errors import NotFound
from incidents.models import Complaint, ComplaintGrant, ComplaintSubject
from incidents.selectors.cases import find_by_reference
from incidents.services.access import grant_access
from incidents.services.opening import open_case
from incidents.services.playback import playback_link
from retention.services.destroying import dispose_approved
from tests.factories.callers import Caller
from tests.factories.cases import NOW, handled_case, make_case
from tests.factories.decisions import returned_case
from tests.factories.people import Force, make_person, make_team, make_unit, make_user
from tests.factories.retention import approved_disposal
from tests.factories.world import World
from tests.twins.bodies import operations, sample
from tests.twins.crawler import NOT_OF_A_CASE, all_routes

pytestmark = pytest.mark.django_db

PAIRS, PARTS = 200, 4
API_ACTS = [operation for operation in operations() if operation.method not in {"get", "delete"}]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def shown_on_pages(client: Client) -> set[str]:
    """Read the ids of the cases on all pages of the list."""
    found, address = set(), reverse("incidents:case-list")
    while address:
        context = client.get(address).context
        found |= {str(row["row"].case.pk) for row in context["rows"]}
        address = context["older"]
    return found


def shown_by_api(caller: Caller) -> set[str]:
    """Read the ids of the cases in all pages of the API's list."""
    found, address = set(), "/api/v1/complaints?limit=7"
    while address:
        page = caller.get(address).json
        found |= {item["id"] for item in page["items"]}
        address = page["next"]
    return found


# T05


def test_t05_a_grant_is_over_at_its_second_everywhere() -> None:
    force, now = Force(), timezone.now()
    case = make_case(force)
    guest = make_user(Role.AUDITOR)
    end = now + timedelta(hours=1)
    grant_access(
        actor=force.supervisor, case_id=case.pk, user=guest, reason="Asked", expires_at=end, now=now
    )
    address = reverse("incidents:case", args=[case.pk])

    with time_machine.travel(end - timedelta(seconds=1), tick=False):
        client = signed_in(guest)
        assert client.get(address).status_code == 200
        assert shown_on_pages(client) == {str(case.pk)}
    with time_machine.travel(end, tick=False):
        assert client.get(address).status_code == 404
        assert shown_on_pages(client) == set()
        assert shown_by_api(Caller(guest)) == set()
        assert client.get(reverse("incidents:case-list"), {"q": case.reference}).status_code == 200


def test_t05_leaving_a_team_counts_in_the_very_next_request() -> None:
    force = Force()
    case = handled_case(force)
    client = signed_in(force.investigator)
    address = reverse("incidents:case", args=[case.pk])
    assert client.get(address).status_code == 200
    assert shown_on_pages(client) == {str(case.pk)}

    Membership.objects.filter(user=force.investigator).update(until=timezone.now())

    assert client.get(address).status_code == 404
    assert shown_on_pages(client) == set()
    assert case.reference not in client.get(reverse("reviews:my-work")).content.decode()


# T08


def test_t08_no_grant_outlives_its_case_and_none_is_kept_by_name() -> None:
    force = Force()
    disposal = approved_disposal(force, now=timezone.now())
    before = ComplaintGrant.objects.filter(content_object=disposal.complaint)
    dispose_approved()

    assert not before.exists()
    assert ComplaintGrant._meta.get_field("content_object").db_constraint
    assert not UserObjectPermission.objects.exists()
    assert not GroupObjectPermission.objects.exists()


def test_t08_a_tombstone_stays_hidden_from_whom_the_case_was_hidden() -> None:
    force = Force()
    other = Force(make_team("T8"), make_team("T9"))
    subject = make_user(
        Role.RETENTION_OFFICER, team=force.team, person=make_person(unit=make_unit("ZZ"))
    )
    about_them = copy(force)
    about_them.officer = subject.person
    about_them.investigator, about_them.supervisor = other.investigator, other.supervisor
    disposal = approved_disposal(about_them, now=timezone.now())
    dispose_approved()
    case = Complaint.objects.get(pk=disposal.complaint_id)
    colleague = force.retention_officer

    assert case.state == "DESTROYED"
    assert shown_on_pages(signed_in(colleague)) == {str(case.pk)}
    assert shown_on_pages(signed_in(subject)) == set()
    assert shown_by_api(Caller(subject)) == set()
    assert Caller(subject).get("/api/v1/certificates").json["items"] == []
    assert not case.subjects.exists()
    assert str(subject.person_id) not in str(case.kept_apart)


# T09

CHILDREN = sorted(
    route.name
    for route in all_routes().values()
    if "case_id" in route.parts and route.ids - NOT_OF_A_CASE - {"case_id"}
)


@pytest.mark.parametrize("name", CHILDREN)
def test_t09_a_part_of_one_case_is_not_found_under_another(name: str, world: World) -> None:
    parts = all_routes()[name].parts
    other = handled_case(world.force)
    ids = {part: world.ids[part] for part in parts} | {"case_id": other.pk}
    absent = ids | {part: uuid.uuid4() for part in parts if part in all_routes()[name].ids}
    client = signed_in(world.force.everything)

    for method in ("GET", "POST"):
        swapped = client.generic(method, reverse(name, kwargs=ids))
        assert swapped.status_code in {404, 405}
        assert (
            swapped.status_code == client.generic(method, reverse(name, kwargs=absent)).status_code
        )


# T10


def rows_that_write() -> list[tuple[str, str, str]]:
    """Read the rows of the access matrix that change something of an object."""
    with (settings.BASE_DIR / "docs/reference/access.csv").open(encoding="utf-8") as lines:
        return [
            (row["route"], row["method"], row["permission"])
            for row in csv.DictReader(lines)
            if row["method"] != "GET" and row["object"] in {"case_id", "link_id", "allegation_id"}
        ]


@pytest.mark.parametrize(("name", "method", "permission"), rows_that_write())
def test_t10_reading_a_case_opens_no_writing(
    name: str, method: str, permission: str, world: World
) -> None:
    reader = make_user(Role.AUDITOR)
    grant_access(
        actor=world.force.supervisor,
        case_id=world.case.pk,
        user=reader,
        reason="To read",
        expires_at=None,
        now=timezone.now(),
    )
    route = all_routes()[name]
    path = reverse(name, kwargs={part: world.ids[part] for part in route.parts})
    may_read = {Permission.WATCH_FOOTAGE, Permission.SEE_HISTORY, ""}

    answer = signed_in(reader).generic(
        method, path, b"{}", "application/json", headers={"If-Match": '"1"'}
    )

    version = Complaint.objects.get(pk=world.case.pk).version
    assert version == world.case.version
    if permission not in may_read:
        assert answer.status_code in {403, 404}


# T11


def test_t11_a_hidden_one_among_several_is_like_an_absent_one(world: World) -> None:
    hidden = returned_case(Force(make_team("T8"), make_team("T9"))).complaint
    case = world.case
    mine = str(case.annotations.first().pk)
    allegation = case.allegations.get(number=1)
    caller = Caller(world.force.everything)
    answers = []
    for other in (str(hidden.annotations.first().pk), str(uuid.uuid4())):
        body = {
            "decision": "SPA",
            "rationale": "Reasons",
            "cited": [mine, other, mine],
        }
        reply = caller.send("POST", f"/allegations/{allegation.pk}/finding", body, version=1)
        answers.append((reply.status, reply.content.replace(other.encode(), b"ID")))

    assert answers[0] == answers[1]
    assert answers[0][0] >= 400


# T12


@pytest.mark.parametrize("operation", API_ACTS, ids=str)
def test_t12_a_hidden_id_in_a_body_is_like_an_absent_one(
    operation: Any, world: World, hidden: dict[str, Any]
) -> None:
    path = operation.address(world.ids)
    caller = Caller(world.force.everything)
    for name in operation.id_fields():
        for kind, each in hidden.items():
            replies = []
            for value in (str(each), str(uuid.uuid4())):
                body = sample(operation.body, {name: value})
                reply = caller.send(operation.method.upper(), path, body, version=1)
                replies.append((reply.status, reply.content.replace(value.encode(), b"ID")))
            assert replies[0] == replies[1], (name, kind)


# T13

NEVER_FROM_OUTSIDE = (
    "id", "created_by", "logged_by", "state", "restricted", "retention_until", "legal_hold",
    "signed_off_by", "signed_at", "version", "permissions", "is_staff", "is_superuser", "mfa_secret",
    "reference", "digest",
)  # fmt: skip


@pytest.mark.parametrize("operation", API_ACTS, ids=str)
def test_t13_what_the_document_does_not_name_is_refused(operation: Any, world: World) -> None:
    caller = Caller(world.force.everything)
    path = operation.address(world.ids)
    named = operation.properties()

    for key in NEVER_FROM_OUTSIDE:
        if key in named:
            continue
        body = {**sample(operation.body, {}), key: "x"}
        reply = caller.send(operation.method.upper(), path, body, version=world.case.version)
        assert reply.status >= 400, key
    case = Complaint.objects.get(pk=world.case.pk)
    assert (case.version, case.state) == (world.case.version, world.case.state)


# T14


@pytest.mark.parametrize("operation", API_ACTS, ids=str)
def test_t14_a_truth_value_is_true_or_false(operation: Any, world: World) -> None:
    caller = Caller(world.force.everything)
    for name, shape in operation.properties().items():
        if shape.get("type") != "boolean":
            continue
        for value in ("true", "False", 1, 0, [], {}, " on"):
            body = {**sample(operation.body, {}), name: value}
            reply = caller.send("POST", operation.address(world.ids), body, version=1)
            assert reply.status == 400
            assert name in reply.json["errors"]


# T15


@pytest.mark.parametrize("role", list(Role))
def test_t15_nobody_raises_themselves(role: Role) -> None:
    admin = make_user(Role.ADMINISTRATOR)
    plain = make_user(Role.SUPERVISOR)
    for person in (admin, plain):
        before = set(RoleAssignment.objects.filter(user=person).values_list("role", flat=True))
        answer = signed_in(person).post(
            reverse("accounts:give-role", args=[person.pk]),
            {"role": role.value, "reason": "I need it", "version": "1"},
        )
        assert answer.status_code in {302, 400, 403, 404, 409}
        after = set(RoleAssignment.objects.filter(user=person).values_list("role", flat=True))
        assert after == before
    assert not hasattr(User, "is_superuser")
    assert not hasattr(User, "is_staff")
    assert "django.contrib.admin" not in settings.INSTALLED_APPS


# T17


@pytest.mark.parametrize("part", range(PARTS))
def test_t17_every_way_of_looking_shows_the_same_cases(part: int) -> None:
    chance = random.Random(f"T17/{part}")  # noqa: S311 - fixed, so that a failure comes again
    forces = [Force(make_team(f"A{n}"), make_team(f"B{n}")) for n in range(3)]
    cases = [
        make_case(force, is_restricted=chance.random() < 0.2) for force in forces for _ in range(4)
    ]
    sizes = set()
    for _ in range(PAIRS // PARTS):
        person, expected = somebody(chance, forces, cases)
        client, caller = signed_in(person), Caller(person)
        assert shown_on_pages(client) == expected
        assert shown_by_api(caller) == expected
        asked, *others = chance.sample(cases, 4)
        for case in (asked, *others):
            is_known = str(case.pk) in expected
            assert opens(person, case) == is_known
            assert (find_by_reference(person, case.reference) is not None) == is_known
        history = client.get(reverse("incidents:history", args=[asked.pk])).status_code
        assert (history == 200) == (str(asked.pk) in expected)
        export = client.get(reverse("incidents:export-access", args=[asked.pk])).status_code
        assert (export == 200) == (str(asked.pk) in expected)
        links = client.get(reverse("reviews:my-work")).content.decode()
        assert all(str(case.pk) not in links for case in cases if str(case.pk) not in expected)
        sizes.add(len(expected))
    assert len(sizes) > 4, "the pairs must differ"


def somebody(
    chance: random.Random, forces: list[Force], cases: list[Complaint]
) -> tuple[User, set[str]]:
    """Make an account at random, and work out by hand which cases it may know of."""
    force = chance.choice([None, *forces])
    person = make_user(
        Role.AUDITOR, Role.SUPERVISOR, team=force.team if force is not None else None
    )
    expected = {
        str(case.pk)
        for case in cases
        if force is not None and case.team_id == force.team.pk and not case.is_restricted
    }
    for case in chance.sample(cases, 3):
        if not case.is_restricted:
            grant_access(
                actor=supervisor_of(case, forces),
                case_id=case.pk,
                user=person,
                reason="Asked",
                expires_at=None,
                now=timezone.now(),
            )
            expected.add(str(case.pk))
    for case in chance.sample(cases, 2):
        ComplaintSubject.objects.get_or_create(
            complaint=case, person=person.person, defaults={"named_at": NOW}
        )
        expected.discard(str(case.pk))
    return User.objects.get(pk=person.pk), expected


def supervisor_of(case: Complaint, forces: list[Force]) -> User:
    return next(force.supervisor for force in forces if force.team.pk == case.team_id)


def opens(person: User, case: Complaint) -> bool:
    try:
        open_case(actor=person, case_id=case.pk, now=timezone.now())
    except NotFound:
        return False
    return True


# T18


def test_t18_an_address_for_playing_belongs_to_whom_it_was_made_for(world: World) -> None:
    link = world.case.footage_links.first()
    owner = signed_in(world.force.everything)
    address = playback_link(
        actor=world.force.everything,
        session_key=owner.session.session_key,
        link=link,
        now=timezone.now(),
    )
    for other in (world.force.investigator, world.force.stranger):
        assert signed_in(other).get(address).status_code == 404
    assert signed_in(world.force.everything).get(address).status_code == 404, "another session"


def test_t18_what_opens_something_cannot_be_guessed() -> None:
    token, _ = issue_token(
        user=make_user(Role.SERVICE),
        label="t",
        lasts=timedelta(hours=1),
        can_write=False,
        now=timezone.now(),
    )
    assert len(token.removeprefix(PREFIX)) * 6 >= 128
    assert len(signed_in(make_user()).session.session_key) * 5 >= 128
