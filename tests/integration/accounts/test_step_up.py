"""A proof that somebody was there: for one person, place, act, thing and version, once, for minutes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.factors.codes import new_recovery_codes
from accounts.models import StepUp
from accounts.roles import Role
from accounts.services.accounts import close_account
from accounts.services.step_up import Proof, ProofNeeded, StepUpAct, Target, prove_by_code, spend
from audit.models import Event
from bwcportal.errors import Invalid, NotPermitted
from reviews.models import SignOff
from tests.factories.callers import Caller
from tests.factories.decisions import submitted_case
from tests.factories.people import Force, make_user
from tests.factories.proofs import HERE, in_form, proof_for, signing
from tests.factories.sign_in import code_at, with_app, wrong_code

pytestmark = pytest.mark.django_db

TARGET = Target.of(StepUpAct.SIGN, "a-review", "a-digest")
NOW = timezone.now()


def test_t63_a_proof_is_good_once() -> None:
    user = make_user()
    proof = proof_for(user, TARGET, now=NOW)

    spend(actor=user, proof=proof, target=TARGET, now=NOW)

    with pytest.raises(ProofNeeded):
        spend(actor=user, proof=proof, target=TARGET, now=NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"target": Target.of(StepUpAct.RELEASE_HOLD, "a-review", "a-digest")},
        {"target": Target.of(StepUpAct.SIGN, "another", "a-digest")},
        {"target": Target.of(StepUpAct.SIGN, "a-review", "another")},
        {"now": NOW + timedelta(minutes=5, seconds=1)},
        {"actor": "other"},
        {"session": "web:another"},
        {"proof": None},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_t63_a_proof_for_anything_else_is_none(changes: dict[str, Any]) -> None:
    user = make_user()
    made = proof_for(user, TARGET, now=NOW)
    given = {"actor": user, "proof": made, "target": TARGET, "now": NOW} | changes
    if given.pop("session", ""):
        given["proof"] = Proof(made.id, "web:another")
    if given["actor"] == "other":
        given["actor"] = make_user()

    with pytest.raises(ProofNeeded):
        spend(**given)

    spend(actor=user, proof=made, target=TARGET, now=NOW)


def test_t63_an_act_that_fails_leaves_the_proof_for_the_next_try() -> None:
    user = make_user()
    proof = proof_for(user, TARGET, now=NOW)

    with transaction.atomic():
        spend(actor=user, proof=proof, target=TARGET, now=NOW)
        transaction.set_rollback(True)

    spend(actor=user, proof=proof, target=TARGET, now=NOW)


def test_t63_a_wrong_code_proves_nothing_and_a_right_one_only_once() -> None:
    user = make_user()
    secret = with_app(user)
    given: dict[str, Any] = {"user": user, "session": HERE, "target": TARGET, "now": NOW}

    with pytest.raises(Invalid):
        prove_by_code(code=wrong_code(secret), **given)
    prove_by_code(code=code_at(secret, NOW), **given)
    with pytest.raises(Invalid):
        prove_by_code(code=code_at(secret, NOW), **given)
    assert StepUp.objects.count() == 1
    assert Event.objects.filter(name="accounts.factor_shown").count() == 1


def test_t63_who_has_no_second_factor_proves_nothing() -> None:
    machine = make_user(Role.SERVICE)

    with pytest.raises(NotPermitted) as refused:
        prove_by_code(user=machine, session=HERE, target=TARGET, code="123456", now=NOW)

    assert refused.value.code == "no_second_factor"


def test_t63_a_signature_takes_a_code_on_the_page_and_the_session_gets_a_new_key() -> None:
    force = Force()
    submission = submitted_case(force)
    secret = with_app(force.supervisor)
    client = Client()
    client.force_login(force.supervisor)
    url = f"/cases/{submission.complaint_id}/sign-off/"
    sent = {
        "digest": submission.digest,
        "rows": "2",
        "choice": "sign",
        "unwatched_reason": "Read the transcript.",
    }
    before = client.cookies["session"].value

    wrong = client.post(url, {**sent, "step_up-code": wrong_code(secret)})
    assert wrong.status_code == 400
    assert "Read the transcript." in wrong.content.decode()
    assert client.cookies["session"].value == before
    right = client.post(url, {**sent, "step_up-code": code_at(secret)})

    assert right.status_code == 302
    assert client.cookies["session"].value != before
    assert SignOff.objects.get(submission=submission).signed_by == force.supervisor


def test_what_was_shown_still_counts_when_the_form_has_to_be_repaired() -> None:
    force = Force()
    submission = submitted_case(force)
    secret = with_app(force.supervisor)
    client = Client()
    client.force_login(force.supervisor)
    url = f"/cases/{submission.complaint_id}/sign-off/"
    sent = {"digest": submission.digest, "rows": "2", "choice": "sign"}

    half = client.post(url, {**sent, "step_up-code": code_at(secret)})
    assert half.status_code == 400
    page = half.content.decode()
    assert "Your second factor was accepted" in page
    kept = StepUp.objects.get()
    assert f'value="{kept.pk}"' in page
    again = {**sent, "unwatched_reason": "Read it.", "step_up-proof": str(kept.pk)}
    assert client.post(url, again).status_code == 302


def test_t63_a_proof_of_one_case_signs_no_other() -> None:
    force = Force()
    one, other = submitted_case(force), submitted_case(force)
    client = Client()
    client.force_login(force.supervisor)
    client.get("/cases/")
    shown = in_form(client, force.supervisor, signing(one))
    sent = {"digest": other.digest, "rows": "2", "choice": "sign", "unwatched_reason": "Read it."}

    assert client.post(f"/cases/{other.complaint_id}/sign-off/", sent | shown).status_code == 400
    assert not SignOff.objects.exists()


def test_the_api_takes_a_code_of_a_person_and_nothing_of_a_machine() -> None:
    user, machine = make_user(Role.SUPERVISOR), make_user(Role.SERVICE)
    with_app(user)
    code = new_recovery_codes(user, now=NOW)[0]
    body = {"act": "sign", "object": "a-review", "version": "a-digest", "code": code}
    caller = Caller(user)

    made = caller.post("/step-ups", body)
    assert made.status == 201
    assert code not in str(made.json)
    assert caller.post("/step-ups", body).status == 400
    assert caller.post("/step-ups", {**body, "act": "anything"}).status == 400
    assert Caller(machine).post("/step-ups", body).json["code"] == "no_second_factor"
    assert Caller(user, can_write=False).post("/step-ups", body).status == 403


def test_closing_an_account_takes_its_proofs_away() -> None:
    user = make_user()
    proof = proof_for(user, TARGET, now=NOW)

    close_account(
        actor=make_user(Role.ADMINISTRATOR), user_id=user.pk, reason="Left", now=timezone.now()
    )

    with pytest.raises(ProofNeeded):
        spend(actor=user, proof=proof, target=TARGET, now=NOW)
