"""One of the portal's tables as lines of COPY."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models

NULL = r"\N"


class Table:
    """A table to which lines are written: some columns given, every other one at its default.

    A column that the model gets later is filled by its default too. Values are written as they
    are, so they must hold no tab, line end or backslash.
    """

    def __init__(self, model: type[models.Model], *given: str) -> None:
        fields = [
            field
            for field in model._meta.local_concrete_fields
            if not isinstance(field, models.AutoField)
        ]
        columns = [field.column for field in fields]
        unknown = set(given) - set(columns)
        if unknown:
            raise ValueError(f"{model._meta.db_table} has no column {', '.join(sorted(unknown))}")
        rest = [field for field in fields if field.column not in given]
        self.model = model
        self.name = model._meta.db_table
        self.columns = [*given, *(field.column for field in rest)]
        self._tail = "".join(f"\t{_default(field)}" for field in rest) + "\n"
        self.lines: list[str] = []
        self.rows = 0

    def add(self, *values: object) -> None:
        """Write one row: the given columns in their order."""
        self.lines.append("\t".join(map(str, values)) + self._tail)

    def take(self) -> str:
        """Hand over what has been written since the last time."""
        self.rows += len(self.lines)
        text = "".join(self.lines)
        self.lines.clear()
        return text

    @property
    def copy_statement(self) -> str:
        """The statement that takes the lines."""
        columns = ", ".join(f'"{column}"' for column in self.columns)
        return f'COPY "{self.name}" ({columns}) FROM STDIN'


def flag(value: object) -> str:
    """Write a truth value."""
    return "t" if value else "f"


def through(model: type[models.Model], name: str) -> type[models.Model]:
    """Give the table behind a many-to-many field."""
    field: Any = model._meta.get_field(name)
    table: type[models.Model] = field.remote_field.through
    return table


def names(tables: Sequence[Table]) -> list[str]:
    """Give the names of tables."""
    return [table.name for table in tables]


def _default(field: models.Field[Any, Any]) -> str:
    value = field.get_default()
    if value is None:
        return NULL
    if isinstance(value, bool):
        return flag(value)
    if isinstance(value, list | dict):
        # An empty array and an empty JSON object are written alike.
        return "{}"
    return str(value)
