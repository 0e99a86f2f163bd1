"""Copies of a case's own columns beside its submitted versions, and the triggers that keep them.

They work as those of officers complained about: see the migration of the same name in `incidents`.
"""

import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION reviews_take_case_of_submission() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    SELECT team_id, is_restricted, state
    INTO NEW.case_team, NEW.case_is_restricted, NEW.case_state
    FROM incidents_complaint WHERE id = NEW.complaint_id FOR SHARE;
    RETURN NEW;
END
$$;
CREATE FUNCTION reviews_give_case_to_submissions() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE reviews_submission SET case_state = NEW.state WHERE complaint_id = NEW.id;
    RETURN NULL;
END
$$;

UPDATE reviews_submission s SET case_team = c.team_id, case_is_restricted = c.is_restricted,
    case_state = c.state
FROM incidents_complaint c WHERE c.id = s.complaint_id;

CREATE TRIGGER reviews_take_case
    BEFORE INSERT OR UPDATE OF complaint_id, case_team, case_is_restricted, case_state
    ON reviews_submission
    FOR EACH ROW EXECUTE FUNCTION reviews_take_case_of_submission();
CREATE TRIGGER reviews_give_case
    AFTER UPDATE OF team_id, is_restricted, state ON incidents_complaint
    FOR EACH ROW WHEN (
        (OLD.team_id, OLD.is_restricted, OLD.state)
        IS DISTINCT FROM (NEW.team_id, NEW.is_restricted, NEW.state)
    )
    EXECUTE FUNCTION reviews_give_case_to_submissions();
"""

BACKWARD = """
DROP TRIGGER reviews_give_case ON incidents_complaint;
DROP TRIGGER reviews_take_case ON reviews_submission;
DROP FUNCTION reviews_give_case_to_submissions();
DROP FUNCTION reviews_take_case_of_submission();
"""


class Migration(migrations.Migration):
    """Add the copies, fill them, keep them, and build the indexes that need them."""

    dependencies = [
        ("incidents", "0013_copies_for_lists"),
        ("reviews", "0003_signed_for_somebody"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="submission",
            name="submission_newest",
        ),
        migrations.AddField(
            model_name="submission",
            name="case_is_restricted",
            field=models.BooleanField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="submission",
            name="case_state",
            field=models.CharField(editable=False, max_length=24, null=True),
        ),
        migrations.AddField(
            model_name="submission",
            name="case_team",
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.AlterField(
            model_name="submission",
            name="complaint",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="submissions",
                to="incidents.complaint",
            ),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(
                fields=["-submitted_at", "-id"],
                include=(
                    "complaint",
                    "state",
                    "supervisor",
                    "case_team",
                    "case_is_restricted",
                    "case_state",
                ),
                name="submission_newest",
            ),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(
                fields=["case_team", "-submitted_at", "-id"],
                include=("complaint", "state", "supervisor", "case_is_restricted", "case_state"),
                name="submission_team_newest",
            ),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(
                fields=["complaint"],
                include=(
                    "submitted_at",
                    "id",
                    "state",
                    "supervisor",
                    "case_team",
                    "case_is_restricted",
                    "case_state",
                ),
                name="submission_of_case",
            ),
        ),
    ]
