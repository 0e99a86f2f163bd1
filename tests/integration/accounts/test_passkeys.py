"""Passkeys: only the owner's, unlocked, for this address, to a fresh challenge, for what it was made for."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.factors.codes import new_recovery_codes
from accounts.models import StepUp, User
from reviews.models import SignOff
from tests.factories.authenticator import Authenticator
from tests.factories.decisions import submitted_case
from tests.factories.people import Force, make_user
from tests.factories.proofs import in_form
from tests.factories.sign_in import is_signed_in, type_password, with_app

pytestmark = pytest.mark.django_db

CHALLENGE, DOOR = "/sign-in/passkey/challenge/", "/sign-in/passkey/"


def browser() -> Client:
    return Client(SERVER_NAME="localhost")


def signed_in(user: User) -> Client:
    client = browser()
    client.force_login(user)
    client.get("/account/")
    return client


def with_passkey(user: User, **how: Any) -> Authenticator:
    """Add a passkey to an account by its own pages."""
    with_app(user)
    client = signed_in(user)
    (code, *_) = new_recovery_codes(user, now=timezone.now())
    page = client.post("/account/passkey/", {"name": "Blue key", "step_up-code": code})
    proof = page.context["proving"].proof
    made = Authenticator(**how)
    answer = made.make(client.post("/account/passkey/challenge/").json())
    kept = client.post(
        "/account/passkey/keep/",
        {"name": "Blue key", "answer": answer, "step_up-proof": str(proof.id)},
    )
    assert kept.status_code == 302, kept.content
    return made


def test_a_passkey_signs_in_alone_and_after_the_password() -> None:
    user = make_user()
    key = with_passkey(user)
    alone, second = browser(), browser()

    assert alone.post(DOOR, {"answer": key.answer(alone.post(CHALLENGE).json())}).status_code == 302
    type_password(second, user)
    options = second.post(CHALLENGE).json()
    assert len(options["publicKey"]["allowCredentials"]) == 1
    assert second.post(DOOR, {"answer": key.answer(options)}).status_code == 302

    assert is_signed_in(alone)
    assert is_signed_in(second)


def test_t55_an_answer_is_taken_once() -> None:
    key = with_passkey(make_user())
    first, again = browser(), browser()
    answer = key.answer(first.post(CHALLENGE).json())
    assert first.post(DOOR, {"answer": answer}).status_code == 302

    again.post(CHALLENGE)
    assert again.post(DOOR, {"answer": answer}).status_code == 400
    assert again.post(DOOR, {"answer": answer}).status_code == 400
    assert not is_signed_in(again)


def test_t54_a_key_that_nobody_unlocked_is_refused() -> None:
    key = with_passkey(make_user())
    key.unlocked = False
    client = browser()

    assert (
        client.post(DOOR, {"answer": key.answer(client.post(CHALLENGE).json())}).status_code == 400
    )
    assert not is_signed_in(client)


@pytest.mark.parametrize("origin", ["http://localhost.evil.example", "https://portal.example"])
def test_t54_an_answer_made_for_another_address_is_refused(origin: str) -> None:
    key = with_passkey(make_user())
    key.origin = origin
    client = browser()

    assert (
        client.post(DOOR, {"answer": key.answer(client.post(CHALLENGE).json())}).status_code == 400
    )


def test_t54_the_passkey_of_one_account_is_no_factor_of_another() -> None:
    mine, other = make_user(), make_user()
    key = with_passkey(mine)
    with_passkey(other)
    client = browser()
    type_password(client, other)

    assert (
        client.post(DOOR, {"answer": key.answer(client.post(CHALLENGE).json())}).status_code == 400
    )
    claims_other = browser()
    options = claims_other.post(CHALLENGE).json()
    key.user_handle = with_passkey(make_user()).user_handle
    assert claims_other.post(DOOR, {"answer": key.answer(options)}).status_code == 400


def test_t58_a_closed_account_does_not_get_in_by_its_passkey() -> None:
    user = make_user()
    key = with_passkey(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    client = browser()

    assert (
        client.post(DOOR, {"answer": key.answer(client.post(CHALLENGE).json())}).status_code == 400
    )


def test_t63_a_signature_takes_a_passkey_whose_challenge_was_for_it_alone() -> None:
    force = Force()
    user = force.supervisor
    key = with_passkey(user)
    one, other = submitted_case(force), submitted_case(force)
    client = signed_in(user)

    def challenge(submission: Any) -> dict[str, Any]:
        target = {"act": "sign", "object": submission.pk, "version": submission.digest}
        return client.post("/account/step-up/challenge/", target).json()

    def sign(submission: Any, answer: str) -> int:
        sent = {
            "digest": submission.digest,
            "rows": "2",
            "choice": "sign",
            "unwatched_reason": "Read it.",
            "step_up-answer": answer,
        }
        return client.post(f"/cases/{submission.complaint_id}/sign-off/", sent).status_code

    outside = browser()
    for_the_door = key.answer(outside.post(CHALLENGE).json())
    assert sign(one, for_the_door) == 400
    assert sign(one, key.answer(challenge(other))) == 400
    assert not SignOff.objects.exists()
    assert not StepUp.objects.filter(act="sign").exists()
    assert sign(one, key.answer(challenge(one))) == 302
    assert SignOff.objects.get().submission == one
    assert client.post("/account/step-up/challenge/", {"act": "anything"}).status_code == 400


def test_the_only_factor_left_may_not_go_but_one_of_two_may() -> None:
    user = make_user()
    with_passkey(user)
    client = signed_in(user)
    page = client.get("/account/").content.decode()
    assert "Blue key" in page
    app = user.authenticator_set.get(type="totp").pk
    from accounts.services.own_factors import target_of

    shown = in_form(client, user, target_of(user, f"remove-{app}"))
    assert client.post(f"/account/factors/{app}/remove/", shown)["Location"] == "/account/"
    assert not user.authenticator_set.filter(type="totp").exists()
