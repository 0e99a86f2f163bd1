"""Opening a case to one account and closing it: the only module that does, ledger and all.

Every function is a part of another act: its lock on the case, its permission, its transaction.
"""

from __future__ import annotations

from datetime import datetime

from accounts.grants import grant, in_force, revoke
from accounts.models import User
from accounts.policies import check_opens_no_case
from audit.recorder import record
from audit.values import Actor
from bwcportal.errors import NotPermitted
from incidents.enums import GrantKind
from incidents.events import ACCESS_ENDED, ACCESS_GRANTED
from incidents.kept_out import is_kept_out, kept_out_of
from incidents.models import Complaint, ComplaintGrant, GrantPeriod
from incidents.selectors.emergencies import open_emergency_of
from incidents.services.refused_grants import RefusedGrant

CODENAME = "view_complaint"
RENEWED = "Given anew"
LAST_ONE = "Nobody else can open this restricted case"
CHECKER = Actor(kind="SERVICE", id="recheck-conflicts", name="Conflict check")


def grant_case(
    user: User,
    case: Complaint,
    *,
    reason: str,
    actor: User,
    now: datetime,
    expires_at: datetime | None = None,
    kind: GrantKind = GrantKind.PERSONAL,
) -> GrantPeriod:
    """Give an account a grant of a locked case, or give it anew, and record that.

    The period that was open ends at this moment and the new one begins. Raises Invalid, at `user`,
    for an administrator, to whom no case opens.
    """
    if kind != GrantKind.ASSIGNMENT:
        check_opens_no_case(user, now=now)
    _end_period(user, case, actor=actor, reason=RENEWED, now=now)
    period = GrantPeriod.objects.create(
        complaint=case,
        user=user,
        kind=kind,
        reason=reason,
        granted_by=actor,
        since=_not_before_the_last(user, case, now),
        until=expires_at,
    )
    grant(
        ComplaintGrant,
        codename=CODENAME,
        user=user,
        target=case,
        reason=reason,
        granted_by=actor,
        now=now,
        expires_at=expires_at,
        period=period,
    )
    record(
        ACCESS_GRANTED,
        actor=actor.audit_actor(),
        subject=case.audit_subject(),
        now=now,
        details={"user": user.pk, "until": expires_at, "kind": kind},
        personal={"reason": reason, "name": user.display_name},
    )
    return period


def end_grant(
    user: User, case: Complaint, *, reason: str, actor: User | None, now: datetime
) -> bool:
    """End an account's grant of a locked case and record that; False when there is none.

    A grant that had expired goes too, and keeps the end that it had. Without an actor it is the
    portal's own check that ends it.
    """
    if not revoke(ComplaintGrant, user=user, target=case):
        return False
    _end_period(user, case, actor=actor, reason=reason, now=now)
    record(
        ACCESS_ENDED,
        actor=actor.audit_actor() if actor is not None else CHECKER,
        subject=case.audit_subject(),
        now=now,
        details={"user": user.pk},
        personal={"reason": reason, "name": user.display_name},
    )
    return True


def end_assignment(
    user: User, case: Complaint, *, reason: str, actor: User | None, now: datetime
) -> bool:
    """End the grant that came with a part in a locked case which the account has no more.

    False when there is none, or when the account is the last to whom a restricted case is open: it
    keeps the case by name, or nobody could ever open it again. A grant by name with an end, in whose
    place the assignment had come, is given back until that end. Not to somebody kept out.
    """
    held = ComplaintGrant.objects.filter(user=user, content_object=case).select_related("period")
    grant_row = held.first()
    if grant_row is None or grant_row.period.kind != GrantKind.ASSIGNMENT:
        return False
    is_out = is_kept_out(case, user.person)
    if case.is_restricted and not _is_open_to_others(user, case, now=now):
        if actor is not None and not is_out:
            grant_case(user, case, reason=LAST_ONE, actor=actor, now=now)
        return False
    before = GrantPeriod.objects.filter(
        user=user,
        complaint=case,
        kind=GrantKind.PERSONAL,
        ended_at=grant_row.period.since,
        end_reason=RENEWED,
        until__gt=now,
    ).first()
    end_grant(user, case, reason=reason, actor=actor, now=now)
    if before is not None and actor is not None and not is_out:
        grant_case(user, case, reason=before.reason, actor=actor, now=now, expires_at=before.until)
    return True


def _is_open_to_others(user: User, case: Complaint, *, now: datetime) -> bool:
    lasting = in_force(ComplaintGrant, now=now).filter(
        content_object=case, expires_at__isnull=True, user__is_active=True
    )
    return bool(lasting.exclude(user=user).exclude(user__person__in=kept_out_of(case)).exists())


def check_not_for_oneself(actor: User, user: User, case: Complaint, *, now: datetime) -> None:
    """Raise NotPermitted when a passing way into a case would make itself a lasting one.

    Whoever is there for an absent person, or by an emergency, gives no access to themselves.
    """
    if user.person_id not in actor.person.ids:
        return
    passing = actor.acting_for is not None or (
        case.team_id not in actor.team_ids
        and open_emergency_of(actor, case, now=now) is not None
        and not in_force(ComplaintGrant, now=now).filter(user=actor, content_object=case).exists()
    )
    if passing:
        raise NotPermitted(
            "You can see this case only for now, in somebody's place or in an emergency. Access "
            "that lasts is given to you by a supervisor of the team",
            code="own_access",
        ) from RefusedGrant(case, user)


def open_to(user: User, case: Complaint, *, reason: str, actor: User, now: datetime) -> None:
    """Give a grant for an assignment unless the case is open to the account by itself for good."""
    check_not_for_oneself(actor, user, case, now=now)
    by_team = not case.is_restricted and case.team_id in user.team_ids
    lasting = ComplaintGrant.objects.filter(
        user=user, content_object=case, expires_at__isnull=True
    ).exists()
    if not by_team and not lasting:
        grant_case(user, case, reason=reason, actor=actor, now=now, kind=GrantKind.ASSIGNMENT)


def _end_period(
    user: User, case: Complaint, *, actor: User | None, reason: str, now: datetime
) -> None:
    period = GrantPeriod.objects.filter(user=user, complaint=case, ended_at__isnull=True).first()
    if period is not None:
        # Two requests may read the clock in one order and get the lock in the other.
        period.ended_at = max(now, period.since)
        period.ended_by = actor
        period.end_reason = reason
        period.save(update_fields=["ended_at", "ended_by", "end_reason"])


def _not_before_the_last(user: User, case: Complaint, now: datetime) -> datetime:
    last = GrantPeriod.objects.filter(user=user, complaint=case, ended_at__gt=now)
    return max([now, *(period.ended_at for period in last if period.ended_at is not None)])
