"""Who may see a case besides its team, and who never may."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.grants import PersonalGrant
from accounts.models import Person, User
from incidents.models.complaints import Complaint


class ComplaintGrant(PersonalGrant):
    """A personal grant of one case to one account."""

    content_object = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="grants")


class CaseExclusion(models.Model):
    """A person who may never see a case. The officers complained about are excluded without one."""

    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="exclusions")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="excluded_from")
    reason = models.CharField(max_length=200)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "complaint"], name="excluded_once")
        ]
