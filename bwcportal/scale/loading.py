"""Loading lines at the speed of COPY: without indexes and foreign keys, which are built at the end."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from django.db import connection, transaction

from bwcportal.scale.cases import Cases
from bwcportal.scale.force import Size, make_force
from bwcportal.scale.tables import names

Report = Callable[[str], None]

# What stands on a table and slows loading: constraints other than the primary key, then indexes
# that no constraint owns. Both are put back from the database's own words.
_CONSTRAINTS = """
SELECT conrelid::regclass::text, quote_ident(conname), contype::text, pg_get_constraintdef(oid)
FROM pg_constraint
WHERE conrelid = ANY (%s::regclass[]) AND contype IN ('f', 'u', 'x')
ORDER BY contype = 'f', conrelid::regclass::text, conname
"""
_INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
FROM pg_index
WHERE indrelid = ANY (%s::regclass[]) AND NOT indisprimary
    AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid AND contype <> 'f')
ORDER BY 1
"""
# Triggers that take copies of another row's columns into a new one.
_COPYING = """
SELECT tgrelid::regclass::text, quote_ident(tgname) FROM pg_trigger
WHERE tgrelid = ANY (%s::regclass[]) AND tgname ~ '_take_(case|incident)$' ORDER BY 1, 2
"""


@dataclass
class Loaded:
    """What was loaded and how long each part took, in seconds."""

    rows: int
    characters: int
    copying: float = 0.0
    building: float = 0.0
    vacuuming: float = 0.0

    @property
    def total(self) -> float:
        """All of it together."""
        return self.copying + self.building + self.vacuuming


def seed(complaints: int, *, seed: int, report: Report) -> Loaded:
    """Load everything in one transaction, so that nothing is left half done, then vacuum."""
    random = Random(seed)  # noqa: S311 - it must come out the same every time
    size = Size(complaints)
    done = Loaded(rows=0, characters=0)
    with transaction.atomic(durable=True):
        begun = time.monotonic()
        # The vacuum that follows marks rows visible only when their commit is on the disk.
        _execute("SET LOCAL synchronous_commit = on")
        force, people = make_force(size, random)
        for table in people:
            done.characters += copy(table.copy_statement, table.take())
        _execute("SET CONSTRAINTS ALL IMMEDIATE")
        report(f"{size.users:,} accounts in {size.teams:,} teams, {size.officers:,} officers")
        cases = Cases(size, force, random)
        with _bare(names(cases.tables), report) as built:
            for many in _written(cases, done):
                if many % 50_000 == 0 or many == complaints:
                    report(f"{many:,} complaints, {time.monotonic() - begun:.0f} s")
            done.copying = time.monotonic() - begun
        done.building = built.seconds
        done.rows = sum(table.rows for table in [*people, *cases.tables])
    begun = time.monotonic()
    for table in [*people, *cases.tables]:
        _execute(f'VACUUM ANALYZE "{table.name}"')
    done.vacuuming = time.monotonic() - begun
    report(f"Vacuumed and analysed, {done.vacuuming:.0f} s")
    return done


def _written(cases: Cases, done: Loaded) -> Iterator[int]:
    """Write and copy at the same time: the next chunk is written while the last is taken in."""
    waiting: queue.Queue[list[tuple[str, str]] | None] = queue.Queue(maxsize=2)
    failures: list[BaseException] = []
    raw = connection.connection

    def take_in() -> None:
        while (chunk := waiting.get()) is not None:
            if failures:
                continue
            try:
                for statement, text in chunk:
                    with raw.cursor() as cursor, cursor.copy(statement) as stream:
                        stream.write(text)
            except BaseException as error:  # noqa: BLE001 - raised again by the one who waits
                failures.append(error)

    thread = threading.Thread(target=take_in)
    thread.start()
    try:
        for many in cases.chunks():
            chunk = [(table.copy_statement, table.take()) for table in cases.tables]
            done.characters += sum(len(text) for _, text in chunk)
            waiting.put(chunk)
            if failures:
                break
            yield many
    finally:
        waiting.put(None)
        thread.join()
    if failures:
        raise failures[0]


@dataclass
class _Built:
    seconds: float = 0.0


@contextlib.contextmanager
def _bare(tables: list[str], report: Report) -> Iterator[_Built]:
    """Take indexes and constraints off the tables, and build them when the block is done."""
    built = _Built()
    constraints, indexes = strip(tables)
    yield built
    begun = time.monotonic()
    _switch_copying("ENABLE", tables)
    _execute("SET LOCAL maintenance_work_mem = '512MB'")
    for name, definition in indexes:
        _execute(definition)
        report(f"Index {name}, {time.monotonic() - begun:.0f} s")
    for table, name, kind, definition in constraints:
        _execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        if kind != "f":
            report(f"Constraint {name}, {time.monotonic() - begun:.0f} s")
    built.seconds = time.monotonic() - begun
    report(f"Indexes, constraints and foreign keys, {built.seconds:.0f} s")


def strip(tables: list[str]) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Take constraints and indexes off the tables, all but the primary keys; give their definitions.

    The triggers that copy columns of a case rest too: the copies are among the lines.
    """
    _switch_copying("DISABLE", tables)
    constraints = _rows(_CONSTRAINTS, tables)
    for table, name, _, _ in reversed(constraints):
        _execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    indexes = _rows(_INDEXES, tables)
    for name, _ in indexes:
        _execute(f"DROP INDEX {name}")
    return constraints, indexes


def _switch_copying(how: str, tables: list[str]) -> None:
    for table, name in _rows(_COPYING, tables):
        _execute(f"ALTER TABLE {table} {how} TRIGGER {name}")


def copy(statement: str, text: str) -> int:
    """Send lines to a table; give the number of characters."""
    connection.ensure_connection()
    with connection.connection.cursor() as cursor, cursor.copy(statement) as stream:
        stream.write(text)
    return len(text)


def _rows(statement: str, tables: Iterable[str]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(tables)])
        return list(cursor.fetchall())


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
