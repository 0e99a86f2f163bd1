"""What an administrator does that concerns cases, without learning of any: ending all personal
access of a person, and closing a team that has no cases.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.events import TEAM_CLOSED
from accounts.grants import in_force
from accounts.models import Person, Team, User
from accounts.permissions import check_not_oneself
from accounts.policies import check_reason
from accounts.roles import Permission
from accounts.services.memberships import end_all_memberships
from accounts.services.people import person_subject
from accounts.services.teams import team_subject
from audit.recorder import record
from bwcportal.errors import NotFound, NotNow, StaleVersion
from incidents.enums import CaseState
from incidents.events import ALL_ACCESS_ENDED
from incidents.models import Complaint, ComplaintGrant
from incidents.permissions import check_may
from incidents.services.granting import end_grant


@dataclass(frozen=True)
class EndedAccess:
    """How many grants were ended, and how many stay because the case would open to nobody."""

    ended: int
    kept: int


@transaction.atomic
def end_all_access(*, actor: User, person_id: UUID, reason: str, now: datetime) -> EndedAccess:
    """End every personal grant of a human being, over all their accounts, with one reason.

    Each case records it in its own history; the actor is told numbers only. The last account to
    which a restricted case is open keeps it, or nobody could ever open it again. Raises NotFound,
    NotPermitted for oneself, NotNow when there is nothing to end, Invalid with the field `reason`.
    """
    check_may(actor, Permission.MANAGE_PEOPLE)
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise NotFound
    check_not_oneself(actor, person)
    text = check_reason(reason)
    held = in_force(ComplaintGrant, now=now).filter(user__person__in=person.ids)
    # Cases are the first rows locked, in one order; the grants are read again under the lock.
    cases = Complaint.objects.filter(pk__in=held.values("content_object_id"))
    locked = {case.pk: case for case in cases.select_for_update(of=("self",)).order_by("pk")}
    grants = list(
        held.filter(content_object__in=locked).select_related("user__person").order_by("pk")
    )
    if not grants:
        raise NotNow(f"{person.title} has no personal access to any case", code="no_grant")
    ended = 0
    for grant in grants:
        case = locked[grant.content_object_id]
        if not _is_last(case, grant, now=now):
            ended += end_grant(grant.user, case, reason=text, actor=actor, now=now)
    kept = len(grants) - ended
    record(
        ALL_ACCESS_ENDED,
        actor=actor.audit_actor(),
        subject=person_subject(person),
        now=now,
        details={"ended": ended, "kept": kept},
        personal={"reason": text, "name": person.title},
    )
    return EndedAccess(ended, kept)


@transaction.atomic
def close_team(*, actor: User, team_id: UUID, version: int, reason: str, now: datetime) -> Team:
    """Close a team that has no open case and end its memberships; return it.

    Whether it has cases is all that is said, never how many: some may be restricted. Raises
    NotFound, NotPermitted, StaleVersion, NotNow for a closed team or one with cases, Invalid.
    """
    check_may(actor, Permission.MANAGE_TEAMS)
    team = Team.objects.select_for_update().filter(pk=team_id).first()
    if team is None:
        raise NotFound
    if team.version != version:
        raise StaleVersion
    text = check_reason(reason)
    if team.closed_at is not None:
        raise NotNow(f"{team.name} is closed already", code="team_closed")
    if _has_cases(team):
        raise NotNow(
            "This team still has cases. A supervisor must transfer them to another team first",
            code="team_has_cases",
        )
    members = end_all_memberships(actor=actor, team=team, reason=text, now=now)
    team.closed_at = now
    team.version += 1
    team.save(update_fields=["closed_at", "version"])
    record(
        TEAM_CLOSED,
        actor=actor.audit_actor(),
        subject=team_subject(team),
        now=now,
        details={"members": members},
        personal={"reason": text},
    )
    return team


def _is_last(case: Complaint, grant: ComplaintGrant, *, now: datetime) -> bool:
    if not case.is_restricted:
        return False
    others = in_force(ComplaintGrant, now=now).filter(
        content_object=case, expires_at__isnull=True, user__is_active=True
    )
    return not others.exclude(user__person__in=grant.user.person.ids).exists()


def _has_cases(team: Team) -> bool:
    # Finalised cases count: whoever approves their disposal sees them by this team.
    return Complaint.objects.filter(team=team).exclude(state=CaseState.DESTROYED).exists()
