"""What the tests of sealing share: event types, events, a signer's folder, and a way to tamper."""

import uuid
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from audit import registry
from audit.registry import Operation, event_type
from audit.values import Actor, Subject

NOW = datetime(2026, 11, 27, 18, 22, tzinfo=UTC)
HANDLER = Actor("USER", "u-1", "Jane Roe", "COMPLAINT_HANDLER")


def run_task(name):
    """Run a task as a worker would find it, by its name."""
    # Here, because this file may be read before Django is set up.
    from bwcportal.celery import app

    app.loader.import_default_modules()
    app.tasks[name].run()


@pytest.fixture
def kind(monkeypatch):
    monkeypatch.setattr(registry, "_types", dict(registry._types))
    return event_type("testing.logged", Operation.COLLECTION, "logged the complaint")


@pytest.fixture
def signer_folder(settings, tmp_path):
    """Give the signer an empty folder of its own."""
    settings.AUDIT_DIR = tmp_path / "signer"
    settings.AUDIT_ORIGIN = "testing.example/bwc"
    settings.PRODUCTION = False
    return tmp_path / "signer"


@pytest.fixture
def write(kind):
    """Return a function that records one event, by default in a transaction of its own."""

    # Here, because this file may be read before Django is set up.
    from audit.recorder import record

    def write_one(case_id=None, **more):
        reference = f"CM-{str(case_id)[:4]}" if case_id else ""
        subject = Subject("complaint", str(uuid.uuid4()), "label", case_id, reference)
        with transaction.atomic():
            return record(kind, actor=HANDLER, subject=subject, now=NOW, **more)

    return write_one


@pytest.fixture
def tamper():
    """Return a function that runs SQL as somebody would who owns the tables and stops at nothing."""

    def run(*statements):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT c.conrelid::regclass::text, c.conname FROM pg_constraint c"
                " WHERE c.contype = 'c' AND c.conrelid::regclass::text LIKE 'audit\\_%%'"
            )
            checks = cursor.fetchall()
            cursor.execute(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'audit\\_%%'"
            )
            tables = [name for (name,) in cursor.fetchall()]
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            definitions = []
            for table, name in checks:
                cursor.execute(
                    "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
                    " WHERE conname = %s AND conrelid = %s::regclass", [name, table],
                )  # fmt: skip
                definitions.append((table, name, cursor.fetchone()[0]))
                cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            for statement in statements:
                cursor.execute(*((statement,) if isinstance(statement, str) else statement))
            for table, name, definition in definitions:
                cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition} NOT VALID")
            for table in tables:
                for half in ("rows", "whole"):
                    cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_{half}")

    return run
