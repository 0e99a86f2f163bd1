"""Voiding a signature whose content has changed: visibly, in the transaction of the change."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from audit.recorder import record
from incidents.models import Complaint
from reviews.digest import content_of, digest_of
from reviews.enums import SubmissionState
from reviews.events import SIGNATURE_VOIDED
from reviews.models import SignOff


def void_changed_signature(case: Complaint, *, actor: User, now: datetime) -> bool:
    """Void the signature of a locked case if the content is no longer what was signed.

    To be called after every change of content, in its transaction. Returns whether a signature
    was voided. Costs one query while there is no signature in force.
    """
    signature = (
        SignOff.objects.select_related("submission")
        .filter(submission__complaint=case, voided_at=None)
        .order_by("-submission__number")
        .first()
    )
    if signature is None:
        return False
    current = digest_of(content_of(case))
    if current == signature.digest:
        return False
    signature.voided_at = now
    signature.save(update_fields=["voided_at"])
    submission = signature.submission
    submission.state = SubmissionState.VOIDED
    submission.save(update_fields=["state"])
    submission.complaint = case
    record(
        SIGNATURE_VOIDED,
        actor=actor.audit_actor(),
        subject=submission.audit_subject(),
        now=now,
        details={"number": submission.number, "signed": signature.digest, "now": current},
    )
    return True
