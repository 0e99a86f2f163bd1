"""The one way to list, count or look into what opens to a person, at any number of rows.

Rows open to a person by several ways: their team, a personal grant, somebody they act for. One
condition that joins the ways with OR makes the database walk all rows, most of all for a person
to whom nothing opens. So each way is a *branch*: a query of its own, narrowed by every filter and
by the place where the page begins. The first rows of each branch are taken by an index, and then
the first of them all. What that costs depends on the page, not on the table.
See docs/adr/0018-lists-by-branches.md and `./bwc bench access`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from django.db.models import Q, QuerySet

from audit.selectors import CappedCount

COUNT_CAP = 1000
PAGE_SIZES = (25, 50, 100)
PAGE_SIZE = PAGE_SIZES[0]


@dataclass(frozen=True)
class Beside:
    """A branch whose rows stand for the rows of the list: a search that is answered by another table.

    `columns` says where its rows have the key ("pk") and each sorting value of the list. Several of
    them may stand for one.
    """

    rows: QuerySet[Any]
    columns: Mapping[str, str]

    @property
    def model(self) -> Any:
        """The model of its rows."""
        return self.rows.model

    def filter(self, condition: Q) -> Beside:
        """Narrow the rows by a condition on their own columns."""
        return Beside(self.rows.filter(condition), self.columns)


Branch = QuerySet[Any] | Beside
Branches = Sequence[Branch]


@dataclass(frozen=True)
class Taken:
    """The rows of one page in order, and whether more follow."""

    rows: list[Any]
    more: bool


def take(
    branches: Branches,
    *,
    order: Sequence[str],
    limit: int,
    after: Sequence[Any] | None = None,
    load: QuerySet[Any] | None = None,
) -> Taken:
    """Take the first `limit` rows of the branches together, beyond the values `after` if given.

    `order` names columns, a minus for falling, and ends with a unique one; `after` holds the values
    by which the last row of the page before was sorted. Branches may overlap: a row comes once.
    `load` is the query that reads the rows in full, with what stands beside them (2 queries,
    however many the branches); without it there may be one branch, which is read as it is (1 query).
    """
    if load is None:
        (branch,) = branches
        rows: list[Any] = list(_beyond(branch, order, after).order_by(*order)[: limit + 1])
        return Taken(rows[:limit], len(rows) > limit)
    if not branches:
        return Taken([], more=False)
    narrowed = [_beyond(branch, order, after) for branch in branches]
    ids = [first[0] for first in _first(narrowed, order, limit + 1)]
    return _loaded(ids, limit, load)


def take_counted(
    branches: Branches,
    *,
    order: Sequence[str],
    limit: int,
    load: QuerySet[Any],
    after: Sequence[Any] | None = None,
    cap: int = COUNT_CAP,
) -> tuple[Taken, CappedCount]:
    """Take a page as `take` does, and count the rows of all pages no further than `cap`.

    One question answers both (2 queries in all), because the rows that are counted are the first
    ones, among which the page lies. A page beyond `cap` is asked for by itself (3 queries).
    """
    if not branches:
        return Taken([], more=False), CappedCount(0, capped=False)
    first = list(_first(branches, order, cap + 1))
    count = CappedCount(min(len(first), cap), len(first) > cap)
    start = 0 if after is None else _index_beyond(first, order, after)
    following = first[start : start + limit + 1]
    if count.capped and len(following) <= limit:
        return take(branches, order=order, limit=limit, after=after, load=load), count
    return _loaded([row[0] for row in following], limit, load), count


def count_up_to(branches: Branches, *, order: Sequence[str], cap: int = COUNT_CAP) -> CappedCount:
    """Count the rows of the branches together, no further than `cap` (1 query).

    With `order`, whose index finds the first rows of a branch, the count reads no more than a page
    of that length would.
    """
    number = _first(branches, order, cap + 1).count() if branches else 0
    return CappedCount(min(number, cap), number > cap)


def expanded(branches: Sequence[QuerySet[Any]], arms: Iterable[Q]) -> list[QuerySet[Any]]:
    """Narrow every branch by each of several conditions that are otherwise joined by OR.

    'Investigated by me or logged by me' is two arms: each has an index, their OR has none.
    """
    arms = list(arms)
    return [branch.filter(arm) for branch in branches for arm in arms]


def together(rows: QuerySet[Any], branches: Sequence[QuerySet[Any]]) -> QuerySet[Any]:
    """Narrow rows to those of all branches as one query, to sum up.

    For rows of which there are few in all, such as uses of emergency access: every row of every
    branch is read.
    """
    if not branches:
        return rows.none()
    first, *others = [branch.order_by().values_list("pk") for branch in branches]
    return rows.filter(pk__in=first.union(*others))


def place_of(row: Any, order: Sequence[str]) -> list[Any]:
    """Give the values by which a row is sorted: where the next page begins."""
    return [reduce(getattr, _path(column), row) for column in order]


def _first(branches: Branches, order: Sequence[str], size: int) -> Any:
    """Ask for key and sorting values of the first rows of each branch, then of them all."""
    newest = [_keys(branch, order)[:size] for branch in branches]
    if len(newest) == 1:
        return newest[0]
    # What is united is named by the first branch.
    return newest[0].union(*newest[1:]).order_by(*_order_of(branches[0], order))[:size]


def _keys(branch: Branch, order: Sequence[str]) -> Any:
    names = _key_names(order)
    if isinstance(branch, Beside):
        rows = branch.rows.order_by(*_order_of(branch, order))
        return rows.values_list(*(branch.columns[name] for name in names)).distinct()
    return branch.order_by(*order).values_list(*names)


def _order_of(branch: Branch, order: Sequence[str]) -> Sequence[str]:
    if not isinstance(branch, Beside):
        return order
    signs = ("-" if column.startswith("-") else "" for column in order)
    return [sign + branch.columns[_key(column)] for sign, column in zip(signs, order, strict=True)]


def _loaded(ids: list[Any], limit: int, load: QuerySet[Any]) -> Taken:
    """Read the rows of a page in full; one that went since its key was read is left out."""
    found = {row.pk: row for row in load.filter(pk__in=ids[:limit])} if ids else {}
    return Taken([found[pk] for pk in ids[:limit] if pk in found], len(ids) > limit)


def _index_beyond(first: list[Any], order: Sequence[str], after: Sequence[Any]) -> int:
    """Give the place of the first of the sorted keys that lies beyond `after`."""
    names = _key_names(order)
    columns = [names.index(_key(column)) for column in order]
    for place, row in enumerate(first):
        for column, index, bound in zip(order, columns, after, strict=True):
            if row[index] != bound:
                if (row[index] < bound) == column.startswith("-"):
                    return place
                break
    return len(first)


def _key_names(order: Sequence[str]) -> list[str]:
    return ["pk", *(_key(column) for column in order if _key(column) != "pk")]


def _key(column: str) -> str:
    name = column.removeprefix("-")
    return "pk" if name == "id" else name


def _beyond(branch: Any, order: Sequence[str], after: Sequence[Any] | None) -> Any:
    """Keep the rows after a place: (a, b) > (x, y), column by column.

    The first column is bounded once more by itself, which is what an index can begin at.
    """
    if after is None:
        return branch
    names = [column.removeprefix("-") for column in _order_of(branch, order)]
    signs = ["lt" if column.startswith("-") else "gt" for column in order]
    conditions = Q()
    for index, (name, sign) in enumerate(zip(names, signs, strict=True)):
        equal = {names[i]: after[i] for i in range(index)}
        conditions |= Q(**equal, **{f"{name}__{sign}": after[index]})
    bound = Q(**{f"{names[0]}__{signs[0]}e": after[0]})
    return branch.filter(bound & conditions)


def _path(column: str) -> list[str]:
    return column.removeprefix("-").split("__")
