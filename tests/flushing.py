"""Empties the database after a transactional test, and puts the rows of the migrations back.

Django's own flush fails here twice: the audit record refuses TRUNCATE, as it should, and the
reference rows (allegation categories, retention rules ...) would be gone for every later test.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from django.db import connection, transaction
from django.test import TransactionTestCase

KEPT = "reference_rows_for_tests"
TRUNCATE_TRIGGER = 32  # pg_trigger.tgtype, bit TRIGGER_TYPE_TRUNCATE
ENABLE = {"O": "ENABLE", "A": "ENABLE ALWAYS", "R": "ENABLE REPLICA"}


def keep_reference_rows() -> None:
    """Copy every row that is there after migrating into a schema of its own."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {KEPT} CASCADE")
        cursor.execute(f"CREATE SCHEMA {KEPT}")
        for table in _tables():
            cursor.execute(f'SELECT EXISTS (SELECT FROM public."{table}")')
            if cursor.fetchone()[0]:
                cursor.execute(f'CREATE TABLE {KEPT}."{table}" AS TABLE public."{table}"')


@contextlib.contextmanager
def empty_the_database() -> Iterator[None]:
    """Replace what Django does after each transactional test, for as long as the context lasts."""
    original = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = lambda self: flush()  # type: ignore[method-assign]
    try:
        yield
    finally:
        TransactionTestCase._fixture_teardown = original  # type: ignore[method-assign]


def flush() -> None:
    """Empty all tables and restore the kept rows, in one transaction.

    The triggers that refuse it are switched off inside that transaction, so they are on again
    whatever happens: a failure rolls their absence back as well.
    """
    connection.close_if_unusable_or_obsolete()
    tables = _tables()
    with transaction.atomic(), connection.cursor() as cursor:
        triggers = _guards(cursor)
        for table, trigger, _ in triggers:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER "{trigger}"')
        cursor.execute("TRUNCATE " + ", ".join(f'public."{table}"' for table in tables))
        for table in _kept(cursor):
            columns = ", ".join(f'"{column}"' for column in _columns(cursor, table))
            cursor.execute(
                f'INSERT INTO public."{table}" ({columns}) OVERRIDING SYSTEM VALUE '
                f'SELECT {columns} FROM {KEPT}."{table}"'
            )
        # Deferred foreign keys leave pending events, and a table that has any cannot be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table, trigger, state in triggers:
            cursor.execute(f'ALTER TABLE "{table}" {ENABLE[state]} TRIGGER "{trigger}"')


def _tables() -> list[str]:
    """Name the tables of the public schema, except the record of migrations."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p') AND relname <> 'django_migrations' ORDER BY relname"
        )
        return [name for (name,) in cursor.fetchall()]


def _guards(cursor: object) -> list[tuple[str, str, str]]:
    """Find the triggers that a flush would set off: those on TRUNCATE, and all of the kept tables."""
    cursor.execute(  # type: ignore[attr-defined]
        "SELECT c.relname, t.tgname, t.tgenabled::text FROM pg_trigger t"
        " JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE NOT t.tgisinternal AND t.tgenabled <> 'D'"
        " AND c.relnamespace = 'public'::regnamespace"
        " AND ((t.tgtype::int & %s) > 0 OR c.relname IN (SELECT k.relname FROM pg_class k"
        "      WHERE k.relnamespace = %s::regnamespace AND k.relkind = 'r'))",
        [TRUNCATE_TRIGGER, KEPT],
    )
    return list(cursor.fetchall())  # type: ignore[attr-defined]


def _kept(cursor: object) -> list[str]:
    cursor.execute(  # type: ignore[attr-defined]
        "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'r'",
        [KEPT],
    )
    return [name for (name,) in cursor.fetchall()]  # type: ignore[attr-defined]


def _columns(cursor: object, table: str) -> list[str]:
    """Name the columns that can be written: not the generated ones."""
    cursor.execute(  # type: ignore[attr-defined]
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass"
        " AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
        [f'public."{table}"'],
    )
    return [name for (name,) in cursor.fetchall()]  # type: ignore[attr-defined]
