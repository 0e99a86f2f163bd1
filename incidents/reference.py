"""Reference data: the rows shipped as CSV, how they reach the database, and how they are amended.

The CSV of a model has its columns as heads; lists are separated by spaces, `yes` is true and an
empty cell is the default. A row is loaded once: afterwards the database is the truth, and a code
that is already there, amended or not, is left alone.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.contrib.postgres.fields import ArrayField
from django.db import connections, models
from django.utils import timezone

from incidents.models.reference import REFERENCE_MODELS, ReferenceRow

DATA = Path(__file__).parent / "reference_data"


@dataclass(frozen=True)
class ReferenceCount:
    """How many rows of one list are in force, and how many of those rest on no source."""

    model: type[ReferenceRow]
    in_force: int
    unconfirmed: list[str]


def file_name(model: type[ReferenceRow]) -> str:
    """Give the name of the CSV of a model: `allegation_category.csv`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", model.__name__).lower() + ".csv"


def load(
    models_to_load: Iterable[type[ReferenceRow]] = REFERENCE_MODELS,
    *,
    directory: Path = DATA,
    using: str = "default",
) -> int:
    """Add the rows whose code the database does not have, and return how many were added.

    Raises FileNotFoundError for a model without its CSV and ValueError, naming file and line, for
    a cell that its column cannot hold.
    """
    added = 0
    for model in models_to_load:
        known = set(model.objects.using(using).values_list("code", flat=True))
        rows = [row for row in read(model, directory=directory) if row.code not in known]
        model.objects.using(using).bulk_create(rows)
        added += len(rows)
    return added


def read(model: type[ReferenceRow], *, directory: Path = DATA) -> list[ReferenceRow]:
    """Read the CSV of one model into unsaved rows, numbered in the order of the file."""
    path = directory / file_name(model)
    rows = []
    with path.open(newline="", encoding="utf-8") as lines:
        for position, cells in enumerate(csv.DictReader(lines, strict=True), start=1):
            try:
                rows.append(model(position=position, **_values(model, cells)))
            except (ValueError, TypeError, AttributeError) as error:
                raise ValueError(f"{path.name}, row {position}: {error}") from error
    return rows


def load_after_migrate(sender: AppConfig, using: str = "default", **kwargs: Any) -> None:
    """Load the rows of an app at the end of `migrate`, unless its tables are not there (yet).

    Connected to `post_migrate` by each app that has reference data, in its own folder
    `reference_data`. A flushed database gets its rows back the same way.
    """
    shipped = [model for model in sender.get_models() if issubclass(model, ReferenceRow)]
    tables = set(connections[using].introspection.table_names())
    if {model._meta.db_table for model in shipped} <= tables:
        load(shipped, directory=Path(sender.path) / "reference_data", using=using)


def all_models() -> list[type[ReferenceRow]]:
    """List every model of reference data, of whichever app, by name."""
    return sorted(ReferenceRow.__subclasses__(), key=lambda model: model.__name__)


def count_rows(*, on: date | None = None, using: str = "default") -> list[ReferenceCount]:
    """Count for each list the rows in force on a London day (today if none is given)."""
    day = on or timezone.localdate()
    counts = []
    for model in all_models():
        rows = model.objects.using(using).in_force(day).order_by("position", "code")
        known = list(rows.values_list("code", "is_confirmed"))
        unconfirmed = [code for code, is_confirmed in known if not is_confirmed]
        counts.append(ReferenceCount(model, len(known), unconfirmed))
    return counts


def _values(model: type[ReferenceRow], cells: Mapping[str, str | None]) -> dict[str, Any]:
    if None in cells or None in cells.values():
        raise ValueError("this row has too many or too few cells")
    return {
        name: _value(model._meta.get_field(name), cell.strip())
        for name, cell in cells.items()
        if cell is not None and cell.strip()
    }


def _value(field: Any, cell: str) -> Any:
    if isinstance(field, ArrayField):
        return cell.split()
    if isinstance(field, models.BooleanField):
        if cell not in {"yes", "no"}:
            raise ValueError(f"{field.name} is yes or no, not {cell!r}")
        return cell == "yes"
    value = field.to_python(cell)
    if field.choices and value not in dict(field.choices):
        raise ValueError(f"{field.name} cannot be {cell!r}")
    return value
