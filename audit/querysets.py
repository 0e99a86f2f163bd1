"""The sets of events that selectors are built from."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from audit.enums import Outcome


class EventQuerySet(models.QuerySet):
    """Events. Reading is all there is: the database refuses change and removal."""

    def of_case(self, case_id: UUID) -> EventQuerySet:
        """Return the events that belong to one case."""
        return self.filter(case_id=case_id)

    def allowed(self) -> EventQuerySet:
        """Return the events without refusals, which only auditors see."""
        return self.filter(outcome=Outcome.ALLOWED)

    def newest_first(self) -> EventQuerySet:
        """Return the events, the latest written first."""
        return self.order_by("-id")

    def older_than(self, event_uuid: UUID) -> EventQuerySet:
        """Return the events written before the given one; none at all if there is no such event.

        The cursor is the random uuid, because the running number would tell a reader how much
        happens in cases hidden from them.
        """
        return self.filter(id__lt=self.model._default_manager.filter(uuid=event_uuid).values("id"))
