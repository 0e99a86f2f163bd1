"""Who belongs to which team, and from when until when. A team opens its cases to its members."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.events import TEAM_JOINED, TEAM_LEFT
from accounts.models import Membership, Team, User
from accounts.permissions import check_may, check_not_oneself
from accounts.policies import check_may_join, check_not_member, check_period, check_reason
from accounts.roles import Permission
from accounts.services._locking import lock_account, lock_team
from accounts.services.accounts import account_subject
from audit.recorder import record
from bwcportal.errors import Invalid, NotNow


@transaction.atomic
def join_team(
    *,
    actor: User,
    user_id: UUID,
    team_id: UUID,
    since: datetime | None,
    until: datetime | None,
    reason: str,
    now: datetime,
) -> Membership:
    """Put an account into a team from a moment (UTC, now if none is given) until another.

    Raises NotFound, NotPermitted for one's own person, NotNow for a closed account or team and for
    an administrator, Invalid with the field to repair.
    """
    user, text = _begin(actor, user_id, reason)
    begins = check_period(since, until, now=now)
    return _join(actor, user, team_id, begins=begins, until=until, reason=text, now=now)


@transaction.atomic
def leave_team(
    *, actor: User, user_id: UUID, team_id: UUID, reason: str, now: datetime
) -> Membership:
    """End a membership at this moment: the team's cases are closed to the account at once.

    Raises NotFound, NotPermitted, NotNow when the account is not in the team, Invalid.
    """
    user, text = _begin(actor, user_id, reason)
    return _leave(actor, user, team_id, reason=text, now=now)


@transaction.atomic
def move_team(
    *,
    actor: User,
    user_id: UUID,
    from_team_id: UUID,
    to_team_id: UUID,
    reason: str,
    now: datetime,
) -> Membership:
    """Move an account from one team to another in one act, with no moment in both or in neither.

    Returns the new membership. Raises what leaving and joining raise.
    """
    user, text = _begin(actor, user_id, reason)
    if from_team_id == to_team_id:
        raise Invalid("Choose another team than the one they are in", field="team")
    _leave(actor, user, from_team_id, reason=text, now=now)
    return _join(actor, user, to_team_id, begins=now, until=None, reason=text, now=now)


def end_all_memberships(*, actor: User, team: Team, reason: str, now: datetime) -> int:
    """End every membership of a locked team, as a part of closing it; return how many."""
    held = Membership.objects.filter(team=team).not_over(now).select_related("user__person")
    memberships = list(held.order_by("pk"))
    for membership in memberships:
        _end(actor, membership, team, reason=reason, now=now)
    return len(memberships)


def _begin(actor: User, user_id: UUID, reason: str) -> tuple[User, str]:
    check_may(actor, Permission.MANAGE_TEAMS)
    user = lock_account(user_id)
    check_not_oneself(actor, user.person)
    return user, check_reason(reason)


def _join(
    actor: User,
    user: User,
    team_id: UUID,
    *,
    begins: datetime,
    until: datetime | None,
    reason: str,
    now: datetime,
) -> Membership:
    team = lock_team(team_id)
    if not user.is_active:
        raise NotNow("This account is closed. Reopen it first", code="closed")
    if team.closed_at is not None:
        raise NotNow(f"{team.name} is closed. Choose another team", code="team_closed")
    check_not_member(user, team, begins=begins, until=until)
    check_may_join(user, begins=begins, until=until)
    joined = Membership.objects.create(
        user=user, team=team, since=begins, until=until, reason=reason, given_by=actor
    )
    record(
        TEAM_JOINED,
        actor=actor.audit_actor(),
        subject=account_subject(user),
        now=now,
        details={"team": team.code, "since": begins, "until": until},
        personal={"reason": reason, "name": user.display_name},
    )
    return joined


def _leave(actor: User, user: User, team_id: UUID, *, reason: str, now: datetime) -> Membership:
    team = lock_team(team_id)
    held = (
        Membership.objects.select_for_update()
        .filter(user=user, team=team)
        .not_over(now)
        .order_by("since")
        .first()
    )
    if held is None:
        raise NotNow(f"{user.display_name} is not in {team.name}", code="not_a_member")
    held.user = user
    _end(actor, held, team, reason=reason, now=now)
    return held


def _end(actor: User, held: Membership, team: Team, *, reason: str, now: datetime) -> None:
    held.until = max(now, held.since)
    held.end_reason = reason
    held.ended_by = actor
    held.save(update_fields=["until", "end_reason", "ended_by"])
    record(
        TEAM_LEFT,
        actor=actor.audit_actor(),
        subject=account_subject(held.user),
        now=now,
        details={"team": team.code, "since": held.since, "until": held.until},
        personal={"reason": reason, "name": held.user.display_name},
    )
