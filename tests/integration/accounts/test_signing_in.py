"""Signing in step by step: nothing opens half-way, every answer is alike, and guessing is locked out.

Numbers such as T55 are those of the catalogue of attacks that the portal was designed against.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.events import SIGN_IN_REFUSED, SIGNED_IN
from accounts.factors import codes
from accounts.lockout import MOST, Kind
from accounts.models import User, WrongTries
from accounts.services.set_up_codes import issue_set_up_code_as_operator
from audit.models import Event
from tests.factories.people import Force, make_user
from tests.factories.sign_in import (
    PASSWORD,
    code_at,
    is_signed_in,
    type_code,
    type_password,
    with_app,
    with_password,
    wrong_code,
)

pytestmark = pytest.mark.django_db

INSIDE = ("/", "/cases/", "/cases/log/", "/disposal/", "/api/v1/me", "/api/v1/complaints")


def closed(user: User) -> User:
    user.is_active = False
    user.save()
    return user


def session_ids(client: Client) -> str:
    return client.cookies["session"].value


def test_password_then_code_sign_in_and_are_recorded(client: Client) -> None:
    user = make_user()
    secret = with_app(user)

    assert type_password(client, user)["Location"] == "/sign-in/code/"
    assert not is_signed_in(client)
    assert type_code(client, code_at(secret))["Location"] == "/"

    assert is_signed_in(client)
    event = Event.objects.get(name=SIGNED_IN.name)
    assert event.actor_id == str(user.pk)
    assert event.details == {"by": "password", "factor": "app"}


def test_t52_the_session_has_a_new_id_after_each_step_and_the_old_one_is_dead(
    client: Client,
) -> None:
    user = make_user()
    secret = with_app(user)
    client.get("/sign-in/")
    type_password(client, user)
    half_way = session_ids(client)

    type_code(client, code_at(secret))

    assert session_ids(client) != half_way
    old = Client()
    old.cookies["session"] = half_way
    assert not is_signed_in(old)
    assert old.get("/sign-in/code/")["Location"] == "/sign-in/"


def test_t52_a_session_that_somebody_else_planted_is_not_used(client: Client) -> None:
    user = make_user()
    secret = with_app(user)
    type_password(client, make_user_with_app())
    planted = session_ids(client)

    type_password(client, user)
    type_code(client, code_at(secret))

    attacker = Client()
    attacker.cookies["session"] = planted
    assert not is_signed_in(attacker)
    assert attacker.get("/sign-in/code/")["Location"] == "/sign-in/"


def make_user_with_app() -> User:
    user = make_user()
    with_app(user)
    return user


@pytest.mark.parametrize("path", INSIDE)
def test_t54_after_the_password_alone_nothing_opens(client: Client, path: str) -> None:
    type_password(client, make_user_with_app())

    answer = client.get(path)

    assert answer.status_code == (401 if path.startswith("/api/") else 302)
    assert answer.status_code == 401 or answer["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("path", INSIDE)
def test_t54_without_a_factor_only_setting_up_is_reached(client: Client, path: str) -> None:
    user = with_password(make_user())

    assert type_password(client, user)["Location"] == "/sign-in/set-up/"

    answer = client.get(path)
    assert answer.status_code == (401 if path.startswith("/api/") else 302)
    for later in ("password", "factor", "done"):
        assert client.get(f"/sign-in/set-up/{later}/")["Location"] == "/sign-in/set-up/"
    assert client.post("/sign-in/set-up/done/")["Location"] == "/sign-in/set-up/"
    assert client.post("/sign-in/set-up/passkey/challenge/").status_code == 409
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "header", ["Remote-User", "X-Remote-User", "X-Forwarded-User", "Remote_User"]
)
def test_t54_neither_a_header_nor_basic_auth_signs_in(client: Client, header: str) -> None:
    user = make_user_with_app()
    basic = "Basic dXNlcjpwYXNz"

    assert client.get("/cases/", headers={header: user.username}).status_code == 302
    assert client.get("/api/v1/me", headers={header: user.username}).status_code == 401
    assert client.get("/api/v1/me", headers={"Authorization": basic}).status_code == 401
    assert client.get("/cases/", REMOTE_USER=user.username).status_code == 302


def test_t54_the_code_step_cannot_be_reached_for_another_account(client: Client) -> None:
    mine, other = make_user(), make_user()
    secret = with_app(mine)
    with_app(other)
    type_password(client, other)

    assert type_code(client, code_at(secret)).status_code == 400
    assert not is_signed_in(client)


def test_t54_a_set_up_code_does_not_go_round_the_factor_that_is_there(client: Client) -> None:
    user = make_user()
    secret = with_app(user)
    now = timezone.now()
    code = issue_set_up_code_as_operator(user_id=user.pk, sets_password=True, now=now)

    sent = client.post("/sign-in/set-up/", {"username": user.username, "code": code})

    assert sent["Location"] == "/sign-in/code/"
    assert client.get("/sign-in/set-up/factor/")["Location"] == "/sign-in/code/"
    assert client.get("/sign-in/set-up/password/")["Location"] == "/sign-in/code/"
    assert type_code(client, code_at(secret))["Location"] == "/sign-in/set-up/password/"
    new = "gravel sundial crumpet"
    sent = client.post("/sign-in/set-up/password/", {"password": new})
    assert sent["Location"] == "/sign-in/set-up/done/"
    client.post("/sign-in/set-up/done/")
    assert is_signed_in(client)
    user.refresh_from_db()
    assert user.check_password(new)


def test_a_new_account_is_set_up_by_its_code_once(client: Client) -> None:
    user = make_user()
    now = timezone.now()
    code = issue_set_up_code_as_operator(user_id=user.pk, sets_password=True, now=now)
    first = {"username": user.username, "code": code.lower().replace("-", " ")}

    assert client.post("/sign-in/set-up/", first)["Location"] == "/sign-in/set-up/password/"
    sent = client.post("/sign-in/set-up/password/", {"password": PASSWORD})
    assert sent["Location"] == "/sign-in/set-up/factor/"
    page = client.get("/sign-in/set-up/factor/").content.decode()
    secret = re.search(r"bwc-secret\">([A-Z2-7 ]+)<", page)[1].replace(" ", "")
    assert client.post("/sign-in/set-up/factor/", {"code": wrong_code(secret)}).status_code == 400
    shown = client.post("/sign-in/set-up/factor/", {"code": code_at(secret)})
    recovery = re.findall(r"<li>(\d{5} \d{5})</li>", shown.content.decode())
    assert len(set(recovery)) == 10
    assert not is_signed_in(client)
    assert client.post("/sign-in/set-up/done/")["Location"] == "/"
    assert is_signed_in(client)

    again = Client()
    assert again.post("/sign-in/set-up/", first).status_code == 400
    assert type_password(again, user)["Location"] == "/sign-in/code/"
    assert type_code(again, recovery[3])["Location"] == "/"
    third = Client()
    type_password(third, user)
    assert type_code(third, recovery[3]).status_code == 400


def test_two_codes_one_after_the_other_do_not_stand_for_a_password(client: Client) -> None:
    user = with_password(make_user())
    now = timezone.now()
    first = issue_set_up_code_as_operator(user_id=user.pk, sets_password=True, now=now)
    client.post("/sign-in/set-up/", {"username": user.username, "code": first})
    second = issue_set_up_code_as_operator(user_id=user.pk, sets_password=False, now=now)

    sent = client.post("/sign-in/set-up/", {"username": user.username, "code": second})

    assert sent.status_code == 400
    assert "Sign in with your password first" in sent.content.decode()


def test_a_set_up_code_is_over_after_three_days_and_when_a_new_one_is_issued(
    client: Client,
) -> None:
    user = make_user()
    now = timezone.now()
    first = issue_set_up_code_as_operator(user_id=user.pk, sets_password=True, now=now)
    second = issue_set_up_code_as_operator(user_id=user.pk, sets_password=True, now=now)

    def send(code: str) -> int:
        sent = client.post("/sign-in/set-up/", {"username": user.username, "code": code})
        return sent.status_code

    assert send(first) == 400
    with time_machine.travel(now + timedelta(hours=73), tick=False):
        assert send(second) == 400
    assert send(second) == 302


def test_the_operator_command_prints_a_code_that_works(client: Client, capsys) -> None:
    user = make_user()

    call_command("issue_set_up_code", user.username)

    code = capsys.readouterr().out.strip()
    sent = client.post("/sign-in/set-up/", {"username": user.username.upper(), "code": code})
    assert sent["Location"] == "/sign-in/set-up/password/"


def test_t55_a_code_of_the_app_works_once(client: Client) -> None:
    user = make_user()
    secret = with_app(user)
    with time_machine.travel(timezone.now(), tick=False):
        code = code_at(secret)
        type_password(client, user)
        assert type_code(client, code).status_code == 302

        again = Client()
        type_password(again, user)
        assert type_code(again, code).status_code == 400
        earlier = code_at(secret, timezone.now() - timedelta(seconds=30))
        assert type_code(again, earlier).status_code == 400


def test_t55_after_five_wrong_codes_the_right_one_is_refused_and_the_password_does_not_help(
    client: Client,
) -> None:
    user = make_user()
    secret = with_app(user)
    type_password(client, user)
    for _ in range(MOST[Kind.FACTOR]):
        assert type_code(client, wrong_code(secret)).status_code == 400
        # Giving the password again does not set the count back.
        type_password(client, user)

    locked = type_code(client, code_at(secret))

    assert locked.status_code == 429
    assert "Wait 15\u00a0minutes" in locked.content.decode()
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        type_password(client, user)
        assert type_code(client, code_at(secret)).status_code == 302


def answer_of(client: Client, name: str, password: str) -> tuple[int, bytes, dict[str, str]]:
    """What the sign-in page answers, without what was typed and what is fresh in every answer."""
    response = type_password(client, name, password)
    body = response.content.replace(name.encode(), b"NAME")
    body = re.sub(rb'(csrfmiddlewaretoken" value=|X-CSRFToken": |nonce=)"[^"]+"', b"", body)
    headers = {key: value for key, value in response.headers.items() if key != "X-Request-ID"}
    headers.pop("Content-Length", None)
    headers["Content-Security-Policy"] = re.sub(
        r"'nonce-[^']+'", "", headers["Content-Security-Policy"]
    )
    return response.status_code, body, headers


def test_t56_unknown_closed_and_passwordless_accounts_are_answered_alike(client: Client) -> None:
    known = make_user_with_app()
    others = ["nobody-at-all", closed(make_user_with_app()).username, make_user().username]

    wrong = answer_of(Client(), known.username, "not the password of it")

    for name in others:
        assert answer_of(Client(), name, "not the password of it") == wrong
        assert answer_of(Client(), name, PASSWORD) == wrong
    assert wrong[0] == 400


def test_t56_the_same_work_is_done_for_each_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Time is what hashing costs: it must be one hash, and the same questions to the database."""
    hashed: list[str] = []
    hasher = "django.contrib.auth.hashers.MD5PasswordHasher.encode"
    from django.contrib.auth.hashers import MD5PasswordHasher

    real = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return real(self, password, salt)

    known, gone = make_user_with_app(), closed(make_user_with_app())
    names = [known.username, gone.username, make_user().username, "nobody-at-all"]
    monkeypatch.setattr(hasher, counted)
    asked = []
    for name in names:
        hashed.clear()
        with CaptureQueriesContext(connection) as queries:
            type_password(Client(), name, "not the password of it")
        asked.append([re.sub(r"'[^']*'|\d+", "?", query["sql"])[:60] for query in queries])
        assert len(hashed) == 1, name
    assert asked[0] == asked[1] == asked[2] == asked[3]


def test_t56_a_wrong_set_up_code_is_answered_alike_for_every_account() -> None:
    now = timezone.now()
    waiting, without = make_user(), make_user()
    issue_set_up_code_as_operator(user_id=waiting.pk, sets_password=True, now=now)
    gone = make_user()
    right = issue_set_up_code_as_operator(user_id=gone.pk, sets_password=True, now=now)
    closed(gone)
    names = [waiting.username, without.username, gone.username, "nobody-at-all"]

    answers = []
    for name in names:
        sent = {"username": name, "code": right}
        answer = Client().post("/sign-in/set-up/", sent)
        body = answer.content.replace(name.encode(), b"NAME")
        body = re.sub(rb'(csrfmiddlewaretoken" value=|X-CSRFToken": |nonce=)"[^"]+"', b"", body)
        answers.append((answer.status_code, body))

    assert [status for status, _ in answers] == [400] * 4
    assert len({body for _, body in answers}) == 1


def test_t57_an_empty_password_is_refused_before_anything_is_looked_up(client: Client) -> None:
    user = make_user_with_app()

    answer = type_password(client, user, "")

    assert answer.status_code == 400
    assert not WrongTries.objects.exists()
    assert not Event.objects.filter(name=SIGN_IN_REFUSED.name).exists()


@pytest.mark.parametrize("exists", [True, False])
def test_t57_ten_wrong_passwords_lock_a_name_whether_or_not_it_exists(
    client: Client, exists: bool
) -> None:
    user = make_user_with_app() if exists else None
    name = user.username if user else "nobody-at-all"
    for number in range(MOST[Kind.NAME]):
        typed = name.upper() if number % 2 else f" {name} "
        assert type_password(client, typed, "not the password of it").status_code == 400

    locked = type_password(client, name)

    assert locked.status_code == 429
    words = locked.content.decode()
    assert "Wait 15\u00a0minutes" in words
    assert "exist" not in words
    if user:
        with time_machine.travel(timezone.now() + timedelta(minutes=16)):
            assert type_password(client, name).status_code == 302


def test_t57_one_address_cannot_try_many_names(client: Client) -> None:
    for number in range(MOST[Kind.ADDRESS]):
        assert type_password(client, f"name{number}", "not the password of it").status_code == 400

    assert type_password(client, make_user_with_app()).status_code == 429
    elsewhere = Client(REMOTE_ADDR="10.9.8.7")
    assert type_password(elsewhere, make_user_with_app()).status_code == 302


def test_a_demonstration_code_is_nothing_outside_a_demonstration(client: Client, settings) -> None:
    settings.DEMO_CODE = "135790"
    user = make_user_with_app()
    type_password(client, user)

    assert type_code(client, "135790").status_code == 400

    settings.ENVIRONMENT = "demo"
    assert type_code(client, "135790").status_code == 302


def test_secrets_of_factors_are_unreadable_in_the_database() -> None:
    secret = with_app(make_user())
    from allauth.mfa.models import Authenticator

    assert secret not in str(Authenticator.objects.get().data)
    assert codes.new_app_secret() != codes.new_app_secret()


def test_a_machine_gets_no_set_up_code() -> None:
    from accounts.roles import Role
    from bwcportal.errors import Invalid

    Force()
    machine = make_user(Role.SERVICE)
    with pytest.raises(Invalid, match="machine"):
        issue_set_up_code_as_operator(user_id=machine.pk, sets_password=True, now=timezone.now())
