"""Reference data: versioned, editable rows, each with its source or marked unconfirmed.

A row is never changed once it is in use: an edit ends it and begins its next version. Rows that
rest on memory rather than a source carry `is_confirmed = False`, and a system check counts the
ones in use. The rows shipped are in `incidents/reference_data/` (see docs/reference).
"""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from accounts.models import User
from incidents.enums import ClockStart, LengthUnit


class ReferenceQuerySet(models.QuerySet[Any]):
    """Finds the version of each row that is in force."""

    def in_force(self, on: date) -> Self:
        """Keep the rows whose period includes the day."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), valid_from__lte=on)

    def current(self, code: str, on: date) -> Any:
        """Return the version of a code in force on the day; raise DoesNotExist if there is none."""
        return self.in_force(on).get(code=code)


class ReferenceRow(models.Model):
    """One version of one entry of a list."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=40)
    version = models.PositiveIntegerField(default=1)
    label = models.CharField(max_length=200)
    position = models.PositiveIntegerField(default=0)
    valid_from = models.DateField(default=date(2020, 2, 1))
    valid_to = models.DateField(null=True, blank=True)
    source = models.TextField(blank=True)
    is_confirmed = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    amended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    amended_at = models.DateTimeField(null=True, blank=True)
    amend_reason = models.CharField(max_length=200, blank=True)

    objects: ClassVar = ReferenceQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "version"], name="%(class)s_version_once"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(valid_to__isnull=True), name="%(class)s_one_open"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="%(class)s_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(is_confirmed=False) | ~Q(source=""),
                name="%(class)s_confirmed_by_source",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class AllegationCategory(ReferenceRow):
    """A category of allegation, A to L, keyed on our own slug. `iopc_code` is editable data."""

    iopc_code = models.CharField(max_length=4, blank=True)
    group = models.CharField(max_length=100)
    taxonomy = models.CharField(max_length=20, default="A-L")
    bwv_expected = models.BooleanField(default=False)

    @property
    def title(self) -> str:
        """The code and the label, as people say it: `B4 Use of force`."""
        return f"{self.iopc_code} {self.label}".strip()


class HandlingType(ReferenceRow):
    """A way of handling a complaint."""

    is_schedule_3 = models.BooleanField(default=True)
    has_review_right = models.BooleanField(default=True)


class CaseStateRow(ReferenceRow):
    """The wording of a case state, and whether it blocks disposal."""

    blocks_disposal = models.BooleanField(default=True)
    next_codes = ArrayField(models.CharField(max_length=40), default=list, blank=True)


class SeverityLevel(ReferenceRow):
    """A level of the severity assessment."""


class DecisionOption(ReferenceRow):
    """A decision on an allegation, with the handling types it is legal for."""

    handling_types = ArrayField(models.CharField(max_length=40), default=list)
    needs_reason = models.BooleanField(default=False)


class NoFootageReason(ReferenceRow):
    """A coded reason why a decision cites no moment of footage."""


class ActionOption(ReferenceRow):
    """An action that follows a decision."""


class ComplaintFactor(ReferenceRow):
    """A tag for the situation of a complaint."""


class DeadlineRule(ReferenceRow):
    """A statutory or operational period: what starts it, how long it is and how it is counted."""

    regime = models.CharField(max_length=8, blank=True, help_text="Empty: every regime")
    clock_start = models.CharField(max_length=24, choices=ClockStart.choices)
    clock_start_text = models.CharField(max_length=200, blank=True)
    length = models.PositiveIntegerField(null=True, blank=True)
    unit = models.CharField(max_length=16, choices=LengthUnit.choices)
    recurs_length = models.PositiveIntegerField(null=True, blank=True)
    recipient = models.CharField(max_length=120, blank=True)
    schedule_3_only = models.BooleanField(default=False)

    def clean(self) -> None:
        """Refuse a length without a unit and a unit without a length."""
        if (self.length is None) != (self.unit == LengthUnit.NONE):
            raise ValidationError(
                {
                    "length": "Enter how long it is, or choose that it is done as soon as "
                    "practicable, which has no length"
                }
            )


REFERENCE_MODELS: tuple[type[ReferenceRow], ...] = (
    AllegationCategory,
    HandlingType,
    CaseStateRow,
    SeverityLevel,
    DecisionOption,
    NoFootageReason,
    ActionOption,
    ComplaintFactor,
    DeadlineRule,
)
