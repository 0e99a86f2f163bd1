"""What a person was called and where they served before, and which records are one human being.

A trigger of the database adds the old number, name and unit whenever a row of `Person` changes
them, whoever changes it: history does not depend on which page or program was used. Days are
London days; an empty beginning means that nobody knows it.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from accounts.models.accounts import User
from accounts.models.people import CommandUnit, Person


def _in_order(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(since__isnull=True) | Q(until__isnull=True) | Q(until__gte=F("since")),
        name=name,
    )


class CollarNumber(models.Model):
    """A collar number that a person had before, or has in another force."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="other_numbers")
    number = models.CharField(max_length=16)
    force = models.CharField(max_length=60, blank=True, help_text="Empty: this force")
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(Upper("number"), name="other_number_upper")]
        constraints: ClassVar = [_in_order("other_number_ends_after_it_begins")]


class PersonName(models.Model):
    """A name that a person had before, or goes by besides."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="other_names")
    given_names = models.CharField(max_length=100, blank=True)
    surname = models.CharField(max_length=100)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(Upper("surname"), name="other_surname_upper")]
        constraints: ClassVar = [_in_order("other_name_ends_after_it_begins")]


class Posting(models.Model):
    """A unit in which a person served before; `Person.unit` is that of today."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="postings")
    unit = models.ForeignKey(CommandUnit, on_delete=models.PROTECT, related_name="+")
    since = models.DateField(null=True, blank=True)
    until = models.DateField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["person", "until"], name="posting_of_person")]
        constraints: ClassVar = [_in_order("posting_ends_after_it_begins")]


class PersonLink(models.Model):
    """The finding that two records are one human being, with its reason, until it is ended."""

    class Why(models.TextChoices):
        """How one human being came to have two records."""

        TRANSFER = "TRANSFER", "Came from another force"
        STAFF_OFFICER = "STAFF_OFFICER", "Staff who became an officer, or the other way round"
        TWICE = "TWICE", "Entered twice"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    first = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=16, choices=Why.choices)
    reason = models.CharField(max_length=200)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["second", "first"], name="link_of_second"),
        ]
        constraints: ClassVar = [
            # The smaller id stands first, so that a pair has one form.
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="link_in_order"),
            models.UniqueConstraint(
                fields=["first", "second"],
                condition=Q(ended_at__isnull=True),
                name="linked_once_at_a_time",
            ),
        ]
