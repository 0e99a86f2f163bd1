"""Emergency access ("break glass"): a case opened by reference for hours, and everybody told.

See docs/adr on emergency access. `EmergencyAccess` opens nothing to who may no longer break glass,
and never a restricted case or one from which the person is kept out; see `querysets`.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from audit.values import Subject
from incidents.enums import EmergencyOutcome, NoticeRole
from incidents.models.complaints import Complaint
from incidents.querysets import OfCaseQuerySet


class EmergencyAccess(models.Model):
    """One opening of one case to one account, with its reason, its end and its review."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="emergencies")
    account = models.ForeignKey(User, on_delete=models.PROTECT, related_name="emergencies")
    reason = models.CharField(max_length=200)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    review_due_at = models.DateTimeField()
    reviewed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=16, choices=EmergencyOutcome.choices, blank=True)
    note = models.CharField(max_length=500, blank=True)

    objects: ClassVar = OfCaseQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("opened_at")), name="emergency_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="emergency_ended_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True, reviewed_by__isnull=True, outcome="", note="")
                | (Q(reviewed_at__isnull=False, reviewed_by__isnull=False) & ~Q(outcome="")),
                name="emergency_reviewed_whole",
            ),
            models.CheckConstraint(
                condition=~Q(account=F("reviewed_by")), name="emergency_reviewed_by_another"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["account", "expires_at"],
                condition=Q(ended_at__isnull=True),
                name="emergency_open",
            ),
            models.Index(
                fields=["expires_at"],
                condition=Q(reviewed_at__isnull=True),
                name="emergency_to_review",
            ),
        ]

    @property
    def over_at(self) -> datetime:
        """The moment at which it ended or will end (UTC)."""
        return min(self.ended_at, self.expires_at) if self.ended_at else self.expires_at

    def is_open(self, at: datetime) -> bool:
        """Tell whether it is in force at a moment."""
        return self.opened_at <= at < self.over_at

    def is_late(self, at: datetime) -> bool:
        """Tell whether the review came, or by now is, after it was due."""
        return (self.reviewed_at or at) > self.review_due_at

    def audit_subject(self) -> Subject:
        """Name this opening in an event by its case's reference."""
        return self.complaint.audit_part("emergency_access", self.pk, self.complaint.reference)


class EmergencyNotice(models.Model):
    """One person to be told of an emergency access: a task of theirs until acknowledged.

    It is read through `visible_to`, so that who may no longer know of the case is told nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    emergency = models.ForeignKey(EmergencyAccess, on_delete=models.CASCADE, related_name="notices")
    account = models.ForeignKey(User, on_delete=models.PROTECT, related_name="emergency_notices")
    told_as = models.CharField(max_length=12, choices=NoticeRole.choices)
    made_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    objects: ClassVar = OfCaseQuerySet.through("emergency__complaint").as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["emergency", "account"], name="told_once"),
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True, acknowledged_by__isnull=True)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="notice_acknowledged_by_somebody",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["account"],
                condition=Q(acknowledged_at__isnull=True),
                name="notice_to_acknowledge",
            )
        ]
