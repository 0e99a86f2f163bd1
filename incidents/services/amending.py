"""Amending reference data: the row in force ends, and its next version begins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from accounts.roles import Permission
from audit.recorder import record
from audit.values import Subject
from bwcportal.errors import Invalid, NotFound, StaleVersion
from bwcportal.phrasing import london_day, plain_date
from incidents.case_policies import check_reason
from incidents.events import REFERENCE_AMENDED
from incidents.models import ReferenceRow
from incidents.permissions import check_may

# What a version may change. The code stays, and versions and periods follow from the act.
FIXED = frozenset(
    {
        "id", "code", "version", "valid_from", "valid_to", "position",
        "amended_by", "amended_at", "amend_reason",
    }
)  # fmt: skip


@transaction.atomic
def amend_reference(
    *,
    actor: User,
    model: type[ReferenceRow],
    code: str,
    changes: Mapping[str, Any],
    begins_on: date,
    reason: str,
    now: datetime,
    version: int | None = None,
) -> ReferenceRow:
    """End the open version of a row on a London day and return its next version, begun that day.

    Cases keep the version that was in force for them. Naming a source confirms the row unless
    `changes` says otherwise. Raises NotPermitted, NotFound for a code without an open version,
    StaleVersion when the open one is not `version`, and Invalid for a change of a fixed column, a
    value that its column cannot hold, no reason, a day in the past, or one that is not after the
    beginning of the open version.
    """
    check_may(actor, Permission.MANAGE_REFERENCE)
    row = model.objects.select_for_update().filter(code=code, valid_to__isnull=True).first()
    if row is None:
        raise NotFound(f"{model.__name__} has no row {code} that is in force")
    if version is not None and row.version != version:
        raise StaleVersion
    text = check_reason(reason)
    check_amendment(row, changes, begins_on=begins_on, today=london_day(now))
    amended = next_version(row, changes, begins_on=begins_on)
    row.valid_to = begins_on
    row.save(update_fields=["valid_to"])
    amended.amended_by, amended.amended_at, amended.amend_reason = actor, now, text
    amended.save(force_insert=True)
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
            "reason": text,
        },
    )
    return amended


def next_version(row: ReferenceRow, changes: Mapping[str, Any], *, begins_on: date) -> ReferenceRow:
    """Make the next version of a row without saving it, to be looked at or saved.

    Raises Invalid, with the field, for a value that its column or its list cannot hold.
    """
    values = {
        field.name: getattr(row, field.name)
        for field in row._meta.concrete_fields
        if field.name not in FIXED
    }
    if changes.get("source"):
        values["is_confirmed"] = True
    values.update(changes)
    amended: ReferenceRow = type(row)(
        code=row.code,
        position=row.position,
        version=row.version + 1,
        valid_from=begins_on,
        **values,
    )
    if amended.is_confirmed and not amended.source:
        raise Invalid("Enter the source: a row without one cannot be confirmed", field="source")
    try:
        amended.clean_fields()
        amended.clean()
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise Invalid(" ".join(messages), field="" if name == "__all__" else name) from error
    return amended


def check_amendment(
    row: ReferenceRow, changes: Mapping[str, Any], *, begins_on: date, today: date
) -> None:
    """Raise Invalid, with the field, when the open version cannot be followed by this one."""
    if not changes:
        raise Invalid("Say what changes")
    fixed = FIXED & set(changes)
    if fixed:
        raise Invalid(f"These cannot be changed: {', '.join(sorted(fixed))}")
    if begins_on <= row.valid_from:
        raise Invalid(
            f"The new version must begin after {plain_date(row.valid_from)}, when the open one "
            "began",
            field="begins_on",
        )
    if begins_on < today:
        raise Invalid(
            f"The new version must begin today or later. You entered {plain_date(begins_on)}",
            field="begins_on",
        )
