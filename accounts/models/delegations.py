"""Who acts for whom while they are away, and until when. See docs/adr on acting for somebody."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from accounts.models.accounts import User


class DelegationQuerySet(models.QuerySet["Delegation"]):
    """Covers, narrowed by time."""

    def in_force(self, at: datetime) -> Self:
        """Keep those that hold at a moment, whether or not anybody acts by them just then."""
        going_on = Q(ended_at__isnull=True) | Q(ended_at__gt=at)
        return self.filter(going_on, since__lte=at, until__gt=at)

    def not_over(self, at: datetime) -> Self:
        """Keep those that hold at a moment or will hold later."""
        going_on = Q(ended_at__isnull=True) | Q(ended_at__gt=at)
        return self.filter(going_on, until__gt=at)

    def during(self, since: datetime, until: datetime) -> Self:
        """Keep those that hold at some moment of a period, whose end does not belong to it."""
        going_on = Q(ended_at__isnull=True) | Q(ended_at__gt=since)
        return self.filter(going_on, since__lt=until, until__gt=since)


class Delegation(models.Model):
    """A cover for absence: the deputy may act for the absent person from one moment until another.

    It opens nothing by itself: only a deputy who has chosen to act sees what it opens. Ending it
    early sets `ended_at`; the row stays, so that a past moment can be explained.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    absent = models.ForeignKey(User, on_delete=models.PROTECT, related_name="covered_by")
    deputy = models.ForeignKey(User, on_delete=models.PROTECT, related_name="covers")
    since = models.DateTimeField()
    until = models.DateTimeField()
    reason = models.CharField(max_length=200)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    objects: ClassVar = DelegationQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(until__gt=F("since")), name="delegation_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=~Q(absent=F("deputy")), name="delegation_to_somebody_else"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="delegation_ended_by_somebody",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["deputy", "until"], name="delegation_deputy"),
            models.Index(fields=["absent", "until"], name="delegation_absent"),
        ]
