"""Taking one page of an alphabetical list of the administration, without counting it to its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from audit.selectors import CappedCount

PAGE_SIZE = 25
COUNT_CAP = 1000


@dataclass(frozen=True)
class ListPage:
    """Rows in order; `next_after` is the cursor of the next page, None on the last."""

    rows: list[Any]
    next_after: UUID | None
    count: CappedCount


def take_page(rows: QuerySet[Any], *, by: str, after: UUID | None) -> ListPage:
    """Take the rows after a row, in the order of a column and then of the id (2 queries).

    `after` is the id of the last row of the page before; one that is gone gives an empty page.
    The count goes no further than 1,000.
    """
    count = rows.order_by()[: COUNT_CAP + 1].count()
    if after is not None:
        last = rows.model.objects.filter(pk=after).values(by)[:1]
        rows = rows.filter(Q(**{f"{by}__gt": last}) | Q(**{by: last, "pk__gt": after}))
    found = list(rows.order_by(by, "pk")[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    next_after = shown[-1].pk if len(found) > PAGE_SIZE else None
    return ListPage(shown, next_after, CappedCount(min(count, COUNT_CAP), count > COUNT_CAP))
