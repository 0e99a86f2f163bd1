"""Taking a case from people who are kept out of it, as a part of another act on the locked case.

Silently: the person is told nothing, their tasks and pages are simply gone. Supervisors of the team
find on My work that the case needs somebody new.
"""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from audit.recorder import record
from incidents.enums import ConcernState
from incidents.events import UNASSIGNED
from incidents.kept_out import is_kept_out
from incidents.models import AssignmentConcern, Complaint
from incidents.services.granting import CHECKER, end_assignment

KEPT_OUT = "Kept out of the case"


def unassign_kept_out(case: Complaint, *, by: User | None, now: datetime) -> list[User]:
    """Take a locked case from an investigator or supervisor who is kept out; return them.

    The grant that came with the part ends too, so that it opens nothing when they are let in again.
    Without a person it is the portal's own check. Saves the two columns; the caller raises the version.
    Every one is recorded.
    """
    taken = []
    for role in ("investigator", "supervisor"):
        user = getattr(case, role)
        if user is None or not is_kept_out(case, user.person):
            continue
        setattr(case, role, None)
        taken.append(user)
        AssignmentConcern.objects.filter(
            complaint=case, user=user, role=role.upper(), state=ConcernState.OPEN
        ).update(state=ConcernState.OVER, decided_at=now)
        record(
            UNASSIGNED,
            actor=by.audit_actor() if by is not None else CHECKER,
            subject=case.audit_subject(),
            now=now,
            details={"role": role, "user": user.pk},
            personal={"name": user.display_name},
        )
        end_assignment(user, case, reason=KEPT_OUT, actor=by, now=now)
    if taken:
        case.save(update_fields=["investigator", "supervisor"])
    return taken
