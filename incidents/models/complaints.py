"""The complaint, who made it, what it says and whom it concerns."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Reverse
from django.utils import timezone

from accounts.models import CommandUnit, Person, Team, User
from audit.values import Subject
from incidents.enums import (
    OPEN_STATES,
    CaseState,
    Channel,
    ComplainantKind,
    ContactBy,
    ContributionKind,
    Handling,
    Regime,
    ReviewBody,
)
from incidents.models.reference import AllegationCategory, ComplaintFactor, DeadlineRule
from incidents.querysets import ComplaintQuerySet, OfCaseQuerySet


class Incident(models.Model):
    """What happened: where, when, in whose area. Times are UTC."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    place = models.CharField(max_length=200)
    unit = models.ForeignKey(CommandUnit, on_delete=models.PROTECT, related_name="incidents")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    start_is_known = models.BooleanField(default=True, help_text="False: only the day is known")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_at__gte=models.F("starts_at")), name="incident_ends_after_start"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["-starts_at", "-id"], name="incident_latest")]


class Complaint(models.Model):
    """A case. `version` rises with every change; the reference is made by the server.

    When the case is destroyed the row stays as a tombstone with nothing but its reference, its
    team and its dates.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=16, unique=True)
    version = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=24, choices=CaseState.choices, default=CaseState.LOGGED)
    state_before_pause = models.CharField(max_length=24, choices=CaseState.choices, blank=True)
    handling = models.CharField(max_length=24, choices=Handling.choices, blank=True)
    regime = models.CharField(max_length=8, choices=Regime.choices)
    channel = models.CharField(max_length=16, choices=Channel.choices)
    title = models.CharField(max_length=120, blank=True, help_text="Names no complainant")
    summary = models.TextField(blank=True)
    original_words = models.TextField(blank=True, help_text="As received; never changed")

    incident = models.ForeignKey(
        Incident, on_delete=models.PROTECT, related_name="complaints", null=True
    )
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, related_name="complaints", db_index=False
    )
    is_restricted = models.BooleanField(default=False)
    investigator = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="investigating",
        null=True,
        blank=True,
        db_index=False,
    )
    supervisor = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="supervising",
        null=True,
        blank=True,
        db_index=False,
    )
    logged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    factors = models.ManyToManyField(ComplaintFactor, blank=True, related_name="+")

    made_on = models.DateField()
    logged_at = models.DateTimeField()
    handling_since = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField(null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    outcome_sent_on = models.DateField(null=True, blank=True)
    outcome_how = models.CharField(max_length=12, choices=ContactBy.choices, blank=True)
    review_body = models.CharField(
        max_length=8, choices=ReviewBody.choices, blank=True, help_text="As named in the outcome"
    )
    finalised_at = models.DateTimeField(null=True, blank=True)
    destroyed_at = models.DateTimeField(null=True, blank=True)
    kept_apart = ArrayField(
        models.CharField(max_length=32),
        default=list,
        blank=True,
        help_text="Of a destroyed case: keyed digests of the people it was kept from",
    )
    # A copy, for lists in the order of what happened: kept by a trigger, whatever is written here.
    incident_starts_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar = ComplaintQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            # What a list narrows by stands in the index, so that the first rows of a branch are
            # found without reading the cases that are passed over.
            models.Index(
                fields=["-logged_at", "-id"],
                include=["team", "is_restricted", "state", "investigator"],
                name="complaint_newest",
            ),
            models.Index(
                fields=["team", "-logged_at", "-id"],
                include=["is_restricted", "state", "investigator"],
                name="complaint_team_newest",
            ),
            models.Index(
                fields=["state", "-logged_at", "-id"],
                include=["team", "is_restricted", "investigator"],
                condition=Q(state__in=sorted(OPEN_STATES | {CaseState.WITHDRAWN})),
                name="complaint_unfinished",
            ),
            models.Index(
                fields=["-logged_at", "-id"],
                include=["team", "is_restricted", "state"],
                condition=Q(investigator__isnull=True),
                name="complaint_unassigned",
            ),
            # The end of a reference is typed more often than the whole of it.
            models.Index(
                OpClass(Reverse("reference"), name="text_pattern_ops"), name="complaint_ends"
            ),
            models.Index(
                fields=["-incident_starts_at", "-incident"],
                include=["id", "team", "is_restricted", "state"],
                condition=Q(incident_starts_at__isnull=False),
                name="complaint_incident_latest",
            ),
            models.Index(
                fields=["team", "-incident_starts_at", "-incident"],
                include=["id", "is_restricted", "state"],
                condition=Q(incident_starts_at__isnull=False),
                name="complaint_team_incident",
            ),
            models.Index(fields=["investigator", "state"], name="complaint_investigator"),
            models.Index(fields=["supervisor", "state"], name="complaint_supervisor"),
            GinIndex(
                fields=["kept_apart"],
                condition=Q(state=CaseState.DESTROYED),
                name="complaint_kept_apart",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state=CaseState.FINALISED) | Q(finalised_at__isnull=False),
                name="complaint_finalised_has_date",
            ),
            models.CheckConstraint(
                condition=Q(state=CaseState.DESTROYED) | Q(incident__isnull=False),
                name="complaint_has_incident_until_destroyed",
            ),
            models.CheckConstraint(
                condition=~Q(state=CaseState.DESTROYED)
                | Q(incident__isnull=True, title="", summary="", original_words=""),
                name="complaint_destroyed_is_empty",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def audit_subject(self) -> Subject:
        """Name this case in an event: reference only."""
        return Subject("complaint", str(self.pk), self.reference, self.pk, self.reference)

    def audit_part(self, kind: str, part_id: object, label: str) -> Subject:
        """Name a part of this case in an event, for example `allegation`, its id and `A2`."""
        return Subject(kind, str(part_id), label, self.pk, self.reference)


class Complainant(models.Model):
    """The person who complains. Every field is personal and goes at disposal."""

    complaint = models.OneToOneField(
        Complaint, on_delete=models.CASCADE, related_name="complainant", primary_key=True
    )
    kind = models.CharField(max_length=24, choices=ComplainantKind.choices)
    name = models.CharField(max_length=120, blank=True, help_text="Empty: wants not to be named")
    email = models.EmailField(blank=True)
    telephone = models.CharField(max_length=30, blank=True)
    address = models.TextField(blank=True)
    prefers = models.CharField(max_length=12, choices=ContactBy.choices, default=ContactBy.EMAIL)
    needs = models.TextField(blank=True, help_text="Help the person needs to take part")
    was_under_18 = models.BooleanField(default=False)
    born_on = models.DateField(null=True, blank=True)


class ComplaintSubject(models.Model):
    """An officer complained about, or one not identified yet, described in words."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="subjects")
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        related_name="complained_about_in",
        null=True,
        blank=True,
        db_index=False,
    )
    description = models.CharField(max_length=200, blank=True)
    named_at = models.DateTimeField(
        null=True, blank=True, help_text="From when the person is kept out"
    )
    # Copies of the case's own columns, so that a search by an officer is answered by one index.
    # Triggers keep them, whatever is written here: see docs/adr on lists by branches.
    case_team = models.UUIDField(null=True, editable=False)
    case_is_restricted = models.BooleanField(null=True, editable=False)
    case_state = models.CharField(max_length=24, null=True, editable=False)  # noqa: DJ001 - a copy
    case_investigator = models.UUIDField(null=True, editable=False)
    case_logged_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar = OfCaseQuerySet.with_copies().as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["complaint", "person"], name="subject_once"),
            models.CheckConstraint(
                condition=Q(person__isnull=True) | Q(named_at__isnull=False),
                name="subject_named_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False) | ~Q(description=""),
                name="subject_named_or_described",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["person", "-case_logged_at", "-complaint"],
                include=["case_team", "case_is_restricted", "case_state", "case_investigator"],
                name="subject_person_newest",
            )
        ]

    @property
    def title(self) -> str:
        """The officer's rank, number and surname, or the description."""
        return self.person.title if self.person else f"Unidentified: {self.description}"


class Allegation(models.Model):
    """A single matter complained of: the complainant's words beside a category."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="allegations")
    number = models.PositiveIntegerField()
    category = models.ForeignKey(AllegationCategory, on_delete=models.PROTECT, related_name="+")
    words = models.TextField()
    subjects = models.ManyToManyField(ComplaintSubject, blank=True, related_name="allegations")

    objects: ClassVar = OfCaseQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["complaint", "number"], name="allegation_number_once")
        ]

    def __str__(self) -> str:
        return f"A{self.number}"

    def audit_subject(self) -> Subject:
        """Name this allegation in an event by its number."""
        return self.complaint.audit_part("allegation", self.pk, f"A{self.number}")


class Deadline(models.Model):
    """A clock of a case: what started it, under which rule, when it ends, and the arithmetic."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="deadlines")
    rule = models.ForeignKey(DeadlineRule, on_delete=models.PROTECT, related_name="+")
    started_on = models.DateField()
    due_on = models.DateField()
    arithmetic = models.JSONField(help_text="List of [what, value]; the last is the result")
    met_on = models.DateField(null=True, blank=True)
    cancelled_on = models.DateField(null=True, blank=True)

    objects: ClassVar = OfCaseQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["due_on"],
                condition=Q(met_on__isnull=True, cancelled_on__isnull=True),
                name="deadline_running",
            )
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["complaint", "rule"],
                condition=Q(met_on__isnull=True, cancelled_on__isnull=True),
                name="deadline_runs_once",
            )
        ]


class Contribution(models.Model):
    """The fact that a person took part in a case. Such a person does not sign it off."""

    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="contributions")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=ContributionKind.choices)
    first_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["complaint", "person", "kind"], name="contribution_once"
            )
        ]


class Update(models.Model):
    """A progress update that was sent to the complainant (regulation 34)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="updates")
    sent_on = models.DateField()
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    how = models.CharField(max_length=12, choices=ContactBy.choices)
    note = models.TextField(blank=True)
