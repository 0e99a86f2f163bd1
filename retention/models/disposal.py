"""Holds, disposals and certificates.

A disposal and its certificate outlive the case's content: they hold no content of what was
destroyed. The database itself refuses a hold on a case that is being destroyed.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import AccountClosure, User
from audit.values import Subject
from incidents.models import Complaint
from incidents.querysets import OfCaseQuerySet
from retention.enums import DisposalState
from retention.models.rules import HoldReason, RetentionRule


class Hold(models.Model):
    """A pause of destruction: why, on whose authority, until a second person releases it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=16, unique=True)
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="holds")
    reason = models.ForeignKey(HoldReason, on_delete=models.PROTECT, related_name="+")
    authority = models.CharField(max_length=200)
    placed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    for_person_id = models.UUIDField(
        null=True, help_text="The absent person for whom a deputy placed it"
    )
    placed_at = models.DateTimeField()
    review_on = models.DateField()
    released_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    released_at = models.DateTimeField(null=True, blank=True)
    release_reason = models.CharField(max_length=500, blank=True)

    objects: ClassVar = OfCaseQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, released_by__isnull=True, release_reason="")
                | (Q(released_at__isnull=False, released_by__isnull=False) & ~Q(release_reason="")),
                name="hold_released_whole",
            ),
            models.CheckConstraint(
                condition=Q(placed_by__isnull=True) | ~Q(placed_by=models.F("released_by")),
                name="hold_released_by_another",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["complaint"], condition=Q(released_at__isnull=True), name="hold_in_force"
            )
        ]

    def audit_subject(self) -> Subject:
        """Name this hold in an event by its reference."""
        return self.complaint.audit_part("hold", self.pk, self.reference)


class Disposal(models.Model):
    """The way of one case from proposal to destruction."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="disposals")
    state = models.CharField(
        max_length=12, choices=DisposalState.choices, default=DisposalState.PROPOSED
    )
    rule = models.ForeignKey(RetentionRule, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    proposed_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True, blank=True)
    act_after = models.DateTimeField(null=True, blank=True, help_text="End of quarantine")
    destroying_since = models.DateTimeField(null=True, blank=True)
    destroyed_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    stopped_reason = models.CharField(max_length=500, blank=True)
    keep_until = models.DateField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    retry_after = models.DateTimeField(null=True, blank=True)
    last_failure = models.CharField(max_length=300, blank=True)
    counts = models.JSONField(default=dict, help_text="Rows by kind, counted before the act")

    objects: ClassVar = OfCaseQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["complaint"],
                condition=~Q(state=DisposalState.STOPPED),
                name="disposal_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=DisposalState.DESTROYED) | Q(destroyed_at__isnull=False),
                name="disposal_destroyed_has_moment",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "act_after"], name="disposal_to_do"),
            models.Index(fields=["due_on", "id"], include=["state"], name="disposal_oldest"),
            models.Index(fields=["state", "due_on", "id"], name="disposal_state_oldest"),
        ]

    def audit_subject(self) -> Subject:
        """Name this disposal in an event by its case's reference."""
        return self.complaint.audit_part("disposal", self.pk, self.complaint.reference)


class ApprovalQuerySet(models.QuerySet["DisposalApproval"]):
    """Approvals, those that still count and those that closing an account has ended."""

    def in_force(self) -> ApprovalQuerySet:
        """Keep those whose account is open and was never closed since."""
        return self.filter(~Exists(_closed_since()))

    def void(self) -> ApprovalQuerySet:
        """Keep those whose account is closed, or was closed after the approval, for good."""
        return self.filter(Exists(_closed_since()))


def _closed_since() -> models.QuerySet[AccountClosure]:
    closures = AccountClosure.objects.filter(user=OuterRef("approver"))
    return closures.filter(Q(until__isnull=True) | Q(since__gte=OuterRef("approved_at")))


class DisposalApproval(models.Model):
    """One person's approval. Two different people are needed.

    It ends with the account of who gave it: closing the account makes it void, reopening does not
    bring it back.
    """

    disposal = models.ForeignKey(Disposal, on_delete=models.CASCADE, related_name="approvals")
    approver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    person_id = models.UUIDField(
        help_text="The human being, so that two accounts do not count as two"
    )
    for_person_id = models.UUIDField(
        null=True, help_text="The absent person for whom a deputy approved: neither approves again"
    )
    approved_at = models.DateTimeField()
    reason = models.CharField(max_length=500)

    objects: ClassVar = ApprovalQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["disposal", "person_id"], name="disposal_approved_once_per_person"
            )
        ]


class Certificate(models.Model):
    """The proof of a destruction: why, what, who, when. Counts and dates, no content."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=16, unique=True)
    disposal = models.OneToOneField(Disposal, on_delete=models.PROTECT, related_name="certificate")
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="certificates")
    issued_at = models.DateTimeField()
    body = models.JSONField()
    digest = models.CharField(max_length=64)

    objects: ClassVar = OfCaseQuerySet.as_manager()

    def audit_subject(self) -> Subject:
        """Name this certificate in an event by its number."""
        return self.complaint.audit_part("certificate", self.pk, self.number)
