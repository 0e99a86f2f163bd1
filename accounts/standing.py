"""Reading an account together with the roles and teams it has at this moment, in one query.

Every request asks these three things first. What was read lives as long as the account object, which
is one request: the next one reads anew, so that a role that was taken away is gone in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, UUIDField

from accounts.conditions import Written
from accounts.models import User
from accounts.models.accounts import ROLES_NOW, TEAMS_NOW

_read_already: ContextVar[User | None] = ContextVar("account_read_already", default=None)


def standing_of(account: str, now: datetime) -> dict[str, Written]:
    """Give what to annotate a query with that reads an account, named by the path to its id."""
    return {
        "roles_now": Written(account, ROLES_NOW, [now, now], ArrayField(CharField())),
        "teams_now": Written(account, TEAMS_NOW, [now, now], ArrayField(UUIDField())),
    }


def take_standing(account: User, row: Any) -> User:
    """Give the account the roles and teams that were read with a row that `standing_of` annotated."""
    account.know_standing(row.roles_now, row.teams_now)
    return account


def account_of_id(user_id: UUID, *, now: datetime) -> User | None:
    """Read an open account with its person, roles and teams (1 query); None when there is none."""
    known = _read_already.get()
    if known is not None and known.pk == user_id:
        return known if known.is_active else None
    rows = User.objects.select_related("person").annotate(**standing_of("pk", now))
    found = rows.filter(pk=user_id, is_active=True).first()
    return take_standing(found, found) if found is not None else None


@contextmanager
def read_already(account: User | None) -> Iterator[None]:
    """Let `account_of_id` answer with an account that was read a moment ago in this request."""
    token = _read_already.set(account)
    try:
        yield
    finally:
        _read_already.reset(token)
