"""People, the units they serve in and the teams that handle cases.

A `Person` is one human being, officer or member of staff. Exclusions follow the person, so that a
second account opens nothing. See docs/adr.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Upper


class CommandUnit(models.Model):
    """A borough or a specialist unit of the force."""

    class Kind(models.TextChoices):
        """What sort of unit it is."""

        BOROUGH = "BOROUGH", "Borough"
        SPECIALIST = "SPECIALIST", "Specialist unit"
        PROFESSIONAL_STANDARDS = "PROFESSIONAL_STANDARDS", "Professional standards"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=24, choices=Kind.choices)
    is_armed = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.name


class Person(models.Model):
    """One human being who serves or works in the force, as the force knows them today.

    What they were called before is in `models.identities`. Somebody who came from another force,
    or became an officer, may have two records: `other_ids` are the ids of the others of the same
    human being, kept by `services.identities` from the links between records.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    rank = models.CharField(max_length=24, blank=True, help_text="PC, PS, DI, Ms, Mr")
    collar_number = models.CharField(max_length=16, unique=True)
    given_names = models.CharField(max_length=100)
    surname = models.CharField(max_length=100)
    unit = models.ForeignKey(CommandUnit, on_delete=models.PROTECT, related_name="people")
    is_officer = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    other_ids = ArrayField(models.UUIDField(), default=list, db_default=[], editable=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["surname", "id"], include=["unit"], name="person_surname"),
            models.Index(Upper("surname"), name="person_surname_upper"),
            models.Index(Upper("collar_number"), name="person_number_upper"),
        ]

    def __str__(self) -> str:
        return f"person {self.pk}"

    @property
    def ids(self) -> list[uuid.UUID]:
        """The ids of all records of this human being, this one first."""
        return [self.pk, *self.other_ids]

    @property
    def title(self) -> str:
        """Rank, collar number and surname, always in this order: `PC 2186QX Brannick`."""
        return " ".join(part for part in (self.rank, self.collar_number, self.surname) if part)


class Team(models.Model):
    """A team that handles cases. Every case that is not restricted opens to its team."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=100)
    unit = models.ForeignKey(CommandUnit, on_delete=models.PROTECT, related_name="teams")
    closed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["name", "id"], name="team_name")]

    def __str__(self) -> str:
        return self.name
