"""The one door to django-guardian: personal grants on single objects.

Grants are rows with a real foreign key to their object (guardian's direct tables), so they die
with it and never open another. Beside guardian's columns stand who granted it, why and until
when; an expired grant opens nothing from that second on. Guardian's shortcuts for lists and for
"who can see" are not used anywhere: see docs/adr on access.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Permission as ModelPermission
from django.db import models
from django.db.models import Q, QuerySet
from guardian.models import UserObjectPermissionBase

from accounts.conditions import Condition
from accounts.models import User


class PersonalGrant(UserObjectPermissionBase):
    """A grant of one object to one account. Concrete classes add `content_object`."""

    reason = models.CharField(max_length=200)
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta(UserObjectPermissionBase.Meta):
        abstract = True


def in_force(model: type[PersonalGrant], *, now: datetime) -> QuerySet[Any]:
    """Return the grants that have not expired at this moment."""
    return model.objects.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))


def granted_to(
    model: type[PersonalGrant], column: str, *, user_id: Any, now: datetime
) -> Condition:
    """Keep the rows whose column names an object that is granted to an account at this moment."""
    table = model._meta.db_table
    return Condition(
        column,
        f'{{column}} IN (SELECT content_object_id FROM "{table}"'  # noqa: S608 - a table's own name
        " WHERE user_id = %s AND (expires_at IS NULL OR expires_at > %s))",
        [user_id, now],
    )


def has_grants(person_ids: Iterable[UUID], *, now: datetime) -> bool:
    """Tell whether any account of these persons has a grant in force, of whatever kind of object."""
    ids = list(person_ids)
    return any(
        in_force(model, now=now).filter(user__person__in=ids).exists()
        for model in PersonalGrant.__subclasses__()
    )


def grant(
    model: type[PersonalGrant],
    *,
    codename: str,
    user: User,
    target: models.Model,
    reason: str,
    granted_by: User,
    now: datetime,
    expires_at: datetime | None = None,
    **columns: Any,
) -> PersonalGrant:
    """Open one object to one account, or renew the grant that is there.

    `columns` are the values of what a concrete class adds, such as its place in a ledger.
    """
    permission = ModelPermission.objects.get(
        codename=codename, content_type__app_label=target._meta.app_label
    )
    row, _ = model.objects.update_or_create(
        user=user,
        permission=permission,
        content_object=target,
        defaults={
            "reason": reason,
            "granted_by": granted_by,
            "granted_at": now,
            "expires_at": expires_at,
            **columns,
        },
    )
    return row


def revoke(model: type[PersonalGrant], *, user: User, target: models.Model) -> int:
    """End every grant of one object to one account; return how many there were."""
    deleted, _ = model.objects.filter(user=user, content_object=target).delete()
    return deleted
