"""Who may see a case besides its team, who never may, and the recorded history of both.

Two tables are ledgers: rows are added and ended, and never changed otherwise. With them the
question "who could see this case then" has an answer. See docs/adr on the ledger of access.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Least

from accounts.grants import PersonalGrant
from accounts.models import Person, Team, User
from incidents.enums import ExclusionKind, GrantKind
from incidents.models.complaints import Complaint
from incidents.querysets import EndableQuerySet


class TimeRange(Func):
    """The half-open period between two moments, for the database's own comparisons."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class CasePlacement(models.Model):
    """Where a case stood from one moment until another: in which team, restricted or not.

    A case that is not destroyed has exactly one row without an end, equal to its own columns.
    `awaits_note` says that it came from another team and nobody of this one has taken note yet.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="placements")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    is_restricted = models.BooleanField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    moved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    awaits_note = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["complaint", "since"], name="placement_of_case"),
            models.Index(
                fields=["team"],
                include=["complaint"],
                condition=Q(awaits_note=True, until__isnull=True),
                name="placement_awaits_note",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["complaint"], condition=Q(until__isnull=True), name="placement_one_open"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="placement_ends_after_it_begins",
            ),
            ExclusionConstraint(
                name="placements_follow_each_other",
                expressions=[
                    ("complaint", RangeOperators.EQUAL),
                    (TimeRange("since", "until"), RangeOperators.OVERLAPS),
                ],
            ),
        ]


class GrantPeriod(models.Model):
    """One account's personal grant of a case, from when until when: kept when the grant is gone.

    `until` is the end that was planned, `ended_at` the end that was made; whichever comes first
    counts. `ended_by` is empty when the portal's own check took the case from the person. Giving
    access anew ends one row and begins another.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="grant_periods")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grant_periods")
    kind = models.CharField(max_length=12, choices=GrantKind.choices)
    reason = models.CharField(max_length=200)
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    end_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["complaint", "user", "since"], name="grant_period_of_case"),
            models.Index(fields=["user", "since"], name="grant_period_of_user"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["complaint", "user"],
                condition=Q(ended_at__isnull=True),
                name="grant_period_one_open",
            ),
            models.CheckConstraint(
                condition=(Q(until__isnull=True) | Q(until__gt=F("since")))
                & (Q(ended_at__isnull=True) | Q(ended_at__gte=F("since"))),
                name="grant_period_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, end_reason="")
                | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
                name="grant_period_end_is_explained",
            ),
            models.CheckConstraint(
                condition=~Q(kind=GrantKind.OVERSIGHT) | Q(until__isnull=False),
                name="grant_period_oversight_ends",
            ),
            ExclusionConstraint(
                name="grant_periods_follow_each_other",
                expressions=[
                    ("complaint", RangeOperators.EQUAL),
                    ("user", RangeOperators.EQUAL),
                    (TimeRange("since", Least("until", "ended_at")), RangeOperators.OVERLAPS),
                ],
            ),
        ]


class ComplaintGrant(PersonalGrant):
    """A personal grant of one case to one account, in force; its row of the ledger comes with it.

    What a list of cases is sorted and narrowed by is copied beside the grant by the database, so that
    the newest cases granted to somebody are found without reading each of them.
    """

    content_object = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="grants")
    period = models.OneToOneField(GrantPeriod, on_delete=models.PROTECT, related_name="grant")
    # Copies of the case's own columns, which the database keeps: see the migration `copies_on_grants`.
    case_team = models.UUIDField(null=True, editable=False)
    case_is_restricted = models.BooleanField(null=True, editable=False)
    case_state = models.CharField(max_length=24, null=True, editable=False)  # noqa: DJ001 - a copy
    case_investigator = models.UUIDField(null=True, editable=False)
    case_logged_at = models.DateTimeField(null=True, editable=False)

    class Meta(PersonalGrant.Meta):
        indexes: ClassVar = [
            # A list asks for the newest cases granted to one account; the index alone answers.
            models.Index(
                fields=["user", "-case_logged_at", "-content_object"],
                include=[
                    *("expires_at", "case_team", "case_is_restricted", "case_state"),
                    "case_investigator",
                ],
                name="grant_of_user_newest",
            )
        ]


class CaseExclusion(models.Model):
    """A person who may not see a case while it lasts, whatever opens it.

    The officers complained about are excluded without one, from `ComplaintSubject.named_at`.
    """

    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="exclusions")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="excluded_from")
    kind = models.CharField(
        max_length=16, choices=ExclusionKind.choices, default=ExclusionKind.DECLARED
    )
    reason = models.CharField(max_length=200)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    end_reason = models.CharField(max_length=200, blank=True)

    objects: ClassVar = EndableQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "complaint"],
                condition=Q(ended_at__isnull=True),
                name="excluded_once",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("made_at")),
                name="exclusion_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, end_reason="")
                | (Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(end_reason="")),
                name="exclusion_end_is_explained",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["complaint", "person"], name="exclusion_of_case"),
        ]

    @property
    def is_in_force(self) -> bool:
        """Tell whether nobody has ended it."""
        return self.ended_at is None
