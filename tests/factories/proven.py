"""The acts that need a second factor, with one shown for them: services, as tests call them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import User
from retention.models import Disposal, Hold
from retention.services import disposing, holds
from tests.factories.proofs import approving, proof_for, releasing


def approve(*, actor: User, disposal_id: UUID, reason: str, now: datetime) -> Disposal:
    """Show a factor and approve a disposal."""
    target = approving(Disposal.objects.get(pk=disposal_id))
    proof = proof_for(actor, target, now=now)
    return disposing.approve(
        actor=actor, disposal_id=disposal_id, reason=reason, proof=proof, now=now
    )


def release_hold(*, actor: User, hold_id: UUID, reason: str, now: datetime) -> Any:
    """Show a factor and release a hold."""
    proof = proof_for(actor, releasing(Hold.objects.get(pk=hold_id)), now=now)
    return holds.release_hold(actor=actor, hold_id=hold_id, reason=reason, proof=proof, now=now)
