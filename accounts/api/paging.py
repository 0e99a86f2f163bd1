"""Walking long lists: each page says where the next begins, and nothing says how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request

from accounts.branched_lists import PAGE_SIZE, PAGE_SIZES, Branch, place_of, take
from accounts.cursors import encode, read_place

DEFAULT_LIMIT = PAGE_SIZE
MOST = PAGE_SIZES[-1]


@dataclass(frozen=True)
class Page:
    """The rows of one page, and the address of the next, None on the last."""

    rows: list[Any]
    next: str | None


def take_page(
    request: Request,
    *branches: Branch,
    order: Sequence[str],
    cursor: str,
    limit: int,
    load: QuerySet[Any] | None = None,
) -> Page:
    """Take the page after a cursor ('' for the first) from rows in a total order.

    `order` names columns, a minus for falling, and ends with a unique one. Rows that open in
    several ways come as branches, with `load` to read them in full: see `accounts.branched_lists`.
    Raises Invalid at `cursor` for one that was not made here.
    """
    model = branches[0].model if load is None else load.model
    after = read_place(model, order, cursor) if cursor else None
    taken = take(branches, order=order, limit=limit, after=after, load=load)
    following = None
    if taken.more and taken.rows:
        following = address_of_next(request, place_of(taken.rows[-1], order))
    return Page(taken.rows, following)


def address_of_next(request: Request, values: Sequence[Any]) -> str:
    """Give the address of the page after these values, with the other parts of the query kept."""
    query = request.query_params.copy()
    query["cursor"] = encode(values)
    return f"{request.path}?{query.urlencode()}"
