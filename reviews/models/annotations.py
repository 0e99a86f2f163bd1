"""Marks on footage and what was really watched. Times are integer ms from the file's start."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from audit.values import Subject
from incidents.models import Allegation, Complaint, FootageLink
from incidents.querysets import OfCaseQuerySet
from reviews.enums import AnnotationKind, AnnotationState, Bearing, MarkType
from reviews.querysets import AnnotationQuerySet


class Annotation(models.Model):
    """A marker (one moment) or a clip (a half-open range) on a recording of a case.

    `observation` is what can be seen or heard; `assessment` is what the author makes of it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    link = models.ForeignKey(FootageLink, on_delete=models.PROTECT, related_name="annotations")
    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="annotations")
    number = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=8, choices=AnnotationKind.choices)
    mark_type = models.PositiveSmallIntegerField(choices=MarkType.choices, default=MarkType.OTHER)
    start_ms = models.PositiveIntegerField()
    end_ms = models.PositiveIntegerField(null=True, blank=True, help_text="Not included")
    observation = models.TextField(blank=True)
    assessment = models.TextField(blank=True)
    state = models.CharField(
        max_length=12, choices=AnnotationState.choices, default=AnnotationState.DRAFT
    )
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="annotations")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects: ClassVar = AnnotationQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["complaint", "number"], name="annotation_number_once"),
            models.CheckConstraint(
                condition=Q(kind=AnnotationKind.MARKER, end_ms__isnull=True)
                | Q(kind=AnnotationKind.CLIP, end_ms__gt=F("start_ms")),
                name="annotation_marker_or_range",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["link", "start_ms", "id"], name="annotation_in_order")
        ]

    @property
    def label(self) -> str:
        """The number people say: M3."""
        return f"M{self.number}"

    def audit_subject(self) -> Subject:
        """Name this mark in an event by its number in the case."""
        return self.complaint.audit_part("annotation", self.pk, self.label)


class AnnotationBearing(models.Model):
    """What a mark says about one allegation."""

    annotation = models.ForeignKey(Annotation, on_delete=models.CASCADE, related_name="bearings")
    allegation = models.ForeignKey(Allegation, on_delete=models.CASCADE, related_name="bearings")
    bearing = models.CharField(max_length=12, choices=Bearing.choices, default=Bearing.UNCLEAR)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["annotation", "allegation"], name="bearing_once_per_allegation"
            )
        ]


class Viewing(models.Model):
    """A stretch of a recording that a person really played, in ms, half-open.

    Rates are stored in hundredths (100 is real time). Muted play counts as seen, not heard.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    link = models.ForeignKey(FootageLink, on_delete=models.CASCADE, related_name="viewings")
    viewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="viewings")
    from_ms = models.PositiveIntegerField()
    to_ms = models.PositiveIntegerField()
    rate_percent = models.PositiveSmallIntegerField(default=100)
    with_sound = models.BooleanField(default=True)
    ended_at = models.DateTimeField()

    objects: ClassVar = OfCaseQuerySet.through("link__complaint").as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(to_ms__gt=F("from_ms")), name="viewing_not_empty")
        ]
        indexes: ClassVar = [models.Index(fields=["link", "viewer"], name="viewing_by_viewer")]
