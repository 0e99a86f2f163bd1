"""One page of an alphabetical list of the administration, counted no further than 1,000."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from accounts.branched_lists import PAGE_SIZE, count_up_to, expanded, place_of, take
from accounts.cursors import encode, read_place
from audit.selectors import CappedCount


@dataclass(frozen=True)
class ListPage:
    """Rows in order; `next_after` is the cursor of the next page, '' on the last."""

    rows: list[Any]
    next_after: str
    count: CappedCount


def take_page(
    rows: QuerySet[Any],
    *,
    by: str,
    load: QuerySet[Any],
    after: str = "",
    arms: Sequence[Q] = (),
    size: int = PAGE_SIZE,
) -> ListPage:
    """Take a page in the order of a column and then of the id (3 queries, and those of `load`).

    `arms` are conditions of which one must hold, each with an index of its own. Raises Invalid
    for a cursor that was not made here. Counted apart from the page, because the order of words
    is the database's and not Python's.
    """
    order = (by, "pk")
    branches = expanded([rows], arms) if arms else [rows]
    place = read_place(rows.model, order, after) if after else None
    taken = take(branches, order=order, limit=size, after=place, load=load)
    following = encode(place_of(taken.rows[-1], order)) if taken.more and taken.rows else ""
    return ListPage(taken.rows, following, count_up_to(branches, order=order))
