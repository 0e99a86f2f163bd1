"""The SQL of the audit tables: what makes them insert-only, and the check that they still are.

Kept out of the ORM because half of it cannot be said there: identity ALWAYS, the leaf hash checked
by the database itself, triggers that fire ALWAYS, rights taken from the application role. Runs on
PostgreSQL 15 and newer. Migrations refer to these texts, so a released text is never changed; a
later migration adds to it.
"""

from __future__ import annotations

from typing import Any

CREATE_EVENTS = """
CREATE TABLE audit_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uuid uuid NOT NULL UNIQUE,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    name text NOT NULL CHECK (name ~ '^[a-z][a-z0-9_]*[.][a-z][a-z0-9_]*$'),
    operation text NOT NULL CHECK (operation IN ('COLLECTION', 'ALTERATION', 'CONSULTATION',
        'DISCLOSURE', 'COMBINATION', 'ERASURE', 'SIGN_IN', 'ADMINISTRATION')),
    outcome text NOT NULL CHECK (outcome IN ('ALLOWED', 'DENIED')),
    actor_kind text NOT NULL CHECK (actor_kind IN ('USER', 'SERVICE', 'JOB')),
    actor_id text NOT NULL CHECK (actor_id <> ''),
    actor_name text NOT NULL CHECK (actor_name <> ''),
    actor_role text NOT NULL,
    subject_type text NOT NULL CHECK (subject_type <> ''),
    subject_id text NOT NULL,
    subject_label text NOT NULL,
    case_id uuid,
    case_reference text NOT NULL CHECK (case_reference = '' OR case_id IS NOT NULL),
    purpose text NOT NULL,
    request_id text NOT NULL,
    source text NOT NULL CHECK (source IN ('WEB', 'API', 'TASK', 'COMMAND')),
    details jsonb NOT NULL CHECK (jsonb_typeof(details) = 'object'),
    format_version smallint NOT NULL CHECK (format_version = 1),
    canonical bytea NOT NULL,
    payload_digest bytea NOT NULL CHECK (octet_length(payload_digest) = 32),
    leaf_hash bytea NOT NULL
        CHECK (leaf_hash = sha256('\\x00'::bytea || canonical || payload_digest)),
    xid xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX audit_event_case ON audit_event (case_id, id);
CREATE INDEX audit_event_actor ON audit_event (actor_id, id);
CREATE INDEX audit_event_xid ON audit_event (xid);
CREATE INDEX audit_event_recorded ON audit_event
    USING brin (recorded_at) WITH (pages_per_range = 64);

CREATE TABLE audit_eventpayload (
    event_uuid uuid NOT NULL PRIMARY KEY,
    case_id uuid,
    salt bytea NOT NULL CHECK (octet_length(salt) = 32),
    payload jsonb NOT NULL CHECK (jsonb_typeof(payload) = 'object')
);
CREATE INDEX audit_payload_case ON audit_eventpayload (case_id);
"""

REFUSE_CHANGE = """
CREATE FUNCTION audit_refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: the record of events is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$;
"""


def guard(table: str, *, rows_may_go: bool = False) -> str:
    """Return the SQL that makes a table insert-only, or erasable when ``rows_may_go``.

    A row trigger does not see TRUNCATE, and an ordinary trigger is skipped by replication and by
    ``session_replication_role``: hence two triggers, both ENABLE ALWAYS. The rights are taken from
    the application role as well, where the operator has one.
    """
    events = "UPDATE" if rows_may_go else "UPDATE OR DELETE"
    rights = "UPDATE, TRUNCATE" if rows_may_go else "UPDATE, DELETE, TRUNCATE"
    return f"""
CREATE TRIGGER {table}_rows BEFORE {events} ON {table}
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_rows;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_whole;
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bwc_app') THEN
        REVOKE {rights}, REFERENCES, TRIGGER ON {table} FROM bwc_app;
    END IF;
END $$;
"""  # noqa: S608 (the table names are those of this file)


CREATE_SEALING = """
CREATE TABLE audit_batch (
    number bigint NOT NULL PRIMARY KEY CHECK (number > 0),
    start_size bigint NOT NULL UNIQUE CHECK (start_size >= 0),
    end_size bigint NOT NULL UNIQUE CHECK (end_size > start_size),
    xid_from xid8 NOT NULL,
    xid_to xid8 NOT NULL,
    cluster text NOT NULL,
    frontier bytea NOT NULL,
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    sealed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE audit_entry (
    seq bigint NOT NULL PRIMARY KEY CHECK (seq >= 0),
    event_id bigint NOT NULL UNIQUE,
    event_uuid uuid NOT NULL UNIQUE,
    xid xid8 NOT NULL,
    leaf_hash bytea NOT NULL CHECK (octet_length(leaf_hash) = 32),
    case_id uuid,
    case_seq bigint NOT NULL CHECK ((case_id IS NULL) = (case_seq = 0)),
    case_link bytea NOT NULL CHECK (octet_length(case_link) = 32),
    CONSTRAINT audit_entry_chain UNIQUE (case_id, case_seq)
);
CREATE TABLE audit_subtree (
    level smallint NOT NULL CHECK (level > 0 AND level % 8 = 0),
    position bigint NOT NULL CHECK (position >= 0),
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (level, position)
);
CREATE TABLE audit_checkpoint (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    size bigint NOT NULL CHECK (size > 0),
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    signed_at timestamptz NOT NULL,
    note text NOT NULL CHECK (note <> '')
);
CREATE INDEX audit_checkpoint_size ON audit_checkpoint (size);
"""

# Table: whether its rows may be deleted.
GUARDED = {
    "audit_event": False,
    "audit_eventpayload": True,
    "audit_batch": False,
    "audit_entry": False,
    "audit_subtree": False,
    "audit_checkpoint": False,
}

_TRIGGERS = """
SELECT c.relname, t.tgenabled,
       (t.tgtype & 1) <> 0 AS each_row, (t.tgtype & 2) <> 0 AS before,
       (t.tgtype & 8) <> 0 AS deletes, (t.tgtype & 16) <> 0 AS updates,
       (t.tgtype & 32) <> 0 AS truncates
FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_proc p ON p.oid = t.tgfoid
WHERE NOT t.tgisinternal AND p.proname = 'audit_refuse_change'
  AND c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(%s)
"""
_RIGHTS = """
SELECT c.relname, r.rolname, wanted.privilege
FROM pg_class c
CROSS JOIN pg_roles r
CROSS JOIN unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS wanted(privilege)
WHERE c.relname = ANY(%s) AND c.relnamespace = current_schema()::regnamespace
  AND r.rolname = ANY(%s) AND has_table_privilege(r.oid, c.oid, wanted.privilege)
"""
_MAY_SWITCH_OFF = """
SELECT r.rolname FROM pg_roles r
WHERE r.rolname = ANY(%s)
  AND (r.rolsuper OR has_parameter_privilege(r.oid, 'session_replication_role', 'SET'))
"""
_PORTAL_ROLES = ["bwc_app", "bwc_sealer", "bwc_reader"]


def weaknesses(connection: Any) -> list[str]:
    """Return what, by the database's own catalogue, would let a row of the record be changed.

    Each is a sentence for the operator; an empty list means every guard stands. Looks at the
    triggers of each guarded table, at the rights of the portal's roles where they exist, and at
    who may switch triggers off.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TRIGGERS, [list(GUARDED)])
        triggers = cursor.fetchall()
        cursor.execute(_RIGHTS, [list(GUARDED), _PORTAL_ROLES])
        rights = cursor.fetchall()
        cursor.execute(_MAY_SWITCH_OFF, [_PORTAL_ROLES])
        switchers = [name for (name,) in cursor.fetchall()]
    found = [
        f"{table}: {act} is not refused by a trigger that always fires"
        for table in GUARDED
        for act in _unguarded(table, triggers)
    ]
    found += [
        f"{table}: the role {role} has the right to {privilege}"
        for table, role, privilege in rights
        if not (GUARDED[table] and privilege == "DELETE")
    ]
    found += [f"the role {role} may switch triggers off" for role in switchers]
    return found


def _unguarded(table: str, triggers: list[tuple]) -> list[str]:
    acts = {"UPDATE"} if GUARDED[table] else {"UPDATE", "DELETE"}
    acts.add("TRUNCATE")
    for name, enabled, each_row, before, deletes, updates, truncates in triggers:
        if name != table or enabled != "A" or not before:
            continue
        if each_row:
            acts -= {act for act, seen in (("DELETE", deletes), ("UPDATE", updates)) if seen}
        elif truncates:
            acts.discard("TRUNCATE")
    return sorted(acts)
