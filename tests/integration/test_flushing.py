"""What a transactional test leaves behind: an empty database with its reference rows and its guards."""

import pytest
from django.db import connection

from tests.flushing import KEPT, flush


def _query(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def _guards() -> list[tuple]:
    return _query(
        "SELECT c.relname, t.tgname, t.tgenabled FROM pg_trigger t"
        " JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal ORDER BY 1, 2"
    )


def _counts(tables: list[str]) -> dict[str, int]:
    return {name: _query(f'SELECT count(*) FROM public."{name}"')[0][0] for name in tables}


@pytest.mark.django_db(transaction=True)
def test_flush_keeps_reference_rows_and_every_guard_as_it_was() -> None:
    kept = [
        name for (name,) in _query(f"SELECT tablename FROM pg_tables WHERE schemaname = '{KEPT}'")
    ]
    guards, counts = _guards(), _counts(kept)
    assert counts["django_content_type"] > 0
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO auth_group (name) VALUES ('of this test only')")

    flush()

    assert _query("SELECT name FROM auth_group WHERE name = 'of this test only'") == []
    assert _counts(kept) == counts
    assert _guards() == guards
    always = {(table, state) for table, _, state in guards if table == "audit_event"}
    assert always == {("audit_event", "A")}


@pytest.mark.django_db(transaction=True)
def test_flush_that_fails_leaves_every_guard_on(monkeypatch: pytest.MonkeyPatch) -> None:
    guards = _guards()
    monkeypatch.setattr("tests.flushing._kept", lambda cursor: ["no_such_table"])

    with pytest.raises(Exception, match="no_such_table"):
        flush()

    assert _guards() == guards
