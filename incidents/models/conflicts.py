"""Whom a description may mean, which cases belong together, and conflicts that came up later."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import Person, User
from audit.values import Subject
from incidents.enums import AssignmentRole, ConcernState, ConflictKind, MatchState
from incidents.models.complaints import Complaint, ComplaintSubject
from incidents.querysets import EndableQuerySet, OfCaseQuerySet


class SubjectMatch(models.Model):
    """The thought that an officer who is only described may be a certain person.

    Until somebody rejects it the person is kept out of the case, by an exclusion of their own.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(ComplaintSubject, on_delete=models.CASCADE, related_name="matches")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=120, help_text="What in the description fits")
    state = models.CharField(max_length=12, choices=MatchState.choices, default=MatchState.PROPOSED)
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    objects: ClassVar = OfCaseQuerySet.through("subject__complaint").as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject", "person"], name="match_once"),
            models.CheckConstraint(
                condition=Q(state=MatchState.PROPOSED, decided_at__isnull=True)
                | Q(~Q(state=MatchState.PROPOSED), decided_at__isnull=False),
                name="match_decided_has_moment",
            ),
        ]


class FormerNaming(models.Model):
    """Somebody who was named as an officer complained about until that was corrected.

    They were kept out from `named_at` until `corrected_at`; `ComplaintSubject` holds who is named now.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(
        ComplaintSubject, on_delete=models.CASCADE, related_name="former_namings"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    corrected_at = models.DateTimeField()
    corrected_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)

    objects: ClassVar = OfCaseQuerySet.through("subject__complaint").as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["subject", "-corrected_at"], name="former_naming_of_subject")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(corrected_at__gte=F("named_at")),
                name="former_naming_ends_after_it_begins",
            )
        ]


class ComplaintLink(models.Model):
    """The fact that two cases belong together, from when until when. Told where both may be known of.

    It is the only place where the reasons stand: an event in the record of either case would tell
    its readers that there is another one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    first = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="links_as_first")
    second = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="links_as_second")
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
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="case_link_in_order"),
            models.UniqueConstraint(
                fields=["first", "second"],
                condition=Q(ended_at__isnull=True),
                name="case_linked_once",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, end_reason="")
                | (Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(end_reason="")),
                name="case_link_ended_by_somebody",
            ),
        ]

    def other_than(self, case: Complaint) -> Complaint:
        """Give the case at the other end."""
        return self.second if self.first_id == case.pk else self.first

    def audit_subject(self) -> Subject:
        """Name the link for the record of events, in no case's record."""
        return Subject("case_link", str(self.pk), "")


class AssignmentConcern(models.Model):
    """A conflict found after a case was given to somebody: to be reassigned, or to stand with a reason.

    `about` is the other person it is about. `because` is the linked case it comes from; only who
    may know of that case too is told.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="concerns")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=12, choices=AssignmentRole.choices)
    kind = models.CharField(max_length=20, choices=ConflictKind.choices)
    about = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    because = models.ForeignKey(
        Complaint, on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    found_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=ConcernState.choices, default=ConcernState.OPEN)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    objects: ClassVar = OfCaseQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["complaint"], condition=Q(state=ConcernState.OPEN), name="concern_open"
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["complaint", "user", "role", "kind", "about", "because"],
                condition=~Q(state=ConcernState.OVER),
                nulls_distinct=False,
                name="concern_once",
            ),
        ]
