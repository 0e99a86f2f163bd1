"""May this person judge? Asked after `visible_to`, so that a no is a 403, not a 404.

Signing asks one thing more than a role: that the person took no part. It follows the person, not
the account, and every kind of part counts (IOPC, Operation Embley: separate, logged roles). Any
supervisor who may see the case and took no part may act on a submission: the one chosen has it in
their queue, but their absence does not stop the case.
"""

from __future__ import annotations

from accounts.models import User
from accounts.roles import PERMISSIONS, Permission, Role
from bwcportal.errors import NotPermitted
from incidents.enums import ContributionKind
from incidents.models import Complaint, Contribution
from incidents.permissions import check_may

SIGNING_ROLES = [role for role in Role if Permission.SIGN_OFF in PERMISSIONS[role]]


def check_can_decide(user: User) -> None:
    """Raise NotPermitted unless a role of the person allows deciding allegations."""
    check_may(user, Permission.DECIDE_ALLEGATION)


def check_can_submit(user: User) -> None:
    """Raise NotPermitted unless a role of the person allows submitting a case."""
    check_may(user, Permission.SUBMIT)


def check_can_sign_off(user: User, case: Complaint) -> None:
    """Raise NotPermitted unless the person may sign off and took no part in this case."""
    check_may(user, Permission.SIGN_OFF)
    parts = parts_taken(user, case)
    if parts:
        absent = user.acting_for
        who = "You" if absent is None else f"You, or {absent.display_name} for whom you act,"
        raise NotPermitted(
            f"{who} took part in this case: {'you ' if absent is None else ''}{', '.join(parts)}. "
            "It must be signed or returned by a supervisor who took no part",
            code="took_part",
        )


def parts_taken(user: User, case: Complaint) -> list[str]:
    """Say in words what part the person took in the case, oldest first; nothing if none.

    While acting for somebody absent, the parts of both count.
    """
    kinds = (
        Contribution.objects.filter(complaint=case, person_id__in=user.person_ids)
        .order_by("first_at", "id")
        .values_list("kind", flat=True)
    )
    return [str(ContributionKind(kind).label) for kind in dict.fromkeys(kinds)]


def check_can_be_asked_to_sign(supervisor: User, case: Complaint) -> None:
    """Raise NotPermitted unless this account is open, may see the case and may sign it off.

    The sentence speaks about the supervisor, to the person who chose them.
    """
    name = supervisor.display_name
    if not supervisor.has_role_permission(Permission.SIGN_OFF):
        raise NotPermitted(f"{name} may not sign off cases. Choose a supervisor", code="no_signer")
    if not Complaint.objects.visible_to(supervisor).filter(pk=case.pk).exists():
        raise NotPermitted(
            f"{name} may not see this case. Choose somebody who can", code="cannot_see"
        )
    parts = parts_taken(supervisor, case)
    if parts:
        raise NotPermitted(
            f"{name} took part in this case ({', '.join(parts)}). "
            "Choose a supervisor who took no part",
            code="took_part",
        )
