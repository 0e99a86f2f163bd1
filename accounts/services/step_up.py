"""Showing a second factor anew before an act that others must be able to rely on.

A proof belongs to one account, one session or API token, one act, one thing and one version of
it. It is good for five minutes and once: the act spends it in its own transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest

from accounts.events import FACTOR_SHOWN
from accounts.models import StepUp, StepUpAct, User
from accounts.roles import Role
from accounts.services import second_factor
from accounts.services.accounts import account_subject
from audit.recorder import record
from bwcportal.errors import NotPermitted

GOOD_FOR = timedelta(minutes=5)
A_PERSON_MUST = (
    "This account has no second factor, so it cannot do this. A person must, who has one"
)
SET_ONE_UP = (
    "You have no second factor in the portal yet, and this needs one. Ask an administrator for a "
    "set-up code, sign out, and set up your account with it"
)


class ProofNeeded(NotPermitted):
    """The act needs a second factor that was shown for it a moment ago."""

    default_code = "step_up_needed"


@dataclass(frozen=True)
class Proof:
    """What is handed to an act: which proof, and from which session or token it comes."""

    id: UUID
    session: str


@dataclass(frozen=True)
class Target:
    """For what a factor is shown: the act, the thing, and the version of it that was seen."""

    act: StepUpAct
    object_id: str
    version: str

    @classmethod
    def of(cls, act: StepUpAct, object_id: Any, version: Any) -> Target:
        """Name a target by ids of any kind."""
        return cls(act, str(object_id), str(version))

    @property
    def purpose(self) -> str:
        """Say in one text what a passkey's challenge is for."""
        return f"step-up:{self.act}:{self.object_id}:{self.version}"


def prove_by_code(*, user: User, session: str, target: Target, code: str, now: datetime) -> Proof:
    """Take a code of the app or a recovery code as proof.

    Raises NotPermitted for an account without a second factor, such as a machine's, Invalid at
    `code`, and TooManyTries.
    """
    _require_factor(user)
    factor = second_factor.check_code(user, code=code, now=now)
    return prove(user=user, session=session, target=target, factor=factor, now=now)


def prove_by_passkey(
    request: HttpRequest, *, user: User, session: str, target: Target, answer: str, now: datetime
) -> Proof:
    """Take the answer of a passkey to a challenge that was made for this target.

    Raises NotPermitted for an account without a second factor, Invalid, and TooManyTries.
    """
    _require_factor(user)
    factor = second_factor.check_passkey(
        request, user, answer=answer, purpose=target.purpose, now=now
    )
    return prove(user=user, session=session, target=target, factor=factor, now=now)


@transaction.atomic
def prove(*, user: User, session: str, target: Target, factor: str, now: datetime) -> Proof:
    """Write down that a factor was shown. For who has checked it; and for the demonstration's stories."""
    row = StepUp.objects.create(
        user=user,
        session=session,
        act=target.act,
        object_id=target.object_id,
        version=target.version,
        factor=factor,
        shown_at=now,
        expires_at=now + GOOD_FOR,
    )
    record(
        FACTOR_SHOWN,
        actor=user.audit_actor(),
        subject=account_subject(user),
        now=now,
        details={"act": str(target.act), "object": target.object_id, "factor": factor},
    )
    return Proof(row.pk, session)


def proof_shown(proof: Proof) -> StepUp:
    """Give the row of a proof that was just made, for showing it to whoever made it."""
    return StepUp.objects.get(pk=proof.id)


def is_good(proof: Proof, *, user: User, target: Target, now: datetime) -> bool:
    """Tell whether a proof would be accepted for this now."""
    return _good(StepUp.objects.filter(pk=proof.id).first(), proof, user, target, now=now)


def spend(*, actor: User, proof: Proof | None, target: Target, now: datetime) -> None:
    """Spend a proof in the transaction of the act it was made for.

    Raises ProofNeeded for none, and for one of another person, session, act, thing or version, one
    that was spent, and one older than five minutes.
    """
    row = None
    if proof is not None:
        row = StepUp.objects.select_for_update().filter(pk=proof.id).first()
    if row is None or proof is None or not _good(row, proof, actor, target, now=now):
        raise ProofNeeded(
            "Show your second factor again: this act needs one that was shown for exactly this, "
            "in the last five minutes"
        )
    row.spent_at = now
    row.save(update_fields=["spent_at"])


def _good(row: StepUp | None, proof: Proof, user: User, target: Target, *, now: datetime) -> bool:
    return (
        row is not None
        and row.user_id == user.pk
        and row.session == proof.session
        and row.act == target.act
        and row.object_id == target.object_id
        and row.version == target.version
        and row.spent_at is None
        and row.expires_at > now
    )


def _require_factor(user: User) -> None:
    if not second_factor.has_factor(user):
        is_machine = Role.SERVICE in user.role_set
        raise NotPermitted(A_PERSON_MUST if is_machine else SET_ONE_UP, code="no_second_factor")
