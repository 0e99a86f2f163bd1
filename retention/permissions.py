"""May this person do this to the end of a record? Role first, then the rules about persons."""

from __future__ import annotations

from django.db.models import Q

from accounts.models import User
from accounts.roles import Permission
from bwcportal.errors import NotPermitted
from incidents.permissions import check_may
from retention.models import Disposal, Hold


def check_can_finalise(user: User) -> None:
    """Raise NotPermitted unless the person may finalise or reopen cases."""
    check_may(user, Permission.FINALISE)


def check_can_place_hold(user: User) -> None:
    """Raise NotPermitted unless the person may place holds."""
    check_may(user, Permission.PLACE_HOLD)


def check_can_release(user: User, hold: Hold) -> None:
    """Raise NotPermitted unless the person may release holds and is not who placed this one.

    The human being counts, not the account.
    """
    check_may(user, Permission.RELEASE_HOLD)
    placers = {hold.for_person_id, hold.placed_by.person_id if hold.placed_by else None}
    if placers & set(user.person_ids):
        raise NotPermitted(
            "You placed this hold, so a second person must release it. "
            "Ask a supervisor or a retention officer of the team",
            code="own_hold",
        )


def check_can_see_disposals(user: User) -> None:
    """Raise NotPermitted unless the person may see what is due."""
    check_may(user, Permission.SEE_DISPOSALS)


def check_can_approve(user: User, disposal: Disposal) -> None:
    """Raise NotPermitted unless the person may approve disposals and has not approved this one."""
    check_may(user, Permission.APPROVE_DISPOSAL)
    people = user.person_ids
    given = Q(person_id__in=people) | Q(for_person_id__in=people)
    if disposal.approvals.in_force().filter(given).exists():
        raise NotPermitted(
            "You have approved this disposal already. A second person must approve it too",
            code="approved_already",
        )
