"""Who reports to whom, and the interests that people declare: what makes a conflict.

Days are London days, half-open: a line holds from `since` until the day before `until`.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models.accounts import User
from accounts.models.people import Person


class ReportingLine(models.Model):
    """The fact that a person works under the management of another, for a period."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="reports_to")
    manager = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="manages")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["person", "since"], name="line_of_person"),
            models.Index(fields=["manager", "since"], name="line_of_manager"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="line_ends_after_it_begins",
            ),
            models.CheckConstraint(condition=~Q(person=F("manager")), name="line_to_another"),
            models.UniqueConstraint(
                fields=["person", "manager"],
                condition=Q(until__isnull=True),
                name="line_once_at_a_time",
            ),
        ]


class DeclaredInterest(models.Model):
    """What a person says that ties them to somebody or something, whatever cases there are.

    It stands until ended. The person declares it, or a supervisor does for them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="interests")
    about_person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    about_words = models.CharField(
        max_length=200, blank=True, help_text="An address, an event or a person outside the force"
    )
    nature = models.CharField(max_length=200, help_text="For example: married to, grew up with")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    declared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    declared_at = models.DateTimeField()
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    end_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["person", "since"], name="interest_of_person")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(about_person__isnull=False) ^ ~Q(about_words=""),
                name="interest_in_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="interest_ends_after_it_begins",
            ),
        ]
