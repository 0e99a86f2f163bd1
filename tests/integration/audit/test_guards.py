"""The database itself refuses change, and the catalogue can be asked whether it still does (T83)."""

import uuid
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.utils import DatabaseError, ProgrammingError

from audit import registry, tables
from audit.recorder import record
from audit.registry import Operation, event_type
from audit.values import Actor, Subject

pytestmark = pytest.mark.django_db


@pytest.fixture
def an_event(monkeypatch):
    monkeypatch.setattr(registry, "_types", dict(registry._types))
    logged = event_type("testing.logged", Operation.COLLECTION, "logged the complaint")
    case = uuid.uuid4()
    with transaction.atomic():
        return record(
            logged,
            actor=Actor("USER", "1", "Jane Roe"),
            subject=Subject("complaint", "1", "CM-26-K7MQ4", case),
            now=datetime(2026, 11, 27, tzinfo=UTC),
            personal={"name": "Ann"},
        )


def run(sql):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def role_exists(name):
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", [name])
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    "sql",
    ["UPDATE audit_event SET actor_name = 'Somebody Else'",
     "UPDATE audit_event SET id = DEFAULT",
     "DELETE FROM audit_event",
     "TRUNCATE audit_event",
     "TRUNCATE audit_eventpayload",
     "UPDATE audit_eventpayload SET payload = '{}'",
     "INSERT INTO audit_event SELECT * FROM audit_event ON CONFLICT DO NOTHING",
     "MERGE INTO audit_event e USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE"],
)  # fmt: skip
def test_even_the_owner_cannot_change_the_record(an_event, sql):
    with pytest.raises(DatabaseError):
        run(sql)


def test_the_refusal_says_why(an_event):
    with pytest.raises(ProgrammingError, match="DELETE of audit_event is refused"):
        run("DELETE FROM audit_event")


def test_a_personal_part_may_be_deleted(an_event):
    run("DELETE FROM audit_eventpayload")


def test_every_guard_stands():
    assert tables.weaknesses(connection) == []


@pytest.mark.parametrize("table", sorted(tables.GUARDED))
@pytest.mark.parametrize("half", ["rows", "whole"])
@pytest.mark.parametrize("how", ["DISABLE TRIGGER", "ENABLE TRIGGER", "ENABLE REPLICA TRIGGER"])
def test_a_weakened_trigger_is_reported(table, half, how):
    run(f"ALTER TABLE {table} {how} {table}_{half}")

    found = tables.weaknesses(connection)

    assert found
    assert all(line.startswith(f"{table}: ") for line in found)


@pytest.mark.parametrize("table", sorted(tables.GUARDED))
def test_a_dropped_trigger_is_reported(table):
    run(f"DROP TRIGGER {table}_whole ON {table}")

    assert tables.weaknesses(connection) == [
        f"{table}: TRUNCATE is not refused by a trigger that always fires"
    ]


@pytest.mark.parametrize("privilege", ["UPDATE", "DELETE", "TRUNCATE"])
def test_a_right_given_to_the_application_is_reported(privilege):
    if not role_exists("bwc_app"):
        pytest.skip("this server has no role bwc_app")

    run(f"GRANT {privilege} ON audit_event TO bwc_app")

    assert tables.weaknesses(connection) == [
        f"audit_event: the role bwc_app has the right to {privilege}"
    ]


def test_the_handwritten_tables_are_those_of_the_models():
    """The models are declared apart from the SQL: neither may have a column the other lacks."""
    with connection.cursor() as cursor:
        for model in apps.get_app_config("audit").get_models():
            described = connection.introspection.get_table_description(cursor, model._meta.db_table)
            in_database = {(column.name, bool(column.null_ok)) for column in described}
            in_model = {(each.column, each.null) for each in model._meta.fields if each.column}
            assert in_database == in_model, model


def test_the_handwritten_indexes_are_those_of_the_models():
    with connection.cursor() as cursor:
        for model in apps.get_app_config("audit").get_models():
            present = connection.introspection.get_constraints(cursor, model._meta.db_table)
            for index in model._meta.indexes:
                assert present[index.name]["columns"] == index.fields
