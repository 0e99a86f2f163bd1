"""Amending reference data: the row in force ends, and its next version begins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from audit.recorder import record
from audit.values import Subject
from bwcportal.errors import Invalid, NotFound
from incidents.events import REFERENCE_AMENDED
from incidents.models import ReferenceRow

# What a version may change. The code stays, and versions and periods follow from the act.
FIXED = frozenset({"id", "code", "version", "valid_from", "valid_to", "position"})


@transaction.atomic
def amend_reference(
    *,
    actor: User,
    model: type[ReferenceRow],
    code: str,
    changes: Mapping[str, Any],
    begins_on: date,
    now: datetime,
) -> ReferenceRow:
    """End the open version of a row on a London day and return its next version, begun that day.

    Cases keep the version that was in force for them. Naming a source confirms the row unless
    `changes` says otherwise. Raises NotFound for a code without an open version, and Invalid for
    a change of a fixed column or a day that is not after the beginning of the open version.
    """
    row = model.objects.select_for_update().filter(code=code, valid_to__isnull=True).first()
    if row is None:
        raise NotFound(f"{model.__name__} has no row {code} that is in force")
    _check(row, changes, begins_on)
    row.valid_to = begins_on
    row.save(update_fields=["valid_to"])
    values = {
        field.name: getattr(row, field.name)
        for field in model._meta.concrete_fields
        if field.name not in FIXED
    }
    if changes.get("source"):
        values["is_confirmed"] = True
    values.update(changes)
    amended = model.objects.create(
        code=row.code,
        position=row.position,
        version=row.version + 1,
        valid_from=begins_on,
        **values,
    )
    record(
        REFERENCE_AMENDED,
        actor=actor.audit_actor(),
        subject=Subject("reference", str(amended.pk), f"{model.__name__} {amended}"),
        now=now,
        details={
            "model": model.__name__,
            "code": row.code,
            "version": amended.version,
            "begins_on": begins_on,
            "changed": sorted(changes),
        },
        personal={
            "was": {name: str(getattr(row, name)) for name in changes},
            "now": {name: str(value) for name, value in changes.items()},
        },
    )
    return amended


def _check(row: ReferenceRow, changes: Mapping[str, Any], begins_on: date) -> None:
    if not changes:
        raise Invalid("Say what changes")
    fixed = FIXED & set(changes)
    if fixed:
        raise Invalid(f"These cannot be changed: {', '.join(sorted(fixed))}")
    if begins_on <= row.valid_from:
        raise Invalid(
            f"The new version must begin after {row.valid_from}, when the open one began",
            field="begins_on",
        )
