"""Times bare COPY of the seeder's own lines, then the seeder, in a database of its own."""

from __future__ import annotations

import json
import logging
import sys
import time
from random import Random

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from bwcportal.scale import loading  # noqa: E402
from bwcportal.scale.cases import Cases  # noqa: E402
from bwcportal.scale.force import Size, make_force  # noqa: E402
from bwcportal.scale.tables import names  # noqa: E402


def bare_copy(complaints: int) -> tuple[int, float]:
    """Give the rows and the seconds of COPY alone, of lines that were written before, as the seeder sends them."""
    random = Random(1)  # noqa: S311 - the seeder's own lines
    size = Size(complaints)
    force, people = make_force(size, random)
    cases = Cases(size, force, random)
    first = [(table.copy_statement, table.take()) for table in people]
    chunks = [[(t.copy_statement, t.take()) for t in cases.tables] for _ in cases.chunks()]
    with transaction.atomic():
        for statement, text in first:
            loading.copy(statement, text)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        loading.strip(names(cases.tables))
        begun = time.perf_counter()
        for chunk in chunks:
            for statement, text in chunk:
                loading.copy(statement, text)
        took = time.perf_counter() - begun
        transaction.set_rollback(True)
    return sum(table.rows for table in cases.tables), took


def main() -> None:
    """Time what is named, for so many complaints; print JSON."""
    logging.disable(logging.CRITICAL)
    what, complaints = sys.argv[1], int(sys.argv[2])
    if what == "bare":
        rows, seconds = bare_copy(complaints)
    else:
        done = loading.seed(complaints, seed=1, report=lambda _: None)
        rows, seconds = done.rows, done.copying
    print(json.dumps({"rows": rows, "seconds": seconds}))


if __name__ == "__main__":
    main()
