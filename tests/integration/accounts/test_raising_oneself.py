"""T15: an administrator cannot raise themselves, by any account, nor reach a case by administering."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership, RoleAssignment, User
from accounts.roles import PERMISSIONS, Permission, Role, clash_with
from accounts.services import accounts as account_acts
from accounts.services.memberships import leave_team, move_team
from accounts.services.people import PersonDetails, change_person
from accounts.services.roles import end_role
from audit.models import Event
from bwcportal.errors import Invalid, NotFound, NotNow, NotPermitted
from incidents.models import Complaint
from tests.factories.administration import give, join, make_administrator
from tests.factories.cases import NOW, make_case
from tests.factories.people import Force, make_team, make_unit, make_user

pytestmark = pytest.mark.django_db

# What an administrator may do, apart from what everybody who is signed in may do.
OF_ADMINISTRATORS = {
    Permission.MANAGE_PEOPLE,
    Permission.MANAGE_TEAMS,
    Permission.MANAGE_ROLES,
    Permission.MANAGE_REFERENCE,
    Permission.SEE_ROLES,
}


def on_oneself(actor: User, own: User) -> dict[str, Callable[[], object]]:
    """Every act by which somebody could raise themselves, done by `actor` to an account of theirs."""
    team = make_team("T9")
    reason = {"reason": "For myself", "now": NOW}
    details = PersonDetails("DS", "9999QX", "Test", "Other", make_unit(), is_officer=True)
    return {
        "give a role": lambda: give(actor, own, Role.SUPERVISOR),
        "end a role": lambda: end_role(
            actor=actor, user_id=own.pk, role=Role.ADMINISTRATOR, **reason
        ),
        "join a team": lambda: join(actor, own, team),
        "leave a team": lambda: leave_team(actor=actor, user_id=own.pk, team_id=team.pk, **reason),
        "move to a team": lambda: move_team(
            actor=actor, user_id=own.pk, from_team_id=team.pk, to_team_id=team.pk, **reason
        ),
        "open a second account": lambda: account_acts.open_account(
            actor=actor, person_id=own.person_id, username="second.me", **reason
        ),
        "close an account": lambda: account_acts.close_account(
            actor=actor, user_id=own.pk, **reason
        ),
        "reopen an account": lambda: account_acts.reopen_account(
            actor=actor, user_id=own.pk, **reason
        ),
        "change the own record": lambda: change_person(
            actor=actor,
            person_id=own.person_id,
            version=own.person.version,
            details=details,
            **reason,
        ),
    }


ACTS = [
    "give a role", "end a role", "join a team", "leave a team", "move to a team",
    "open a second account", "close an account", "reopen an account", "change the own record",
]  # fmt: skip


def test_t15_the_acts_are_all_of_them() -> None:
    assert list(on_oneself(make_administrator(), make_administrator())) == ACTS


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("by_second_account", [False, True])
def test_t15_nobody_acts_on_their_own_person(act: str, by_second_account: bool) -> None:
    actor = make_administrator()
    own = make_user(person=actor.person) if by_second_account else actor
    roles, memberships = RoleAssignment.objects.count(), Membership.objects.count()

    with pytest.raises(NotPermitted, match="second administrator"):
        on_oneself(actor, own)[act]()

    assert RoleAssignment.objects.count() == roles
    assert Membership.objects.count() == memberships
    assert not Event.objects.exists()
    own.refresh_from_db()
    assert own.is_active


def test_t15_a_second_administrator_may() -> None:
    first, second = make_administrator(), make_administrator()
    make_administrator()

    end_role(actor=second, user_id=first.pk, role=Role.ADMINISTRATOR, reason="New post", now=NOW)
    give(second, first, Role.SUPERVISOR)

    held = RoleAssignment.objects.filter(user=first).at(NOW).values_list("role", flat=True)
    assert list(held) == [Role.SUPERVISOR]
    assert list(Event.objects.values_list("name", flat=True).order_by("id")) == [
        "accounts.role_ended",
        "accounts.role_given",
    ]


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_t15_no_other_role_gives_roles_or_memberships(role: Role) -> None:
    actor, other, team = make_user(role), make_user(), make_team("T9")
    for act in (
        lambda: give(actor, other, Role.SUPERVISOR),
        lambda: join(actor, other, team),
        lambda: account_acts.open_account(
            actor=actor, person_id=other.person_id, username="one.more", reason="x", now=NOW
        ),
    ):
        with pytest.raises(NotPermitted):
            act()
    assert not RoleAssignment.objects.filter(user=other).exists()
    assert not Membership.objects.exists()


def test_t15_an_administrator_opens_no_case_and_gives_no_access_to_one() -> None:
    force = Force()
    case = make_case(force)
    administrator = make_administrator()

    assert PERMISSIONS[Role.ADMINISTRATOR] == OF_ADMINISTRATORS
    assert not Complaint.objects.visible_to(administrator).exists()
    with pytest.raises(NotNow, match="opens none"):
        join(make_administrator(), administrator, force.team)
    assert not Complaint.objects.visible_to(User.objects.get(pk=administrator.pk)).exists()
    assert case.grants.count() == 0


def test_t15_a_member_of_a_team_cannot_be_made_administrator_by_any_account() -> None:
    force, actor = Force(), make_administrator()
    second_account = make_user(person=make_user(team=force.team).person)

    with pytest.raises(NotNow, match="in a team"):
        give(actor, second_account, Role.ADMINISTRATOR)
    # A role that ends before the membership begins is no clash, and one that follows it neither.
    later = make_user()
    join(actor, later, force.team, since=NOW + timedelta(days=10))
    give(actor, later, Role.ADMINISTRATOR, until=NOW + timedelta(days=10))


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(wanted=st.lists(st.sampled_from(list(Role)), min_size=1, max_size=5), second=st.booleans())
def test_t15_no_order_of_giving_ends_in_a_combination_that_is_refused(
    wanted: list[Role], second: bool
) -> None:
    """Whatever is asked for, over two accounts of one person, nothing held clashes."""
    actor = make_administrator()
    user = make_user()
    accounts = [user, make_user(person=user.person)] if second else [user]
    for index, role in enumerate(wanted):
        account = accounts[index % len(accounts)]
        held = set(
            RoleAssignment.objects.filter(user__person=user.person).values_list("role", flat=True)
        )
        clash = clash_with(role, [Role(code) for code in sorted(held)])
        try:
            give(actor, account, role)
        except NotNow:
            assert clash is not None
        except Invalid:
            assert RoleAssignment.objects.filter(user=account, role=role).exists()
    held = {
        Role(code)
        for code in RoleAssignment.objects.filter(user__person=user.person).values_list(
            "role", flat=True
        )
    }
    assert all(clash_with(role, held - {role}) is None for role in held)


def test_t15_the_last_administrator_stays() -> None:
    first, second = make_administrator(), make_administrator()
    # `second` acts on what was read before their role ended.
    assert second.has_role_permission(Permission.MANAGE_ROLES)
    end_role(actor=first, user_id=second.pk, role=Role.ADMINISTRATOR, reason="Moves", now=NOW)

    with pytest.raises(NotNow, match="Nobody else is an administrator"):
        end_role(actor=second, user_id=first.pk, role=Role.ADMINISTRATOR, reason="x", now=NOW)
    with pytest.raises(NotNow, match="Nobody else is an administrator"):
        account_acts.close_account(actor=second, user_id=first.pk, reason="x", now=NOW)


def test_t15_there_is_no_superuser_and_no_other_door() -> None:
    names = {field.name for field in User._meta.get_fields()}
    assert not names & {"is_superuser", "is_staff", "groups", "user_permissions"}


def test_the_admin_of_django_is_not_installed() -> None:
    assert not apps.is_installed("django.contrib.admin")
    assert not apps.is_installed("django.contrib.admindocs")
    with pytest.raises(NoReverseMatch):
        reverse("admin:index")


def test_what_is_not_there_is_not_found() -> None:
    actor, nothing = make_administrator(), uuid.uuid4()
    reason: dict[str, Any] = {"reason": "x", "now": NOW}
    with pytest.raises(NotFound):
        account_acts.close_account(actor=actor, user_id=nothing, **reason)
    with pytest.raises(NotFound):
        end_role(actor=actor, user_id=nothing, role=Role.AUDITOR, **reason)
    with pytest.raises(NotFound):
        leave_team(actor=actor, user_id=make_user().pk, team_id=nothing, **reason)


@pytest.mark.parametrize("name", ["accounts:add-member", "accounts:join-team"])
def test_t16_both_ways_into_a_team_ask_the_same(name: str) -> None:
    """The form on the page of a team is no way round the one on the page of a person."""
    umber, team = make_administrator(), make_team("T9")
    own = make_user(person=umber.person)
    other_administrator = make_administrator()
    client = Client()
    client.force_login(umber)

    def put(user: User) -> int:
        if name == "accounts:add-member":
            address, answers = reverse(name, args=[team.pk]), {"who": user.username}
        else:
            address, answers = reverse(name, args=[user.pk]), {"team": str(team.pk)}
        return client.post(address, {**answers, "reason": "x"}).status_code

    assert put(own) == 403
    assert put(umber) == 403
    assert put(other_administrator) == 409
    assert not Membership.objects.exists()
    assert put(make_user()) == 302


@pytest.mark.django_db(transaction=True)
def test_t15_two_administrators_who_end_each_other_leave_one() -> None:
    first, second = make_administrator(), make_administrator()
    start = threading.Barrier(2)
    refused: list[str] = []

    def end(actor: User, user: User) -> None:
        try:
            assert actor.has_role_permission(Permission.MANAGE_ROLES)
            start.wait(timeout=10)
            end_role(actor=actor, user_id=user.pk, role=Role.ADMINISTRATOR, reason="x", now=NOW)
        except NotNow as error:
            refused.append(error.code)
        finally:
            connection.close()

    pairs = ((first, second), (second, first))
    threads = [threading.Thread(target=end, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)

    assert refused == ["last_administrator"]
    held = RoleAssignment.objects.filter(role=Role.ADMINISTRATOR, until__isnull=True)
    assert held.count() == 1
