"""Rows that signing in needs: codes for setting an account up, and counts of wrong tries.

Second factors themselves are rows of the library (`mfa_authenticator`); see accounts/factors.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from accounts.models.accounts import User


class SetUpCode(models.Model):
    """A code by which somebody sets up their account, once. Only its keyed digest is stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="set_up_codes")
    digest = models.CharField(max_length=64, unique=True)
    sets_password = models.BooleanField()
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            # A new code replaces the one before it, so that only the last one handed over works.
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(used_at__isnull=True),
                name="one_set_up_code_at_a_time",
            )
        ]


class WrongTries(models.Model):
    """How often something was tried wrongly of late, and until when it is locked.

    `key` is a keyed digest of a user name as typed or of a network address, or an account's id:
    rows exist alike for names that belong to nobody.
    """

    class Kind(models.TextChoices):
        """What is counted."""

        NAME = "NAME", "Passwords for a user name"
        FACTOR = "FACTOR", "Codes and passkeys of an account"
        ADDRESS = "ADDRESS", "Everything from a network address"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    key = models.CharField(max_length=64)
    tries = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()
    locked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "key"], name="wrong_tries_counted_once")
        ]
        indexes: ClassVar = [models.Index(fields=["since"], name="wrong_tries_since")]
