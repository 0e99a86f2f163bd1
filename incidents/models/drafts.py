"""What has been typed of a complaint that is not logged yet, so that nothing typed is lost."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from accounts.models import User


class ComplaintDraft(models.Model):
    """An unfinished complaint, seen by the account that types it and by nobody else.

    `answers` holds for each page the fields exactly as typed, also the wrong ones. A draft goes
    when its complaint is logged, when its owner throws it away, or after fourteen days.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="complaint_drafts")
    answers = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    saved_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["owner", "-saved_at"], name="draft_owner_newest"),
            models.Index(fields=["saved_at"], name="draft_saved"),
        ]
