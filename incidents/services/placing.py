"""Where a case stands, team and restriction, and the ledger of it: the only module that writes it.

Both functions are a part of another act: its lock on the case, its permission, its transaction.
"""

from __future__ import annotations

from datetime import datetime

from accounts.models import Team, User
from accounts.services.teams import keep_open
from incidents.models import CasePlacement, Complaint

LOGGED = "Logged"


def begin_placement(case: Complaint, *, actor: User, now: datetime, reason: str = LOGGED) -> None:
    """Write the first row of a case that was just made: its team, and whether it is restricted.

    Raises NotNow when the team was closed meanwhile.
    """
    keep_open(case.team_id)
    CasePlacement.objects.create(
        complaint=case,
        team=case.team,
        is_restricted=case.is_restricted,
        since=now,
        moved_by=actor,
        reason=reason,
    )


def place(
    case: Complaint,
    *,
    actor: User,
    now: datetime,
    reason: str,
    team: Team | None = None,
    is_restricted: bool | None = None,
) -> CasePlacement:
    """Put a locked case into another team, or change its restriction, and end the row before.

    What is None stays. A new team has to take note. Raises NotNow when it is closed. Changes the
    columns of the case and saves nothing of it: the caller does.
    """
    last = CasePlacement.objects.get(complaint=case, until__isnull=True)
    # Two requests may read the clock in one order and get the lock in the other.
    moment = max(now, last.since)
    last.until = moment
    last.save(update_fields=["until"])
    if team is not None:
        keep_open(team.pk)
        case.team = team
    if is_restricted is not None:
        case.is_restricted = is_restricted
    return CasePlacement.objects.create(
        complaint=case,
        team=case.team,
        is_restricted=case.is_restricted,
        since=moment,
        moved_by=actor,
        reason=reason,
        awaits_note=last.awaits_note if team is None else True,
    )
