"""Finding accounts that may take a part in a case."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Model, QuerySet
from django.utils import timezone

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
