"""Reference data for who keeps it: lists, rows, versions, and what an amendment would change.

How many records rest on a version is told in bands only, of which the lowest holds none and nine
alike: who keeps the lists may not learn from a count that a case exists.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from bwcportal.errors import NotFound
from incidents.models import ReferenceRow
from incidents.reference_guides import ListGuide, guide_of
from incidents.reference_words import column_label, in_words
from incidents.selectors.resources import own_columns, reference_lists
from incidents.services.amending import check_amendment, next_version

_BANDS = ((10, "Fewer than 10"), (100, "10 to 99"), (1000, "100 to 999"))


@dataclass(frozen=True)
class ListRow:
    """One list: how many rows are in force, and how many of those rest on no source."""

    name: str
    guide: ListGuide
    in_force: int
    unconfirmed: int


@dataclass(frozen=True)
class EntryRow:
    """One row of a list: the version in force, and the one that follows it if there is one."""

    list_name: str
    list_title: str
    row: ReferenceRow
    following: ReferenceRow | None


@dataclass(frozen=True)
class Version:
    """One version of a row and what changed with it. Who amended it, and why, stands on the row."""

    row: ReferenceRow
    is_in_force: bool
    changed: list[tuple[str, str, str]]


@dataclass(frozen=True)
class Entry:
    """A row with its versions, the last first, and every value of the open one in words."""

    name: str
    guide: ListGuide
    open: ReferenceRow
    values: list[tuple[str, str]]
    versions: list[Version]


@dataclass(frozen=True)
class Effect:
    """What an amendment would change: values, an example worked out, and how many records rest on it."""

    changed: list[tuple[str, str, str]]
    words: str
    example: tuple[str, str, str] | None
    resting: str
    unconfirmed: str = field(default="")


def list_of(name: str) -> type[ReferenceRow]:
    """Find a list by its name in addresses; raise NotFound."""
    model = reference_lists().get(name)
    if model is None:
        raise NotFound
    return model


def example_code(model: type[ReferenceRow]) -> str:
    """Give a code that the list has, to show how its codes are written; '' for an empty list."""
    codes = model.objects.filter(valid_to__isnull=True).order_by("position", "code")
    return str(codes.values_list("code", flat=True).first() or "")


def all_lists(*, on: date) -> list[ListRow]:
    """List the lists by title, each with its rows in force on a London day (1 query for each)."""
    rows = []
    for name, model in reference_lists().items():
        confirmed = list(model.objects.in_force(on).values_list("is_confirmed", flat=True))
        rows.append(ListRow(name, guide_of(model), len(confirmed), confirmed.count(False)))
    return sorted(rows, key=lambda row: row.guide.title)


def rows_of(name: str, *, on: date, unconfirmed: bool, text: str) -> list[EntryRow]:
    """Read the rows of a list that count or are to count, narrowed (1 query); raise NotFound."""
    model = list_of(name)
    title = guide_of(model).title
    rows = model.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))
    words = text.strip()
    if words:
        rows = rows.filter(
            Q(label__icontains=words) | Q(code__icontains=words) | Q(source__icontains=words)
        )
    by_code: dict[str, list[ReferenceRow]] = {}
    for row in rows.order_by("position", "code", "version"):
        by_code.setdefault(row.code, []).append(row)
    entries = [
        EntryRow(name, title, mine[0], mine[1] if len(mine) > 1 else None)
        for mine in by_code.values()
    ]
    return [entry for entry in entries if not (unconfirmed and entry.row.is_confirmed)]


def all_unconfirmed(*, on: date) -> list[EntryRow]:
    """Read every row in force that rests on no source, list by list (1 query for each list)."""
    return [
        entry
        for each in all_lists(on=on)
        if each.unconfirmed
        for entry in rows_of(each.name, on=on, unconfirmed=True, text="")
        if entry.row.valid_from <= on
    ]


def entry_of(name: str, code: str, *, on: date) -> Entry:
    """Read a row with all its versions; raise NotFound.

    1 query, and 1 more where a column of codes is put into words.
    """
    model = list_of(name)
    found = model.objects.filter(code=code).select_related("amended_by__person")
    rows = list(found.order_by("-version"))
    if not rows or rows[0].valid_to is not None:
        raise NotFound
    versions = [
        Version(
            row,
            row.valid_from <= on and (row.valid_to is None or row.valid_to > on),
            differences(before, row) if before else [],
        )
        for row, before in zip(rows, [*rows[1:], None], strict=True)
    ]
    return Entry(name, guide_of(model), rows[0], _values(rows[0]), versions)


def preview(
    row: ReferenceRow, changes: Mapping[str, Any], *, begins_on: date, today: date
) -> Effect:
    """Work out what an amendment would change, without making it; raise Invalid as the act would."""
    check_amendment(row, changes, begins_on=begins_on, today=today)
    amended = next_version(row, changes, begins_on=begins_on)
    guide = guide_of(type(row))
    example = None
    if guide.example is not None:
        was, now = guide.example(row, begins_on), guide.example(amended, begins_on)
        what = (was or now or ("", ""))[0]
        if what:
            example = (what, was[1] if was else "No date", now[1] if now else "No date")
    return Effect(
        differences(row, amended),
        guide.effect,
        example,
        _resting_on(row),
        "" if amended.is_confirmed else "It stays unconfirmed: no source says exactly this.",
    )


def differences(before: ReferenceRow, after: ReferenceRow) -> list[tuple[str, str, str]]:
    """List the columns in which two versions differ: (what, before, after) in words."""
    names = ["label", *own_columns(after), "source", "is_confirmed", "note"]
    return [
        (
            column_label(after, name),
            in_words(before, name) or "Nothing",
            in_words(after, name) or "Nothing",
        )
        for name in names
        if getattr(before, name) != getattr(after, name)
    ]


def _values(row: ReferenceRow) -> list[tuple[str, str]]:
    names = [*own_columns(row), "note"]
    return [(column_label(row, name), in_words(row, name) or "Nothing") for name in names]


def _resting_on(row: ReferenceRow) -> str:
    """Say in a band how many records rest on this version."""
    most = _BANDS[-1][0]
    number = 0
    for relation in row._meta.related_objects:
        model: Any = relation.related_model
        number += model._base_manager.filter(**{relation.field.name: row})[:most].count()
    band = next((words for limit, words in _BANDS if number < limit), "1,000 or more")
    return f"{band} records rest on the version in force and keep it"
