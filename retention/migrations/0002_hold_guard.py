"""The database refuses a hold on a case whose destruction has begun.

The trigger locks the case first, so that a hold and a destruction never decide at the same
moment. Whoever commits first wins; the other is told. See docs/adr on disposal.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION retention_guard_hold() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM incidents_complaint WHERE id = NEW.complaint_id FOR UPDATE;
    IF EXISTS (
        SELECT 1 FROM retention_disposal
        WHERE complaint_id = NEW.complaint_id AND state IN ('DESTROYING', 'DESTROYED')
    ) THEN
        RAISE EXCEPTION 'the record is being destroyed or is destroyed: no hold can be placed'
            USING ERRCODE = 'integrity_constraint_violation',
                  CONSTRAINT = 'hold_not_on_destroyed_record';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER retention_hold_guard
    BEFORE INSERT OR UPDATE OF complaint_id, released_at ON retention_hold
    FOR EACH ROW WHEN (NEW.released_at IS NULL)
    EXECUTE FUNCTION retention_guard_hold();
ALTER TABLE retention_hold ENABLE ALWAYS TRIGGER retention_hold_guard;
"""

BACKWARD = """
DROP TRIGGER retention_hold_guard ON retention_hold;
DROP FUNCTION retention_guard_hold();
"""


class Migration(migrations.Migration):
    """Add the guard."""

    dependencies = [("retention", "0001_initial"), ("incidents", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
