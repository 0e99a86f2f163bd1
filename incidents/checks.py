"""A system check of the data: how many rows of reference data rest on memory and are in use.

Tagged `database`, so it runs at `migrate` and with `manage.py check --database default`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Info, Tags, register
from django.db import connections

from incidents.reference import all_models, count_rows


@register(Tags.database)
def unconfirmed_rows(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Tell the operator how many rows in force no source confirms, and how to see which."""
    messages: list[CheckMessage] = []
    for alias in databases or []:
        tables = set(connections[alias].introspection.table_names())
        if not {model._meta.db_table for model in all_models()} <= tables:
            continue
        counts = count_rows(using=alias)
        unconfirmed = sum(len(count.unconfirmed) for count in counts)
        if unconfirmed:
            total = sum(count.in_force for count in counts)
            messages.append(
                Info(
                    f"{unconfirmed} of {total} rows of reference data in force are unconfirmed",
                    hint="manage.py reference_report names them; manage.py amend_reference confirms one",
                    id="incidents.I001",
                )
            )
    return messages
