"""May this person do this kind of act? Asked after `visible_to`, so that a no is a 403, not a 404.

Every check raises NotPermitted; `allowed` turns a check into a yes or no with its reason, for
buttons and their tooltips. Unknown means no.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from accounts.models import Person, User
from accounts.roles import PERMISSIONS, Permission, Role
from bwcportal.errors import DomainError, NotPermitted


@dataclass(frozen=True)
class Verdict:
    """Whether an act is possible, and if not, the sentence that says why."""

    allowed: bool
    reason: str = ""


def check_may(user: User, permission: Permission) -> None:
    """Raise NotPermitted, naming the roles that may, unless a role of the person allows the act."""
    if user.has_role_permission(permission):
        return
    roles = [role.label.lower() for role in Role if permission in PERMISSIONS[role]]
    raise NotPermitted(
        f"{permission.label}: your role does not allow this. It can be done by: {', '.join(roles)}",
        code=f"may_not_{permission.value}",
    )


def verdict(check: Callable[[], object]) -> Verdict:
    """Turn a check that raises into a yes, or a no with its sentence."""
    try:
        check()
    except DomainError as error:
        return Verdict(allowed=False, reason=error.message)
    return Verdict(allowed=True)


def check_not_oneself(actor: User, person: Person) -> None:
    """Raise NotPermitted when the person acted on is the one who acts, by whichever account."""
    if set(actor.person_ids) & set(person.ids):
        raise NotPermitted(
            "This is about yourself. A second administrator must do it", code="about_yourself"
        )
