"""The review of an emergency access by somebody who had no part in it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from audit.recorder import record
from bwcportal.errors import Invalid
from incidents.emergency_policies import check_may_review
from incidents.enums import EmergencyOutcome
from incidents.events import EMERGENCY_REVIEWED
from incidents.models import EmergencyAccess
from incidents.services.emergencies import lock_emergency

NOTE_LENGTH = 500


@transaction.atomic
def review_emergency(
    *, actor: User, emergency_id: UUID, outcome: str, note: str, now: datetime
) -> EmergencyAccess:
    """Record whether an emergency access was justified, with a note, and return it.

    A late review is taken, and counted as late. Raises NotFound, NotPermitted for who opened the
    case or covers for them, NotNow while it is open or when it is reviewed, and Invalid at
    `outcome` or `note`.
    """
    access = lock_emergency(actor=actor, emergency_id=emergency_id)
    check_may_review(actor, access, now=now)
    if outcome not in EmergencyOutcome.values:
        raise Invalid("Choose whether it was justified", field="outcome")
    text = note.strip()
    if not text:
        raise Invalid("Enter what you looked at and why you decided so", field="note")
    if len(text) > NOTE_LENGTH:
        raise Invalid(
            f"The note has at most {NOTE_LENGTH} characters. You entered {len(text)}", field="note"
        )
    access.outcome = outcome
    access.note = text
    access.reviewed_by = actor
    access.reviewed_at = now
    access.save(update_fields=["outcome", "note", "reviewed_by", "reviewed_at"])
    record(
        EMERGENCY_REVIEWED,
        actor=actor.audit_actor(),
        subject=access.audit_subject(),
        now=now,
        details={"outcome": outcome, "late": access.is_late(now), "account": access.account_id},
        personal={"note": text},
    )
    return access
