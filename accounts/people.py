"""Finding accounts that may take a part in a case."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Team, User
from accounts.roles import Role


def holders_of(role: Role, *, team: Team | None = None) -> QuerySet[User]:
    """List the open accounts that hold a role now, in a team if one is given, by surname."""
    now = timezone.now()
    current = Q(role_assignments__until__isnull=True) | Q(role_assignments__until__gt=now)
    accounts = User.objects.filter(current, role_assignments__role=role, is_active=True)
    if team is not None:
        member = Q(memberships__until__isnull=True) | Q(memberships__until__gt=now)
        accounts = accounts.filter(member, memberships__team=team)
    return accounts.select_related("person").order_by("person__surname", "id").distinct()
