"""Giving one person access to a case, and ending it. The team's access is not changed here."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts.grants import in_force
from accounts.models import User
from accounts.roles import Permission, Role
from bwcportal.errors import Invalid, NotNow
from incidents.case_policies import check_reason
from incidents.enums import CaseState, GrantKind
from incidents.kept_out import is_kept_out
from incidents.models import Complaint, ComplaintGrant
from incidents.permissions import check_may
from incidents.services.conflicts import check_no_reader_conflict
from incidents.services.granting import check_not_for_oneself, end_grant, grant_case
from incidents.services.moving import lock_case
from incidents.services.refused_grants import RefusedGrant, noting_refused

# A quarter: whoever needs longer says so again.
LONGEST_SEAT = timedelta(days=92)


@noting_refused
@transaction.atomic
def grant_access(
    *,
    actor: User,
    case_id: UUID,
    user: User,
    reason: str,
    expires_at: datetime | None,
    now: datetime,
) -> Complaint:
    """Open a case to one account, with a reason and if wanted an end (UTC), and return the case.

    A grant that is there is renewed. Raises NotFound, NotPermitted, NotNow for a destroyed case,
    or Invalid with the field `user`, `reason` or `expires_at`.
    """
    case = lock_case(actor=actor, case_id=case_id)
    check_may(actor, Permission.GRANT_ACCESS)
    check_can_be_given(case)
    text = check_reason(reason)
    check_can_get(user, case, actor=actor, now=now)
    if expires_at is not None and expires_at <= now:
        raise Invalid("Access must end after today, or not by itself", field="expires_at")
    grant_case(user, case, reason=text, actor=actor, now=now, expires_at=expires_at)
    return case


@noting_refused
@transaction.atomic
def give_seat(
    *,
    actor: User,
    case_id: UUID,
    user: User,
    reason: str,
    expires_at: datetime,
    now: datetime,
) -> Complaint:
    """Give an outside reviewer a seat in one case: to read it, until an end (UTC); return the case.

    Raises NotFound, NotPermitted, NotNow for a destroyed case, or Invalid with the field `user`,
    `reason` or `expires_at`.
    """
    case = lock_case(actor=actor, case_id=case_id)
    check_may(actor, Permission.GRANT_ACCESS)
    check_can_be_given(case)
    text = check_reason(reason)
    if user.role_set != {Role.OVERSIGHT}:
        raise Invalid(
            "A seat is for an outside reviewer, who has no other role. Give access by name instead",
            field="user",
        )
    check_can_get(user, case, actor=actor, now=now, is_seat=True)
    if not now < expires_at <= now + LONGEST_SEAT:
        raise Invalid(
            f"A seat ends after today and within {LONGEST_SEAT.days} days", field="expires_at"
        )
    grant_case(
        user, case, reason=text, actor=actor, now=now, expires_at=expires_at,
        kind=GrantKind.OVERSIGHT,
    )  # fmt: skip
    return case


def check_can_be_given(case: Complaint) -> None:
    """Raise NotNow for a case of which nothing is left to open."""
    if case.state == CaseState.DESTROYED:
        raise NotNow("The case is destroyed: there is nothing left to open", code="wrong_state")


def check_can_get(
    user: User, case: Complaint, *, actor: User, now: datetime, is_seat: bool = False
) -> None:
    """Raise Invalid, at `user`, or NotPermitted unless a case can be opened to this account.

    A refusal because of who the person is comes from RefusedGrant, so that it is recorded.
    """
    if not user.is_active:
        raise Invalid("This account is closed. Choose somebody else", field="user")
    if is_kept_out(case, user.person):
        raise Invalid(
            f"{user.display_name} is kept out of this case, and nothing can open it to them",
            code="kept_out",
            field="user",
        ) from RefusedGrant(case, user)
    if not is_seat and user.role_set == {Role.OVERSIGHT}:
        raise Invalid(
            f"{user.display_name} is an outside reviewer. Give them an oversight seat, which always "
            "ends by itself",
            field="user",
        )
    check_not_for_oneself(actor, user, case, now=now)
    check_no_reader_conflict(case, user, field="user", actor=actor, now=now)


@transaction.atomic
def end_access(*, actor: User, case_id: UUID, user: User, reason: str, now: datetime) -> Complaint:
    """End a person's grants of a case, with a reason, and return the case.

    The last person to whom a restricted case is open keeps it, or nobody could ever open it
    again. Raises NotFound, NotPermitted, NotNow, or Invalid with the field `reason`.
    """
    case = lock_case(actor=actor, case_id=case_id)
    check_may(actor, Permission.GRANT_ACCESS)
    text = check_reason(reason)
    grants = in_force(ComplaintGrant, now=now).filter(content_object=case)
    others = grants.exclude(user=user).filter(expires_at__isnull=True, user__is_active=True)
    if case.is_restricted and not others.exists():
        raise NotNow(
            "Nobody else can open this restricted case. Give somebody else access first",
            code="last_access",
        )
    if not end_grant(user, case, reason=text, actor=actor, now=now):
        raise NotNow(f"{user.display_name} has no personal access to this case", code="no_grant")
    return case
