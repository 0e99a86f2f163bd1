"""Who may end and who may review an emergency access. Asked under the lock of its row.

The person who opened it never judges it, by any account; nor does anybody with whom they cover for
absence, in either direction, at any moment from the opening until now.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from accounts.models import Delegation, User
from accounts.roles import Permission
from bwcportal.errors import NotNow, NotPermitted
from incidents.models import EmergencyAccess
from incidents.permissions import check_may


def check_not_acting(user: User) -> None:
    """Raise NotNow while the person acts for somebody: an emergency is answered for in one name."""
    if user.acting_for is not None:
        raise NotNow(
            f"You are acting for {user.acting_for.display_name}. Stop that first: emergency access "
            "is opened and reviewed by people as themselves",
            code="not_while_acting",
        )


def check_may_end(user: User, access: EmergencyAccess) -> None:
    """Raise NotPermitted unless the person opened it, or may give and end access to cases."""
    if access.account_id != user.pk:
        check_may(user, Permission.GRANT_ACCESS)


def check_may_review(user: User, access: EmergencyAccess, *, now: datetime) -> None:
    """Raise NotPermitted for a person who may not judge it, NotNow while it is open or once judged."""
    check_may(user, Permission.REVIEW_EMERGENCY)
    check_not_acting(user)
    if access.account.person_id in user.person.ids:
        raise NotPermitted(
            "You opened the case yourself, so somebody else must review it", code="own_emergency"
        )
    if _cover_for_each_other(user, access.account, since=access.opened_at, until=now):
        raise NotPermitted(
            f"You and {access.account.display_name} cover for each other's absence, so somebody "
            "else must review it",
            code="covers_opener",
        )
    if access.reviewed_at is not None:
        raise NotNow("This emergency access is reviewed already", code="reviewed")
    if access.is_open(now):
        raise NotNow(
            "It is reviewed when it is over. End it first, if it should not go on",
            code="emergency_open",
        )


def _cover_for_each_other(user: User, other: User, *, since: datetime, until: datetime) -> bool:
    mine, theirs = user.person.ids, other.person.ids
    either = Q(deputy__person_id__in=mine, absent__person_id__in=theirs) | Q(
        deputy__person_id__in=theirs, absent__person_id__in=mine
    )
    begun = Q(ended_at__isnull=True) | Q(ended_at__gte=since)
    return Delegation.objects.filter(either, begun, since__lte=until, until__gte=since).exists()
