"""The account, its roles and its teams come with the session or the token, and never outlive a request."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiToken, Membership, RoleAssignment, SignedInSession, User
from accounts.roles import Role
from accounts.standing import account_of_id, read_already
from accounts.tokens import find_token, issue_token
from tests.factories.cases import handled_case
from tests.factories.people import Force

pytestmark = pytest.mark.django_db


@pytest.fixture
def force() -> Force:
    return Force()


def plainly(user: User) -> User:
    """Read an account without anything beside it, as the models alone do."""
    return User.objects.get(pk=user.pk)


def test_what_is_read_beside_an_account_is_what_its_models_say(
    force: Force, django_assert_num_queries: Any
) -> None:
    now = timezone.now()
    for user in (force.investigator, force.supervisor, force.stranger, force.auditor):
        plain = plainly(user)
        with django_assert_num_queries(1):
            found = account_of_id(user.pk, now=now)
            assert found is not None
            known = found.role_set, found.team_ids, found.person.title
        assert known == (plain.role_set, plain.team_ids, plain.person.title)


@pytest.mark.parametrize("over", ["past", "future", "ending"])
def test_a_role_or_a_team_counts_from_its_beginning_until_its_end(force: Force, over: str) -> None:
    now = timezone.now()
    hour = timedelta(hours=1)
    period = {
        "past": {"since": now - 2 * hour, "until": now - hour},
        "future": {"since": now + hour, "until": None},
        "ending": {"since": now - hour, "until": now},
    }[over]
    RoleAssignment.objects.filter(user=force.investigator).update(**period)
    Membership.objects.filter(user=force.investigator).update(**period)
    found = account_of_id(force.investigator.pk, now=now)
    assert found is not None
    assert (found.role_set, found.team_ids) == (frozenset(), [])


def test_a_token_brings_its_account_with_roles_and_teams(
    force: Force, django_assert_num_queries: Any
) -> None:
    now = timezone.now()
    text, _ = issue_token(
        user=force.investigator, label="", lasts=timedelta(days=1), can_write=False, now=now
    )
    with django_assert_num_queries(1):
        row = find_token(text, now=timezone.now())
        assert isinstance(row, ApiToken)
        known = row.user.role_set, row.user.team_ids
    assert known == (frozenset({Role.INVESTIGATOR}), [force.team.pk])


def test_a_role_or_team_or_account_that_went_is_gone_in_the_very_next_request(force: Force) -> None:
    case = handled_case(force)
    client = Client()
    client.force_login(force.investigator)
    address = reverse("incidents:case-list")
    assert case.reference in client.get(address).content.decode()

    now = timezone.now()
    Membership.objects.filter(user=force.investigator).update(until=now)
    case.grants.all().delete()
    assert case.reference not in client.get(address).content.decode()

    before = client.get(reverse("accounts:administration")).status_code
    RoleAssignment.objects.create(user=force.investigator, role=Role.ADMINISTRATOR)
    given = client.get(reverse("accounts:administration")).status_code
    RoleAssignment.objects.filter(user=force.investigator).update(until=timezone.now())
    taken = client.get(reverse("accounts:administration")).status_code
    assert (before, given, taken) == (403, 302, 403)

    User.objects.filter(pk=force.investigator.pk).update(is_active=False)
    assert client.get(address).status_code == 302


def test_a_changed_password_ends_the_session_though_the_account_came_with_it(force: Force) -> None:
    client = Client()
    client.force_login(force.investigator)
    address = reverse("incidents:case-list")
    assert client.get(address).status_code == 200
    user = plainly(force.investigator)
    user.set_password("another one, for this test")
    user.save()
    assert client.get(address).status_code == 302


def test_the_row_of_a_session_signs_in_nobody_whom_its_content_does_not(force: Force) -> None:
    client = Client()
    client.force_login(force.investigator)
    SignedInSession.objects.update(user=force.auditor)
    client.get(reverse("incidents:case-list"))
    assert client.session[SESSION_KEY] == str(force.investigator.pk)
    answer = client.get(reverse("accounts:own-account"))
    assert answer.wsgi_request.user.pk == force.investigator.pk


def test_an_account_that_was_read_answers_for_itself_alone_and_only_inside(force: Force) -> None:
    now = timezone.now()
    mine = account_of_id(force.investigator.pk, now=now)
    with read_already(mine):
        assert account_of_id(force.investigator.pk, now=now) is mine
        other = account_of_id(force.supervisor.pk, now=now)
        assert other is not None
        assert other.pk == force.supervisor.pk
    assert account_of_id(force.investigator.pk, now=now) is not mine
