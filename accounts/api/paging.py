"""Walking long lists: each page says where the next begins, and nothing says how many there are.

The cursor holds the values by which the last row was sorted, so that a row that is added or hidden
meanwhile neither repeats nor hides another. It is not a secret and opens nothing: every page is
read through `visible_to` again.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from rest_framework.request import Request

from bwcportal.errors import Invalid

DEFAULT_LIMIT = 25
MOST = 100


@dataclass(frozen=True)
class Page:
    """The rows of one page, and the address of the next, None on the last."""

    rows: list[Any]
    next: str | None


def take_page(
    request: Request, *branches: QuerySet[Any], order: Sequence[str], cursor: str, limit: int
) -> Page:
    """Take the page after a cursor ('' for the first) from rows in a total order.

    `order` names columns, a minus for falling, and ends with a unique one. Several branches may
    overlap: the first rows of each are taken and then of them all, which stays fast however many
    there are. Raises Invalid at `cursor` for one that was not made here.
    """
    after = _read(branches[0], order, cursor) if cursor else None
    found: dict[Any, Any] = {}
    for branch in branches:
        rows = branch.filter(_beyond(order, after)) if after is not None else branch
        for row in rows.order_by(*order)[: limit + 1]:
            found.setdefault(row.pk, row)
    rows = list(found.values())
    for column in reversed(order):
        rows.sort(key=lambda row: _value(row, column), reverse=column.startswith("-"))
    more = len(rows) > limit
    rows = rows[:limit]
    values = [_value(rows[-1], column) for column in order] if more else []
    return Page(rows, address_of_next(request, values) if more else None)


def address_of_next(request: Request, values: Sequence[Any]) -> str:
    """Give the address of the page after these values, with the other parts of the query kept."""
    query = request.query_params.copy()
    query["cursor"] = encode(values)
    return f"{request.path}?{query.urlencode()}"


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


def _read(rows: QuerySet[Any], order: Sequence[str], cursor: str) -> list[Any]:
    values = []
    for column, text in zip(order, decode(cursor, parts=len(order)), strict=True):
        try:
            value = _field(rows.model, column).to_python(text)
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


def _beyond(order: Sequence[str], after: Sequence[Any]) -> Q:
    """Build the condition of the rows after `after`: (a, b) > (x, y), column by column."""
    conditions = []
    for index, column in enumerate(order):
        equal = {order[i].removeprefix("-"): after[i] for i in range(index)}
        sign = "lt" if column.startswith("-") else "gt"
        conditions.append(Q(**equal) & Q(**{f"{column.removeprefix('-')}__{sign}": after[index]}))
    return reduce(Q.__or__, conditions)


def _value(row: Any, column: str) -> Any:
    return reduce(getattr, column.removeprefix("-").split("__"), row)
