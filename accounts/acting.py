"""Acting for somebody absent: asked of the database anew in every request, never remembered.

A session or an API request carries nothing but the id of a cover. Here it is looked up again each
time, so that a cover that ends or begins, or an account that closes, counts in the very next
request. While it holds, `User.acting` is set and narrows what the person may see and do:

- cases: those that open to the absent person by team or grant, restricted ones never;
- acts: those that a role of both allows;
- kept out: what keeps either of the two out.
"""

from __future__ import annotations

import contextlib
from datetime import datetime
from uuid import UUID

from accounts.models import Delegation, User


def find_cover(deputy: User, delegation_id: UUID, *, now: datetime) -> Delegation | None:
    """Find a cover by which an open account may act for another at this moment (1 query)."""
    return (
        Delegation.objects.in_force(now)
        .filter(pk=delegation_id, deputy_id=deputy.pk, deputy__is_active=True)
        .filter(absent__is_active=True)
        .select_related("absent__person")
        .first()
    )


def act_by(user: User, cover: Delegation | None) -> None:
    """Make this request one of the absent person's deputy, or with None one of the person alone.

    What was read of roles and teams before is forgotten, because it was the person's own.
    """
    if cover is not None and cover.deputy_id != user.pk:
        raise ValueError("this cover names another deputy")
    user.acting = cover
    for name in ("role_set", "team_ids"):
        # `del`, because the user of a request is a lazy object whose own dictionary is another's.
        with contextlib.suppress(AttributeError):
            delattr(user, name)
