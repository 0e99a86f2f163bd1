"""Sessions, requests to reset a lost factor, and what a person is told about their account."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import F, Q

from accounts.models.accounts import User


class SignedInSession(AbstractBaseSession):
    """A browser's session. `session_key` holds a digest of the key: the rows sign nobody in.

    Of a browser that is not signed in, `user` is empty.
    """

    # Stays the same while the key changes, so that a person can end "that one".
    public_id = models.UUIDField(default=uuid.uuid4, db_index=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")
    began_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    address = models.CharField(max_length=45, blank=True)
    browser = models.CharField(max_length=200, blank=True)


class FactorReset(models.Model):
    """A request to take a person's lost factors away, which a second administrator approves."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="factor_resets")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    reason = models.CharField(max_length=200)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    approved = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(decided_at__isnull=True),
                name="one_factor_reset_asked_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(approved=False) | ~Q(decided_by=F("asked_by")),
                name="factor_reset_approved_by_another",
            ),
        ]


class SecurityNotice(models.Model):
    """Something that happened at an account and that its person is told, here and at signing in."""

    class What(models.TextChoices):
        """What happened, in the words that are shown."""

        WRONG_CODE = "WRONG_CODE", "A wrong code or passkey was given after your password"
        LOCKED = "LOCKED", "Your account was locked after too many wrong codes"
        FACTOR_ADDED = "FACTOR_ADDED", "A phone or passkey was added to your account"
        FACTOR_REMOVED = "FACTOR_REMOVED", "A phone or passkey was removed from your account"
        CODES_MADE = "CODES_MADE", "New recovery codes were made, and the old ones stopped working"
        CODE_USED = "CODE_USED", "A recovery code was used"
        PASSWORD = "PASSWORD", "Your password was changed"
        RESET_ASKED = "RESET_ASKED", "An administrator asked to remove your phones and passkeys"
        RESET_DONE = "RESET_DONE", "Two administrators removed your phones and passkeys"
        SESSIONS_ENDED = "SESSIONS_ENDED", "An administrator ended your sessions"
        UNLOCKED = "UNLOCKED", "An administrator unlocked your account"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="security_notices")
    what = models.CharField(max_length=16, choices=What.choices)
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user", "-at"], name="security_notice_of")]
