"""Opening a case to one account, as a part of another act: its lock, its permission, its transaction."""

from __future__ import annotations

from datetime import datetime

from accounts.grants import grant
from accounts.models import User
from audit.recorder import record
from incidents.events import ACCESS_GRANTED
from incidents.models import Complaint, ComplaintGrant

CODENAME = "view_complaint"


def grant_case(
    user: User,
    case: Complaint,
    *,
    reason: str,
    actor: User,
    now: datetime,
    expires_at: datetime | None = None,
) -> None:
    """Give an account a personal grant of a locked case, or renew it, and record that."""
    grant(
        ComplaintGrant,
        codename=CODENAME,
        user=user,
        target=case,
        reason=reason,
        granted_by=actor,
        now=now,
        expires_at=expires_at,
    )
    record(
        ACCESS_GRANTED,
        actor=actor.audit_actor(),
        subject=case.audit_subject(),
        now=now,
        details={"user": user.pk, "until": expires_at},
        personal={"reason": reason, "name": user.display_name},
    )


def open_to(user: User, case: Complaint, *, reason: str, actor: User, now: datetime) -> None:
    """Give a grant unless the case is open to the account without one or by a lasting one."""
    by_team = not case.is_restricted and case.team_id in user.team_ids
    lasting = ComplaintGrant.objects.filter(
        user=user, content_object=case, expires_at__isnull=True
    ).exists()
    if not by_team and not lasting:
        grant_case(user, case, reason=reason, actor=actor, now=now)
