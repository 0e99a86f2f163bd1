"""Findings on allegations, and the submission, return and signature of a version."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from audit.values import Subject
from incidents.models import (
    ActionOption,
    Allegation,
    Complaint,
    DecisionOption,
    FootageLink,
    NoFootageReason,
)
from incidents.querysets import OfCaseQuerySet
from reviews.enums import SubmissionState
from reviews.models.annotations import Annotation


class Finding(models.Model):
    """The decision on one allegation, with the moments it relies on or a coded reason why none."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    allegation = models.OneToOneField(Allegation, on_delete=models.CASCADE, related_name="finding")
    version = models.PositiveIntegerField(default=1)
    decision = models.ForeignKey(DecisionOption, on_delete=models.PROTECT, related_name="+")
    rationale = models.TextField()
    cited = models.ManyToManyField(Annotation, blank=True, related_name="cited_by")
    no_footage_reason = models.ForeignKey(
        NoFootageReason, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    no_footage_link = models.ForeignKey(
        FootageLink, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    actions = models.ManyToManyField(ActionOption, blank=True, related_name="+")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    objects: ClassVar = OfCaseQuerySet.through("allegation__complaint").as_manager()

    def audit_subject(self) -> Subject:
        """Name this finding in an event by its allegation's number."""
        case = self.allegation.complaint
        return case.audit_part("finding", self.pk, f"A{self.allegation.number}")


_OF_CASE = ("case_team", "case_is_restricted", "case_state")


class Submission(models.Model):
    """One version of a case as it was submitted: its exact content and the digest of that.

    `content` is the canonical JSON text that the digest (SHA-256) and the signature bind.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    complaint = models.ForeignKey(
        Complaint, on_delete=models.CASCADE, related_name="submissions", db_index=False
    )
    number = models.PositiveIntegerField()
    content = models.TextField()
    digest = models.CharField(max_length=64)
    state = models.CharField(
        max_length=12, choices=SubmissionState.choices, default=SubmissionState.AWAITING
    )
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    supervisor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="submissions")
    answer_by = models.DateField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # Copies of the case's own columns, so that a list is answered by one index. Triggers keep them,
    # whatever is written here: see docs/adr on lists by branches.
    case_team = models.UUIDField(null=True, editable=False)
    case_is_restricted = models.BooleanField(null=True, editable=False)
    case_state = models.CharField(max_length=24, null=True, editable=False)  # noqa: DJ001 - a copy

    objects: ClassVar = OfCaseQuerySet.with_copies().as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["complaint", "number"], name="submission_number_once"),
            models.UniqueConstraint(
                fields=["complaint"],
                condition=Q(state=SubmissionState.AWAITING),
                name="submission_one_awaiting",
            ),
            models.CheckConstraint(
                condition=Q(state=SubmissionState.AWAITING, closed_at__isnull=True)
                | (~Q(state=SubmissionState.AWAITING) & Q(closed_at__isnull=False)),
                name="submission_closed_has_moment",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["-submitted_at", "-id"],
                include=["complaint", "state", "supervisor", *_OF_CASE],
                name="submission_newest",
            ),
            models.Index(
                fields=["case_team", "-submitted_at", "-id"],
                include=["complaint", "state", "supervisor", *_OF_CASE[1:]],
                name="submission_team_newest",
            ),
            models.Index(
                fields=["complaint"],
                include=["submitted_at", "id", "state", "supervisor", *_OF_CASE],
                name="submission_of_case",
            ),
        ]

    def audit_subject(self) -> Subject:
        """Name this submission in an event by its version number."""
        return self.complaint.audit_part("submission", self.pk, f"version {self.number}")


class ReturnPoint(models.Model):
    """One thing the supervisor asks for when returning a version."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="points")
    number = models.PositiveIntegerField()
    allegation = models.ForeignKey(
        Allegation, on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    annotation = models.ForeignKey(
        Annotation, on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    text = models.TextField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = OfCaseQuerySet.through("submission__complaint").as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["submission", "number"], name="return_point_once"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
                name="return_point_answered_whole",
            ),
        ]


class SignOff(models.Model):
    """A signature on exactly one version: its digest, by whom, when, and what was not watched."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.OneToOneField(Submission, on_delete=models.CASCADE, related_name="signoff")
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    signed_for = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text="The absent person for whom a deputy signed",
    )
    signed_at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    unwatched = models.JSONField(default=list, help_text="Labels of cited moments not watched")
    unwatched_reason = models.TextField(blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = OfCaseQuerySet.through("submission__complaint").as_manager()

    @property
    def signer(self) -> str:
        """Who signed, with the absent person for whom they did: `DS 7990 Pell, for DI 6120 Vasey`."""
        name = self.signed_by.display_name
        return f"{name}, for {self.signed_for.display_name}" if self.signed_for else name
