"""Changing how one signs in, by oneself: each change takes a second factor that was shown for it."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest

from accounts import passwords
from accounts.events import FACTOR_REMOVED, PASSWORD_CHOSEN
from accounts.factors import rows
from accounts.models import StepUpAct, User
from accounts.notices import What, tell
from accounts.services import second_factor
from accounts.services.accounts import account_subject
from accounts.services.step_up import Proof, Target, spend
from audit.recorder import record
from bwcportal.errors import Invalid, NotFound, NotNow


def target_of(user: User, change: str) -> Target:
    """Name one change of how an account signs in, as the thing a factor is shown for."""
    return Target.of(StepUpAct.ACCOUNT, user.pk, change)


@transaction.atomic
def replace_app(*, actor: User, secret: str, code: str, proof: Proof | None, now: datetime) -> None:
    """Take a new app in place of the one before. Raises ProofNeeded, and Invalid at `code`."""
    second_factor.enrol_app(actor, secret=secret, code=code, now=now)
    spend(actor=actor, proof=proof, target=target_of(actor, "app"), now=now)


@transaction.atomic
def add_passkey(
    request: HttpRequest, *, actor: User, name: str, answer: str, proof: Proof | None, now: datetime
) -> None:
    """Add a passkey. Raises ProofNeeded, and Invalid for an answer that is none."""
    spend(actor=actor, proof=proof, target=target_of(actor, "passkey"), now=now)
    second_factor.enrol_passkey(request, actor, name=name, answer=answer, now=now)


@transaction.atomic
def remove_factor(*, actor: User, factor_id: int, proof: Proof | None, now: datetime) -> None:
    """Remove an app or a passkey, never the last. Raises NotFound, NotNow and ProofNeeded."""
    User.objects.select_for_update().get(pk=actor.pk)
    counting = [each for each in rows.factors_of(actor) if each.counts]
    found = next((each for each in counting if each.id == factor_id), None)
    if found is None:
        raise NotFound
    if len(counting) == 1:
        raise NotNow("This is your only one. Add another first", code="only_factor")
    spend(actor=actor, proof=proof, target=target_of(actor, f"remove-{factor_id}"), now=now)
    rows.remove_factor(actor, factor_id)
    tell(actor, What.FACTOR_REMOVED, now=now)
    record(
        FACTOR_REMOVED,
        actor=actor.audit_actor(),
        subject=account_subject(actor),
        now=now,
        details={"factor": found.kind},
    )


@transaction.atomic
def make_recovery_codes(*, actor: User, proof: Proof | None, now: datetime) -> list[str]:
    """Make new recovery codes in place of those before; they are shown once. Raises ProofNeeded."""
    spend(actor=actor, proof=proof, target=target_of(actor, "codes"), now=now)
    return second_factor.make_recovery_codes(actor, now=now)


@transaction.atomic
def change_password(
    request: HttpRequest,
    *,
    actor: User,
    current: str,
    password: str,
    proof: Proof | None,
    now: datetime,
) -> None:
    """Choose a new password, which ends every other session.

    Raises Invalid at `current` or `password`, and ProofNeeded.
    """
    if not actor.check_password(current):
        raise Invalid("This is not your password", field="current")
    passwords.check_password_is_fit(password, actor)
    spend(actor=actor, proof=proof, target=target_of(actor, "password"), now=now)
    passwords.choose_password(actor, password)
    update_session_auth_hash(request, actor)
    tell(actor, What.PASSWORD, now=now)
    record(
        PASSWORD_CHOSEN,
        actor=actor.audit_actor(),
        subject=account_subject(actor),
        now=now,
    )
