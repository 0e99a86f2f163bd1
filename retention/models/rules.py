"""Retention rules and hold reasons (reference data), and the clock of each finalised case."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models

from incidents.models import Complaint, ReferenceRow
from incidents.querysets import OfCaseQuerySet
from retention.enums import DisposalMode, RetentionTrigger


class RetentionRule(ReferenceRow):
    """How long a class of record is kept, counted from which date, and what may then happen.

    `decision_codes` and `handling_types` say which cases the rule covers; empty means any.
    """

    trigger = models.CharField(max_length=24, choices=RetentionTrigger.choices)
    years = models.PositiveIntegerField(null=True, blank=True)
    to_year_end = models.BooleanField(default=False)
    mode = models.CharField(max_length=8, choices=DisposalMode.choices)
    handling_types = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    decision_codes = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    covers_cases = models.BooleanField(default=True, help_text="False: shown, not computed")

    def clean(self) -> None:
        """Refuse a period for what no job may destroy, and the opposite."""
        if self.covers_cases and (self.years is None) != (self.mode == DisposalMode.NEVER):
            raise ValidationError(
                {
                    "years": "Enter for how many years the record is kept, or choose that no job "
                    "ever destroys it, which has no years"
                }
            )


class HoldReason(ReferenceRow):
    """A reason for which destruction is paused."""


class RetentionClock(models.Model):
    """When a finalised case is due, by which version of which rule, with the arithmetic."""

    complaint = models.OneToOneField(
        Complaint, on_delete=models.CASCADE, related_name="retention_clock", primary_key=True
    )
    rule = models.ForeignKey(RetentionRule, on_delete=models.PROTECT, related_name="+")
    trigger_on = models.DateField()
    due_on = models.DateField(null=True, blank=True, help_text="Empty: never by a job")
    arithmetic = models.JSONField(help_text="List of [what, value]; the last is the result")
    weighed = models.JSONField(default=list, help_text="Every rule considered and what it gave")
    computed_at = models.DateTimeField()

    objects: ClassVar = OfCaseQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["due_on"], name="retention_due")]


REFERENCE_MODELS: tuple[type[ReferenceRow], ...] = (RetentionRule, HoldReason)
