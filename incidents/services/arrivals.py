"""Taking note, for a team, that a case came to it from another one: until then it is a task."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.roles import Permission
from audit.recorder import record
from bwcportal.errors import NotNow, NotPermitted
from incidents.events import ARRIVAL_NOTED
from incidents.models import CasePlacement, Complaint
from incidents.permissions import check_may
from incidents.services.moving import lock_case


def check_can_note(user: User, case: Complaint) -> None:
    """Raise NotPermitted unless the person takes note for the team that has the case."""
    check_may(user, Permission.SIGN_OFF)
    if case.team_id not in user.team_ids:
        raise NotPermitted(
            "A supervisor of the team that has the case takes note of it", code="not_your_team"
        )


@transaction.atomic
def note_arrival(*, actor: User, case_id: UUID, now: datetime) -> Complaint:
    """Take note for the team that the case came to it, and return the case.

    Raises NotFound, NotPermitted, or NotNow when somebody has taken note already.
    """
    case = lock_case(actor=actor, case_id=case_id)
    check_can_note(actor, case)
    if not take_note(case):
        raise NotNow("Somebody of the team has taken note already", code="noted")
    record(
        ARRIVAL_NOTED,
        actor=actor.audit_actor(),
        subject=case.audit_subject(),
        now=now,
        details={"team": case.team.code},
    )
    return case


def take_note(case: Complaint) -> bool:
    """End the waiting of a locked case as a part of another act; False when it did not wait."""
    waiting = CasePlacement.objects.filter(complaint=case, until__isnull=True, awaits_note=True)
    return bool(waiting.update(awaits_note=False))
