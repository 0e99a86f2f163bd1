"""PostgreSQL types that Django has no field for."""

from __future__ import annotations

from typing import Any

from django.db import models


class Xid8Field(models.Field):
    """A 64-bit transaction id (``xid8``), read as a whole number."""

    description = "64-bit transaction id"

    def db_type(self, connection: Any) -> str:
        """Return the name of the column type."""
        return "xid8"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> int | None:
        """Return the id as a whole number; the driver hands it over as text."""
        return None if value is None else int(value)

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        """Return the cast that a written value needs: PostgreSQL makes one from text alone."""
        return "%s::text::xid8"


class CurrentTransactionId(models.Func):
    """The id of the transaction that writes the row, whatever savepoint it is in."""

    function = "pg_current_xact_id"
    template = "%(function)s()"
    arity = 0
    output_field = Xid8Field()
