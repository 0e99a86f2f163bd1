"""Changing how one signs in: with a factor shown for it, and never so that none is left."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from accounts.factors import codes
from accounts.factors.rows import factors_of
from accounts.models import SecurityNotice, User
from tests.factories.people import make_user
from tests.factories.sign_in import (
    PASSWORD,
    code_at,
    is_signed_in,
    type_code,
    type_password,
    with_app,
)

pytestmark = pytest.mark.django_db

NEW = "gravel sundial crumpet"


@pytest.fixture
def user() -> User:
    made = make_user()
    with_app(made)
    return made


@pytest.fixture
def recovery(user: User) -> list[str]:
    return codes.new_recovery_codes(user, now=timezone.now())


@pytest.fixture
def client(user: User, recovery: list[str]) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


PAGES = ["app", "passkey", "recovery-codes", "password"]


@pytest.mark.parametrize("page", PAGES)
def test_t54_no_change_without_a_factor_shown_for_it(client: Client, user: User, page: str) -> None:
    address = f"/account/{page}/"
    shown = client.get(address).content.decode()
    secret = re.search(r"bwc-secret\">([A-Z2-7 ]+)<", shown)
    sent = {
        "code": code_at(secret[1].replace(" ", "")) if secret else "",
        "name": "Blue key",
        "current": PASSWORD,
        "password": NEW,
    }
    before = [each.id for each in factors_of(user)]

    answer = client.post(address, sent)

    assert answer.status_code == 400
    assert "Enter the code, or use your passkey" in answer.content.decode()
    assert [each.id for each in factors_of(user)] == before
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_the_password_is_changed_and_other_sessions_end(
    client: Client, user: User, recovery: list[str]
) -> None:
    elsewhere = Client()
    elsewhere.force_login(user)
    sent = {"current": PASSWORD, "password": NEW, "step_up-code": recovery[0]}

    wrong = client.post("/account/password/", {**sent, "current": "not it at all"})
    assert wrong.status_code == 400
    assert "This is not your password" in wrong.content.decode()
    proof = re.search(r'step_up-proof" value="([^"]+)"', wrong.content.decode())[1]
    sent["step_up-proof"] = proof
    weak = client.post("/account/password/", {**sent, "password": "password1234"})
    assert weak.status_code == 400
    assert client.post("/account/password/", sent)["Location"] == "/account/"

    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert SecurityNotice.objects.filter(user=user, what="PASSWORD").exists()


def test_a_new_app_takes_the_place_of_the_one_before(
    client: Client, user: User, recovery: list[str]
) -> None:
    page = client.get("/account/app/").content.decode()
    secret = re.search(r"bwc-secret\">([A-Z2-7 ]+)<", page)[1].replace(" ", "")
    sent = {"code": code_at(secret), "step_up-code": recovery[0]}

    assert client.post("/account/app/", sent)["Location"] == "/account/"

    assert [each.kind for each in factors_of(user) if each.counts] == ["totp"]
    fresh = Client()
    type_password(fresh, user)
    assert type_code(fresh, recovery[1]).status_code == 302


def test_new_recovery_codes_end_the_old_ones(
    client: Client, user: User, recovery: list[str]
) -> None:
    made = client.post("/account/recovery-codes/", {"step_up-code": recovery[0]})

    new = re.findall(r"<li>(\d{5} \d{5})</li>", made.content.decode())
    assert len(new) == 10
    fresh = Client()
    type_password(fresh, user)
    assert type_code(fresh, recovery[1]).status_code == 400
    assert type_code(fresh, new[0]).status_code == 302


def test_the_only_factor_cannot_be_removed_and_nobody_elses(
    client: Client, user: User, recovery: list[str]
) -> None:
    (only,) = [each for each in factors_of(user) if each.counts]
    other = make_user()
    with_app(other)
    theirs = factors_of(other)[0]
    codes_row = next(each for each in factors_of(user) if not each.counts)

    sent = {"step_up-code": recovery[0]}
    refused = client.post(f"/account/factors/{only.id}/remove/", sent)
    assert refused.status_code == 409
    assert "Add another first" in refused.content.decode()
    assert client.post(f"/account/factors/{theirs.id}/remove/", sent).status_code == 404
    assert client.post(f"/account/factors/{codes_row.id}/remove/", sent).status_code == 404
    assert len(factors_of(other)) == 1


def test_a_passkey_is_kept_only_with_the_answer_of_one(
    client: Client, user: User, recovery: list[str]
) -> None:
    page = client.post("/account/passkey/", {"name": "Blue key", "step_up-code": recovery[0]})
    assert page.status_code == 200
    proof = re.search(r'step_up-proof" value="([^"]+)"', page.content.decode())[1]
    options = client.post("/account/passkey/challenge/").json()["publicKey"]
    assert options["user"]["name"] == user.username
    assert options["authenticatorSelection"]["userVerification"] == "required"

    for answer in ("", "[]", "{}", "not json", '{"id": "x"}'):
        sent = {"name": "Blue key", "answer": answer, "step_up-proof": proof}
        refused = client.post("/account/passkey/keep/", sent)
        assert refused.status_code == 400
        assert "No passkey was made" in refused.content.decode()
    assert [each.kind for each in factors_of(user) if each.counts] == ["totp"]
    unproven = {"name": "Blue key", "answer": "{}"}
    assert client.post("/account/passkey/keep/", unproven)["Location"] == "/account/passkey/"


@pytest.mark.parametrize("answer", ["", "[]", "{}", "null", '{"id": "x", "response": 3}', "x" * 9])
def test_t55_rubbish_is_no_passkey_at_any_door(client: Client, user: User, answer: str) -> None:
    outside = Client()
    outside.post("/sign-in/passkey/challenge/")
    assert outside.post("/sign-in/passkey/", {"answer": answer}).status_code == 400
    type_password(outside, user)
    outside.post("/sign-in/passkey/challenge/")
    assert outside.post("/sign-in/passkey/", {"answer": answer}).status_code == 400
    assert not is_signed_in(outside)
