"""Copies of a case's own columns beside it, and the triggers that keep them.

A list that is sorted or narrowed by what stands in two tables is answered by one index only where one
table holds both. The triggers write the copies whatever a statement says of them, and lock the row
that is copied, so that two transactions at once cannot leave an old value behind.
"""

import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION incidents_take_incident() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.incident_starts_at := NULL;
    IF NEW.incident_id IS NOT NULL THEN
        SELECT starts_at INTO NEW.incident_starts_at
        FROM incidents_incident WHERE id = NEW.incident_id FOR SHARE;
    END IF;
    RETURN NEW;
END
$$;
CREATE FUNCTION incidents_give_incident() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE incidents_complaint SET incident_starts_at = NEW.starts_at WHERE incident_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE FUNCTION incidents_take_case_of_subject() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    SELECT team_id, is_restricted, state, investigator_id, logged_at
    INTO NEW.case_team, NEW.case_is_restricted, NEW.case_state, NEW.case_investigator,
        NEW.case_logged_at
    FROM incidents_complaint WHERE id = NEW.complaint_id FOR SHARE;
    RETURN NEW;
END
$$;
CREATE FUNCTION incidents_give_case_to_subjects() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE incidents_complaintsubject SET case_state = NEW.state WHERE complaint_id = NEW.id;
    RETURN NULL;
END
$$;

UPDATE incidents_complaint c SET incident_starts_at = i.starts_at
FROM incidents_incident i WHERE i.id = c.incident_id;
UPDATE incidents_complaintsubject s SET case_team = c.team_id, case_is_restricted = c.is_restricted,
    case_state = c.state, case_investigator = c.investigator_id, case_logged_at = c.logged_at
FROM incidents_complaint c WHERE c.id = s.complaint_id;

CREATE TRIGGER incidents_take_incident
    BEFORE INSERT OR UPDATE OF incident_id, incident_starts_at ON incidents_complaint
    FOR EACH ROW EXECUTE FUNCTION incidents_take_incident();
CREATE TRIGGER incidents_give_incident
    AFTER UPDATE OF starts_at ON incidents_incident
    FOR EACH ROW WHEN (OLD.starts_at <> NEW.starts_at)
    EXECUTE FUNCTION incidents_give_incident();
CREATE TRIGGER incidents_take_case
    BEFORE INSERT OR UPDATE OF complaint_id, case_team, case_is_restricted, case_state,
        case_investigator, case_logged_at ON incidents_complaintsubject
    FOR EACH ROW EXECUTE FUNCTION incidents_take_case_of_subject();
CREATE TRIGGER incidents_give_case
    AFTER UPDATE OF team_id, is_restricted, state, investigator_id, logged_at ON incidents_complaint
    FOR EACH ROW WHEN (
        (OLD.team_id, OLD.is_restricted, OLD.state, OLD.investigator_id, OLD.logged_at)
        IS DISTINCT FROM
        (NEW.team_id, NEW.is_restricted, NEW.state, NEW.investigator_id, NEW.logged_at)
    )
    EXECUTE FUNCTION incidents_give_case_to_subjects();
"""

BACKWARD = """
DROP TRIGGER incidents_give_case ON incidents_complaint;
DROP TRIGGER incidents_take_case ON incidents_complaintsubject;
DROP TRIGGER incidents_give_incident ON incidents_incident;
DROP TRIGGER incidents_take_incident ON incidents_complaint;
DROP FUNCTION incidents_give_case_to_subjects();
DROP FUNCTION incidents_take_case_of_subject();
DROP FUNCTION incidents_give_incident();
DROP FUNCTION incidents_take_incident();
"""


class Migration(migrations.Migration):
    """Add the copies, fill them, keep them, and build the indexes that need them."""

    dependencies = [
        ("accounts", "0008_proofs_of_presence"),
        ("incidents", "0012_former_namings"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="complaintsubject",
            name="subject_person",
        ),
        migrations.AddField(
            model_name="complaint",
            name="incident_starts_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="complaintsubject",
            name="case_investigator",
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="complaintsubject",
            name="case_is_restricted",
            field=models.BooleanField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="complaintsubject",
            name="case_logged_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="complaintsubject",
            name="case_state",
            field=models.CharField(editable=False, max_length=24, null=True),
        ),
        migrations.AddField(
            model_name="complaintsubject",
            name="case_team",
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.AlterField(
            model_name="complaintsubject",
            name="person",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="complained_about_in",
                to="accounts.person",
            ),
        ),
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(
                condition=models.Q(("incident_starts_at__isnull", False)),
                fields=["-incident_starts_at", "-incident"],
                include=("id", "team", "is_restricted", "state"),
                name="complaint_incident_latest",
            ),
        ),
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(
                condition=models.Q(("incident_starts_at__isnull", False)),
                fields=["team", "-incident_starts_at", "-incident"],
                include=("id", "is_restricted", "state"),
                name="complaint_team_incident",
            ),
        ),
        migrations.AddIndex(
            model_name="complaintsubject",
            index=models.Index(
                fields=["person", "-case_logged_at", "-complaint"],
                include=("case_team", "case_is_restricted", "case_state", "case_investigator"),
                name="subject_person_newest",
            ),
        ),
    ]
