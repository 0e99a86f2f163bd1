"""Parts of a query written in SQL by hand where every list asks for it and Django is slow to write it.

To write a subquery through the query builder takes longer than PostgreSQL takes to answer it, and every
branch of a list would write it again. Values are always passed beside the text, never inside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import BooleanField, Expression, F
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
        return self._sql.format(column=column), self._values


class Condition(Written):
    """What a column of a row must fulfil, in the same way."""

    conditional = True

    def __init__(self, column: str, sql: str, values: Sequence[Any]) -> None:
        super().__init__(column, sql, values, BooleanField())
