"""Adding a row to reference data: the first version of a new code, counting from a day on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max

from accounts.models import User
from accounts.roles import Permission
from audit.recorder import record
from audit.values import Subject
from bwcportal.errors import Invalid, NotNow
from bwcportal.phrasing import london_day, plain_date
from incidents.case_policies import check_reason
from incidents.events import REFERENCE_ADDED
from incidents.models import ReferenceRow
from incidents.permissions import check_may
from incidents.reference_guides import guide_of

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{1,39}")
# Stands in the addresses of the pages, where a code stands.
_TAKEN = frozenset({"add"})


@transaction.atomic
def add_reference(
    *,
    actor: User,
    model: type[ReferenceRow],
    code: str,
    values: Mapping[str, Any],
    begins_on: date,
    reason: str,
    now: datetime,
) -> ReferenceRow:
    """Add a row with a code that the list has never had, from a London day on, and return it.

    It stands last in its list, confirmed only when `values` say so and name a source. What is there
    is not touched. Raises NotPermitted, NotNow for a list that takes no rows, and Invalid with the
    field of a value that cannot be, for a code that is or was in use, a day in the past, or no reason.
    """
    check_may(actor, Permission.MANAGE_REFERENCE)
    closed = guide_of(model).closed
    if closed:
        raise NotNow(closed, code="closed_list")
    text = check_reason(reason)
    check_code(model, code)
    if begins_on < london_day(now):
        raise Invalid(
            f"The row must count from today or later. You entered {plain_date(begins_on)}",
            field="begins_on",
        )
    row = _new_row(model, code, values, begins_on)
    row.amended_by, row.amended_at, row.amend_reason = actor, now, text
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise _in_use(code) from error
    record(
        REFERENCE_ADDED,
        actor=actor.audit_actor(),
        subject=Subject("reference", str(row.pk), f"{model.__name__} {row}"),
        now=now,
        details={"model": model.__name__, "code": code, "begins_on": begins_on},
        personal={
            "now": {name: str(value) for name, value in values.items()},
            "reason": text,
        },
    )
    return row


def check_code(model: type[ReferenceRow], code: str) -> None:
    """Raise Invalid, at `code`, for one that cannot be or that the list has or had, in any case."""
    if not _CODE.fullmatch(code):
        raise Invalid(
            "The code must have 2 to 40 letters, figures, hyphens or underscores, and begin with a "
            "letter or figure",
            field="code",
        )
    if code.lower() in _TAKEN:
        raise Invalid(f"“{code}” cannot be a code. Choose another", field="code")
    if model.objects.filter(code__iexact=code).exists():
        raise _in_use(code)


def _in_use(code: str) -> Invalid:
    return Invalid(
        f"The list has, or had, a row with the code {code}. Choose another code, or amend that row",
        field="code",
    )


def _new_row(
    model: type[ReferenceRow], code: str, values: Mapping[str, Any], begins_on: date
) -> ReferenceRow:
    last = model.objects.aggregate(last=Max("position"))["last"] or 0
    row: ReferenceRow = model(code=code, position=last + 1, valid_from=begins_on, **values)
    if row.is_confirmed and not row.source:
        raise Invalid("Enter the source: a row without one cannot be confirmed", field="source")
    try:
        row.clean_fields()
        row.clean()
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise Invalid(" ".join(messages), field="" if name == "__all__" else name) from error
    return row
