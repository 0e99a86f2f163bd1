"""Cameras, recordings held by an evidence system, and how they are searched for and kept.

The portal holds references, never the video. A recording is one row whichever cases use it;
`FootageLink` is its place in one case, with the number people say (F1).
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.models import Person, User
from audit.values import Subject
from incidents.enums import FootageStatus, Mount, PreservationState, SearchResult
from incidents.models.complaints import Complaint
from incidents.querysets import OfCaseQuerySet


class Camera(models.Model):
    """A body-worn camera."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    serial = models.CharField(max_length=40, unique=True)
    model = models.CharField(max_length=60, blank=True)
    mount = models.CharField(max_length=8, choices=Mount.choices, default=Mount.CHEST)

    def __str__(self) -> str:
        return self.serial


class CameraIssue(models.Model):
    """Who had a camera, and when. Times are UTC; an open end means still issued."""

    camera = models.ForeignKey(Camera, on_delete=models.PROTECT, related_name="issues")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="camera_issues")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["person", "since"], name="camera_issue_person")]


class FootageItem(models.Model):
    """A recording in an evidence system: what the portal knows of it, never its content.

    `recorded_on` is when recording began (Recorded On) and excludes the silent pre-event buffer;
    the file begins `buffer_ms` earlier. Offsets into the file are integer milliseconds. The wearer's
    number is kept as the evidence system says it; `wearer` is whom the force knows by that number.
    With `variable_frame_rate` the rate is a mean, and no frame number follows from a time.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.CharField(max_length=20)
    external_id = models.CharField(max_length=200)
    title = models.CharField(max_length=200, blank=True)
    camera_serial = models.CharField(max_length=40, blank=True)
    camera_model = models.CharField(max_length=60, blank=True)
    mount = models.CharField(max_length=8, choices=Mount.choices, default=Mount.CHEST)
    wearer = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="recordings", null=True, blank=True
    )
    wearer_collar_number = models.CharField(max_length=40, blank=True)
    recorded_on = models.DateTimeField()
    clock_verified = models.BooleanField(default=True)
    clock_correction_ms = models.IntegerField(default=0)
    buffer_ms = models.PositiveIntegerField(default=0)
    duration_ms = models.PositiveIntegerField()
    frame_rate_numerator = models.PositiveIntegerField()
    frame_rate_denominator = models.PositiveIntegerField(default=1)
    variable_frame_rate = models.BooleanField(default=False)
    codec = models.CharField(max_length=40, blank=True)
    plays_in_browser = models.BooleanField(default=True)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    has_audio = models.BooleanField(default=True)
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, blank=True)
    auto_delete_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(
        max_length=12, choices=FootageStatus.choices, default=FootageStatus.AVAILABLE
    )
    lost_noticed_at = models.DateTimeField(null=True, blank=True)
    lost_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "external_id"], name="footage_item_once"),
            models.CheckConstraint(
                condition=Q(status=FootageStatus.AVAILABLE, lost_noticed_at__isnull=True)
                | Q(status=FootageStatus.LOST, lost_noticed_at__isnull=False),
                name="footage_lost_has_moment",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["recorded_on"], name="footage_recorded_on")]

    def __str__(self) -> str:
        return f"recording {self.pk}"

    @property
    def starts_at(self) -> datetime:
        """The moment of file offset 0, corrected, in UTC: Recorded On less the buffer."""
        return self.recorded_on + timedelta(milliseconds=self.clock_correction_ms - self.buffer_ms)

    @property
    def ends_at(self) -> datetime:
        """The moment after the last frame, in UTC."""
        return self.starts_at + timedelta(milliseconds=self.duration_ms)

    def moment(self, offset_ms: int) -> datetime:
        """Work out the UTC moment of an offset into the file."""
        return self.starts_at + timedelta(milliseconds=offset_ms)


class FootageLink(models.Model):
    """A recording's place in a case, with the reason for attaching it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="footage_links")
    footage = models.ForeignKey(FootageItem, on_delete=models.PROTECT, related_name="links")
    number = models.PositiveIntegerField()
    reason = models.CharField(max_length=500)
    attached_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    attached_at = models.DateTimeField()
    loss_reported = models.CharField(
        max_length=200, blank=True, help_text="As typed in this case; no other case shows it"
    )

    objects: ClassVar = OfCaseQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["complaint", "footage"], name="footage_attached_once"),
            models.UniqueConstraint(fields=["complaint", "number"], name="footage_number_once"),
        ]

    @property
    def label(self) -> str:
        """The number people say: F1."""
        return f"F{self.number}"

    @property
    def lost_reason(self) -> str:
        """Why the recording is lost, as this case may know: what was typed in it, else the job's words."""
        return self.loss_reported or self.footage.lost_reason

    @property
    def own_sha256(self) -> str:
        """The hash that was taken when it was preserved for this case; '' before."""
        preservation = getattr(self, "preservation", None)
        return preservation.sha256 if preservation is not None else ""

    def audit_subject(self) -> Subject:
        """Name this recording in an event by its number in the case."""
        return self.complaint.audit_part("footage", self.pk, self.label)


class FootageSearch(models.Model):
    """A search for footage, recorded whether or not anything was found.

    What was asked and what came are copied as they were: collar numbers and a serial as typed, and
    the evidence system's identifiers of what it found. A fact entered by hand has no `source` but
    the place that was looked in.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    complaint = models.ForeignKey(
        Complaint, on_delete=models.CASCADE, related_name="footage_searches"
    )
    source = models.CharField(max_length=20, blank=True)
    place = models.CharField(max_length=120, blank=True, help_text="Where a person looked by hand")
    collar_numbers = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    camera_serial = models.CharField(max_length=40, blank=True)
    window_from = models.DateTimeField()
    window_to = models.DateTimeField()
    result = models.CharField(max_length=16, choices=SearchResult.choices)
    found_count = models.PositiveIntegerField(default=0)
    found_external_ids = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    note = models.CharField(max_length=500, blank=True)
    searched_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    searched_at = models.DateTimeField()

    objects: ClassVar = OfCaseQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(window_to__gte=F("window_from")), name="footage_search_window"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["complaint", "-searched_at"], name="footage_search_newest")
        ]

    def audit_subject(self) -> Subject:
        """Name this search in an event by its result."""
        return self.complaint.audit_part("footage_search", self.pk, self.result)


class Preservation(models.Model):
    """The request to keep one recording for one case, and what the evidence system answered.

    `request_number` counts the requests made for this link: a repeat of one request is the same
    request to the evidence system, asking anew after a refusal or a release is another.
    `file_changed`: the file kept is not the one known before, which asking again does not mend.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    link = models.OneToOneField(FootageLink, on_delete=models.CASCADE, related_name="preservation")
    state = models.CharField(
        max_length=12, choices=PreservationState.choices, default=PreservationState.REQUESTED
    )
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    request_number = models.PositiveIntegerField(default=1)
    attempts = models.PositiveIntegerField(default=0)
    last_attempt_at = models.DateTimeField(null=True, blank=True)
    last_answer = models.CharField(max_length=300, blank=True)
    receipt_number = models.CharField(max_length=40, blank=True)
    receipt_at = models.DateTimeField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    file_changed = models.BooleanField(default=False)
    verified_at = models.DateTimeField(null=True, blank=True)
    last_checked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = OfCaseQuerySet.through("link__complaint").as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state=PreservationState.PRESERVED)
                | (~Q(receipt_number="") & Q(receipt_at__isnull=False) & ~Q(sha256="")),
                name="preserved_has_receipt",
            )
        ]
