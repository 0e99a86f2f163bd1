"""Finding accounts that may take a part in a case."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Model, QuerySet
from django.utils import timezone

from accounts.conditions import Condition
from accounts.models import Membership, RoleAssignment, User
from accounts.roles import Role


def holders_of(role: Role, *, teams: Iterable[Any] | None = None) -> QuerySet[User]:
    """List the open accounts that hold a role now, in some of the teams if given, by surname.

    Teams are given as rows or ids.
    """
    now = timezone.now()
    held = RoleAssignment.objects.at(now).filter(role=role)
    accounts = User.objects.filter(pk__in=held.values("user_id"), is_active=True)
    if teams is not None:
        members = Membership.objects.at(now).filter(team__in=list(teams))
        accounts = accounts.filter(pk__in=members.values("user_id"))
    return accounts.select_related("person").order_by("person__surname", "id")


def walked_by_surname(user: User, role: Role | None = None) -> QuerySet[User]:
    """Keep the open accounts of the person's own teams now, for a list in the order of the surname.

    Members are read once, by an index, and looked up while the accounts are walked in their order:
    what that costs depends on the number of accounts, and not on how many fit.
    """
    now = timezone.now()
    found = User.objects.filter(
        Condition("pk", _IN_TEAMS, [user.team_ids, now, now]), is_active=True
    )
    return found.filter(Condition("pk", _IN_ROLE, [role.value, now, now])) if role else found


_IN_TEAMS = (
    "({column} IN (SELECT user_id FROM accounts_membership WHERE team_id = ANY (%s::uuid[])"
    " AND since <= %s AND (until IS NULL OR until > %s))) IS TRUE"
)
_IN_ROLE = (
    "({column} IN (SELECT user_id FROM accounts_roleassignment WHERE role = %s"
    " AND since <= %s AND (until IS NULL OR until > %s))) IS TRUE"
)


def put_accounts(rows: Iterable[Model], *names: str) -> None:
    """Put the accounts that rows name, with their persons, to the rows: all of them by 1 query.

    Few people stand beside many rows. A join would look them up again for every row and name.
    """
    rows = list(rows)
    ids = {getattr(row, f"{name}_id") for row in rows for name in names} - {None}
    found = User.objects.select_related("person").in_bulk(ids) if ids else {}
    for row in rows:
        for name in names:
            account = found.get(getattr(row, f"{name}_id"))
            if account is not None:
                setattr(row, name, account)
