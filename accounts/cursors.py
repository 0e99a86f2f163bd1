"""Where the next page of a list begins, written for an address.

A cursor holds the values by which the last row was sorted, so that a row that is added or hidden
meanwhile neither repeats nor hides another. It is not a secret and opens nothing: every page is
read anew, through what opens to the person then.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from bwcportal.errors import Invalid

MOST_CHARACTERS = 500


def encode(values: Sequence[Any]) -> str:
    """Write the values of a row as a cursor."""
    texts = [value.isoformat() if hasattr(value, "isoformat") else str(value) for value in values]
    return base64.urlsafe_b64encode(json.dumps(texts).encode()).decode().rstrip("=")


def decode(cursor: str, *, parts: int) -> list[str]:
    """Read the texts of a cursor back; raise Invalid at `cursor` for one that was not made here."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = json.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
    except (ValueError, RecursionError) as error:
        raise _unknown() from error
    if not isinstance(values, list) or len(values) != parts:
        raise _unknown()
    if not all(isinstance(value, str) and "\x00" not in value for value in values):
        raise _unknown()
    return values


def _unknown() -> Invalid:
    return Invalid("This cursor was not made here. Begin with the first page", field="cursor")


def read_place(model: type[Model], order: Sequence[str], cursor: str) -> list[Any]:
    """Read a cursor as values of the columns of an order; raise Invalid at the field `cursor`."""
    values = []
    for column, text in zip(order, decode(cursor, parts=len(order)), strict=True):
        try:
            value = _field(model, column).to_python(text)
        except ValidationError as error:
            raise _unknown() from error
        if value is None or (hasattr(value, "utcoffset") and value.utcoffset() is None):
            raise _unknown()
        values.append(value)
    return values


def _field(model: Any, column: str) -> Any:
    *path, name = column.removeprefix("-").split("__")
    for part in path:
        model = model._meta.get_field(part).related_model
    return model._meta.pk if name == "pk" else model._meta.get_field(name)
