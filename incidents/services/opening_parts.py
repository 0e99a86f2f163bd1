"""Opening a part of a case by its own identifier: the first call of an endpoint that names one."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from audit.recorder import Outcome, record_alone
from audit.values import Subject
from bwcportal.errors import NotFound
from incidents.events import ACCESS_REFUSED


def open_part(rows: QuerySet[Any], *, actor: User, kind: str, part_id: UUID, now: datetime) -> Any:
    """Return one of the rows that the actor may know of, named by its identifier.

    `rows` come from `visible_to`; `kind` is what the event calls the thing. Otherwise records the
    refusal and raises NotFound, with the same work for a hidden thing and for one that is not there.
    """
    row = rows.filter(pk=part_id).first()
    if row is None:
        record_alone(
            ACCESS_REFUSED,
            actor=actor.audit_actor(),
            subject=Subject(kind, str(part_id), ""),
            now=now,
            outcome=Outcome.DENIED,
        )
        raise NotFound
    return row
