"""Parts of a query written in SQL by hand where every list asks for it and Django is slow to write it.

To write a subquery through the query builder takes longer than PostgreSQL takes to answer it, and every
branch of a list would write it again. Values are always passed beside the text, never inside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import BooleanField, Expression, F, QuerySet
from django.db.models.sql.compiler import SQLCompiler


class Written(Expression):
    """A value of a row: SQL in which `{column}` stands for one of its columns and %s for a value."""

    def __init__(self, column: str, sql: str, values: Sequence[Any], output_field: Any) -> None:
        super().__init__(output_field)
        self._column: Any = F(column)
        self._sql = sql
        self._values = list(values)

    def get_source_expressions(self) -> list[Any]:
        """Give the column, so that it is found in whatever table the value is asked of."""
        return [self._column]

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        """Take the column as it was found."""
        (self._column,) = exprs

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, list[Any]]:
        """Write the SQL, its values apart."""
        column, _ = compiler.compile(self._column)
        return self._sql.replace("{column}", column), self._values


class Slot(Expression):
    """A place in a query for a value that is given when it is asked."""

    def __init__(self, name: str, output_field: Any) -> None:
        super().__init__(output_field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, list[Any]]:
        """Write a mark for a value, and stand among the values until it is given."""
        return "%s", [self]


class Prepared:
    """A subquery that the query builder writes once, on first use, and that is asked with any values.

    `build` makes it of slots, one for each field named here. It must read nothing from the database:
    what it makes is kept for as long as the process runs. Only text is kept, never an answer.
    """

    def __init__(self, build: Callable[..., QuerySet[Any]], **fields: Any) -> None:
        self._build = build
        self._fields = fields
        self._written: tuple[str, tuple[Any, ...]] | None = None

    def includes(self, column: str, **given: Any) -> Condition:
        """Keep the rows whose column is among what the subquery gives for these values."""
        sql, values = self._with(given)
        return Condition(column, f"{{column}} IN ({sql})", values)

    def excludes(self, column: str, **given: Any) -> Condition:
        """Keep the rows whose column is not among what the subquery gives for these values."""
        # As an array it is read once. `NOT IN` would be charged anew for every row that is looked
        # up, so that the planner reads the whole table instead of a few rows by their key.
        sql, values = self._with(given)
        return Condition(column, f"{{column}} <> ALL (ARRAY({sql}))", values)

    def _with(self, given: dict[str, Any]) -> tuple[str, list[Any]]:
        if self._written is None:
            slots = {name: Slot(name, field) for name, field in self._fields.items()}
            self._written = self._build(**slots).query.sql_with_params()
        sql, values = self._written
        return sql, [given[each.name] if isinstance(each, Slot) else each for each in values]


class Condition(Written):
    """What a column of a row must fulfil, in the same way."""

    conditional = True

    def __init__(self, column: str, sql: str, values: Sequence[Any]) -> None:
        super().__init__(column, sql, values, BooleanField())
