"""When accounts were closed, so that it can be told whom a case was open to at a past moment."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models.accounts import User


class AccountClosure(models.Model):
    """A time in which an account was closed (`is_active` False).

    The database writes these rows itself, by a trigger on the table of accounts and with its own
    clock: whichever page or command closes an account, the history cannot miss it.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="closures")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(until__isnull=True), name="closed_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="closure_ends_after_it_begins",
            ),
        ]
