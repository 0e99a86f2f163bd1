"""Administrators, and the acts that prepare a state for a test of administration."""

from __future__ import annotations

from typing import Any

from accounts.models import Membership, RoleAssignment, User
from accounts.roles import Role
from accounts.services.memberships import join_team
from accounts.services.roles import give_role
from tests.factories.cases import NOW
from tests.factories.people import make_user


def make_administrator() -> User:
    """Make an account whose one role is administrator, in no team."""
    return make_user(Role.ADMINISTRATOR)


def give(actor: User, user: User, role: Role, **changes: Any) -> RoleAssignment:
    """Give a role from NOW on, until ended."""
    wanted = {"since": None, "until": None, "reason": "New post", "now": NOW, **changes}
    return give_role(actor=actor, user_id=user.pk, role=role, **wanted)


def join(actor: User, user: User, team: Any, **changes: Any) -> Membership:
    """Put an account into a team from NOW on, until ended."""
    wanted = {"since": None, "until": None, "reason": "New post", "now": NOW, **changes}
    return join_team(actor=actor, user_id=user.pk, team_id=team.pk, **wanted)
