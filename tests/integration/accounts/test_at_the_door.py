"""An administrator helps somebody at the door: codes, locks, sessions, and two for a lost phone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import lockout
from accounts.models import FactorReset, SetUpCode, User
from accounts.roles import Role
from accounts.services.set_up_codes import find_set_up_code
from audit.models import Event
from bwcportal.errors import NotNow
from tests.factories.administration import make_administrator
from tests.factories.people import make_team, make_user

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


@pytest.fixture
def user() -> User:
    return make_user(Role.INVESTIGATOR, team=make_team("T1"))


def post(client: Client, name: str, pk: Any, **answers: str) -> Any:
    return client.post(reverse(name, args=[pk]), answers)


def code_in(response: Any) -> str:
    assert response.status_code == 200
    (code,) = re.findall(r"[A-Z0-9]{4}(?:-[A-Z0-9]{4}){3}", response.content.decode())
    return str(code)


def person_page(client: Client, user: User) -> str:
    return client.get(reverse("accounts:person", args=[user.person_id])).content.decode()


def test_a_set_up_code_is_shown_once_and_works(client: Client, user: User) -> None:
    assert "No password yet: hand out a set-up code" in person_page(client, user)
    response = post(client, "accounts:issue-set-up-code", user.pk, reason="New here")
    code = code_in(response)
    assert f"http://testserver{reverse('accounts:set-up')}" in response.content.decode()

    found = find_set_up_code(username=user.username, code=code, now=timezone.now())
    assert found is not None
    assert found.sets_password
    after = person_page(client, user)
    assert code not in after
    assert "A set-up code works until" in after
    (event,) = Event.objects.filter(name="accounts.set_up_code_issued")
    assert code not in str(event.details)


def test_without_a_password_the_code_sets_one_whatever_is_sent(client: Client, user: User) -> None:
    response = post(client, "accounts:issue-set-up-code", user.pk, reason="New", what="factor")
    found = find_set_up_code(username=user.username, code=code_in(response), now=timezone.now())
    assert found is not None
    assert found.sets_password


def test_somebody_with_a_password_may_keep_it(client: Client, user: User) -> None:
    user.set_password("lantern-harbour-54")
    user.save()
    refused = post(client, "accounts:issue-set-up-code", user.pk, reason="x", what="everything")
    assert refused.status_code == 400
    assert not SetUpCode.objects.exists()
    code_in(post(client, "accounts:issue-set-up-code", user.pk, reason="New phone", what="factor"))
    assert not SetUpCode.objects.get().sets_password


def test_a_machine_gets_no_set_up_code(client: Client) -> None:
    machine = make_user(Role.SERVICE)
    response = post(client, "accounts:issue-set-up-code", machine.pk, reason="Kept as typed")
    assert response.status_code == 400
    text = response.content.decode()
    assert "API token instead" in text
    assert "Kept as typed" in text


def test_a_locked_account_is_unlocked(client: Client, user: User) -> None:
    counter = lockout.for_name(user.username)
    for _ in range(lockout.MOST[counter.kind]):
        lockout.count_try(counter, now=timezone.now())
    with pytest.raises(NotNow):
        lockout.count_try(counter, now=timezone.now())
    assert "Locked until" in person_page(client, user)

    post(client, "accounts:unlock-account", user.pk, reason="Rang back")
    assert "Locked until" not in person_page(client, user)
    lockout.count_try(counter, now=timezone.now())


def test_ended_sessions_are_out_with_the_next_request(client: Client, user: User) -> None:
    theirs = signed_in(user)
    assert theirs.get("/cases/").status_code == 200
    assert "Signed in on 1" in person_page(client, user)
    post(client, "accounts:end-sessions", user.pk, reason="Lost laptop")
    assert theirs.get("/cases/").status_code == 302
    assert "Not signed in now" in person_page(client, user)


def test_a_role_that_is_given_counts_in_the_next_request_under_a_new_key(
    client: Client, user: User
) -> None:
    theirs = signed_in(user)
    theirs.get("/cases/")
    before = theirs.session.session_key
    assert theirs.get(reverse("retention:disposal-list")).status_code == 403
    post(client, "accounts:give-role", user.pk, role="retention_officer", reason="New post")
    assert theirs.get(reverse("retention:disposal-list")).status_code == 200
    assert theirs.session.session_key != before


def test_a_lost_phone_takes_two_administrators(client: Client, user: User) -> None:
    theirs = signed_in(user)
    theirs.get("/cases/")
    post(client, "accounts:ask-factor-reset", user.pk, reason="Phone fell into the river")
    reset = FactorReset.objects.get(user=user)
    assert post(client, "accounts:approve-factor-reset", reset.pk).status_code == 403
    assert "A second administrator must approve it" in person_page(client, user)
    again = post(client, "accounts:ask-factor-reset", user.pk, reason="Again")
    assert again.status_code == 409

    second = signed_in(make_administrator())
    listed = second.get(reverse("accounts:people")).content.decode()
    assert "These wait for a second administrator" in listed
    page = second.get(reverse("accounts:approve-factor-reset", args=[reset.pk])).content.decode()
    assert "fell into the river" in page
    shown = post(second, "accounts:approve-factor-reset", reset.pk)
    code = code_in(shown)
    assert "They sign in at" in shown.content.decode(), "the password comes first, then the code"
    assert find_set_up_code(username=user.username, code=code, now=timezone.now()) is not None
    assert theirs.get("/cases/").status_code == 302
    assert post(second, "accounts:approve-factor-reset", reset.pk).status_code == 409


def test_what_waits_for_a_second_administrator_stands_in_their_work(
    client: Client, user: User
) -> None:
    second, handler = signed_in(make_administrator()), signed_in(make_user(Role.COMPLAINT_HANDLER))
    waits, name = "These wait for a second administrator", user.person.surname

    def work(of: Client) -> str:
        return str(of.get(reverse("reviews:my-work")).content.decode())

    assert waits not in work(second)
    post(client, "accounts:ask-factor-reset", user.pk, reason="Phone fell into the river")
    assert waits in work(second)
    assert name in work(second)
    # Neither who asked nor who opens cases has anything to do about it.
    assert waits not in work(client)
    assert name not in work(handler)
    post(second, "accounts:drop-factor-reset", FactorReset.objects.get(user=user).pk)
    assert waits not in work(second)


def test_an_administrator_is_led_to_people_and_not_to_cases(client: Client) -> None:
    page = client.get(reverse("reviews:my-work")).content.decode()
    assert reverse("accounts:administration") in page
    assert reverse("incidents:case-list") not in page


def test_a_request_is_dropped(client: Client, user: User) -> None:
    post(client, "accounts:ask-factor-reset", user.pk, reason="Phone")
    reset = FactorReset.objects.get(user=user)
    response = post(client, "accounts:drop-factor-reset", reset.pk)
    assert response.status_code == 302
    reset.refresh_from_db()
    assert (reset.approved, reset.decided_at is not None) == (False, True)


@pytest.mark.parametrize(
    "name",
    [
        "accounts:end-sessions",
        "accounts:unlock-account",
        "accounts:issue-set-up-code",
        "accounts:ask-factor-reset",
    ],
)
def test_t15_nobody_helps_themselves_at_the_door(client: Client, umber: User, name: str) -> None:
    second_account = make_user(Role.INVESTIGATOR, person=umber.person)
    for account in (umber, second_account):
        address = reverse(name, args=[account.pk])
        assert client.get(address).status_code == 403
        assert client.post(address, {"reason": "x", "what": "password"}).status_code == 403
    assert not SetUpCode.objects.exists()
    assert not FactorReset.objects.exists()


def test_one_administrator_alone_cannot_take_over_an_account_by_asking_and_approving(
    client: Client, umber: User, user: User
) -> None:
    post(client, "accounts:ask-factor-reset", user.pk, reason="Phone")
    reset = FactorReset.objects.get(user=user)
    second_account = signed_in(make_user(Role.ADMINISTRATOR, person=umber.person))
    assert post(second_account, "accounts:approve-factor-reset", reset.pk).status_code == 403
