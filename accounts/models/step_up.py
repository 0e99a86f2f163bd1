"""Proofs that a person was there: a second factor shown anew, for one act on one thing."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from accounts.models.accounts import User


class StepUpAct(models.TextChoices):
    """The acts for which a second factor is shown anew. The value is stable: the API takes it."""

    SIGN = "sign", "Sign a version"
    APPROVE_DISPOSAL = "approve_disposal", "Approve a disposal"
    RELEASE_HOLD = "release_hold", "Release a hold"
    RESTRICT = "restrict", "Change who a case is restricted to"
    GRANT = "grant", "Give or end access"
    EXPORT = "export", "Export many records"
    ACCOUNT = "account", "Change how you sign in"


class StepUp(models.Model):
    """One proof: of whom, where, for which act on which version of what; it is spent once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    session = models.CharField(max_length=48, help_text="web: or token: and the id of it")
    act = models.CharField(max_length=20, choices=StepUpAct.choices)
    object_id = models.CharField(max_length=64)
    version = models.CharField(max_length=64)
    factor = models.CharField(max_length=16)
    shown_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    spent_at = models.DateTimeField(null=True)

    objects: ClassVar = models.Manager()
