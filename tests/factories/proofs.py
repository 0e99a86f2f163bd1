"""Second factors shown for one act: for services, for forms and for the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.proving import session_of_token
from accounts.services.step_up import Proof, StepUpAct, Target, prove
from accounts.tokens import find_token
from incidents.models import Complaint
from tests.factories.callers import Caller

HERE = "web:test"


def proof_for(
    actor: User, target: Target, *, now: datetime | None = None, session: str = HERE
) -> Proof:
    """Show a factor for a target."""
    return prove(
        user=actor, session=session, target=target, factor="app", now=now or timezone.now()
    )


def signing(submission: Any) -> Target:
    """Name the signing of a version."""
    return Target.of(StepUpAct.SIGN, submission.pk, submission.digest)


def approving(disposal: Any) -> Target:
    """Name the approval of a disposal."""
    return Target.of(StepUpAct.APPROVE_DISPOSAL, disposal.pk, _version(disposal))


def releasing(hold: Any) -> Target:
    """Name the release of a hold."""
    return Target.of(StepUpAct.RELEASE_HOLD, hold.pk, _version(hold))


def _version(part: Any) -> int:
    return Complaint.objects.values_list("version", flat=True).get(pk=part.complaint_id)


def in_form(client: Client, actor: User, target: Target) -> dict[str, str]:
    """Give what a form holds when the factor was shown in this browser a moment ago."""
    proof = proof_for(actor, target, session=f"web:{client.session['public_id']}")
    return {"step_up-proof": str(proof.id)}


def in_header(caller: Caller, target: Target) -> dict[str, str]:
    """Give the header that goes with the act when the factor was shown by this token a moment ago."""
    token = find_token(caller.token, now=timezone.now())
    assert token is not None
    proof = proof_for(caller.user, target, session=session_of_token(token.pk))
    return {"Step-Up": str(proof.id)}
