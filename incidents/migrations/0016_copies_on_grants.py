"""Copies of a case's own columns beside each personal grant of it, and the triggers that keep them.

As in `copies_for_lists`: what is written is put right by the database, and the case is locked while
it is copied.
"""

from django.conf import settings
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION incidents_take_case_of_grant() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    SELECT team_id, is_restricted, state, investigator_id, logged_at
    INTO NEW.case_team, NEW.case_is_restricted, NEW.case_state, NEW.case_investigator,
        NEW.case_logged_at
    FROM incidents_complaint WHERE id = NEW.content_object_id FOR SHARE;
    RETURN NEW;
END
$$;
CREATE FUNCTION incidents_give_case_to_grants() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE incidents_complaintgrant SET case_state = NEW.state WHERE content_object_id = NEW.id;
    RETURN NULL;
END
$$;

UPDATE incidents_complaintgrant g SET case_team = c.team_id, case_is_restricted = c.is_restricted,
    case_state = c.state, case_investigator = c.investigator_id, case_logged_at = c.logged_at
FROM incidents_complaint c WHERE c.id = g.content_object_id;

CREATE TRIGGER incidents_take_case
    BEFORE INSERT OR UPDATE OF content_object_id, case_team, case_is_restricted, case_state,
        case_investigator, case_logged_at ON incidents_complaintgrant
    FOR EACH ROW EXECUTE FUNCTION incidents_take_case_of_grant();
CREATE TRIGGER incidents_give_case_to_grants
    AFTER UPDATE OF team_id, is_restricted, state, investigator_id, logged_at ON incidents_complaint
    FOR EACH ROW WHEN (
        (OLD.team_id, OLD.is_restricted, OLD.state, OLD.investigator_id, OLD.logged_at)
        IS DISTINCT FROM
        (NEW.team_id, NEW.is_restricted, NEW.state, NEW.investigator_id, NEW.logged_at)
    )
    EXECUTE FUNCTION incidents_give_case_to_grants();
"""

BACKWARD = """
DROP TRIGGER incidents_give_case_to_grants ON incidents_complaint;
DROP TRIGGER incidents_take_case ON incidents_complaintgrant;
DROP FUNCTION incidents_give_case_to_grants();
DROP FUNCTION incidents_take_case_of_grant();
"""


class Migration(migrations.Migration):
    """Add the copies, fill them, keep them, and build the index that needs them."""

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("incidents", "0015_links_that_ended"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="complaintgrant",
            name="grant_of_user",
        ),
        migrations.AddField(
            model_name="complaintgrant",
            name="case_investigator",
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="complaintgrant",
            name="case_is_restricted",
            field=models.BooleanField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="complaintgrant",
            name="case_logged_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="complaintgrant",
            name="case_state",
            field=models.CharField(editable=False, max_length=24, null=True),
        ),
        migrations.AddField(
            model_name="complaintgrant",
            name="case_team",
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.AddIndex(
            model_name="complaintgrant",
            index=models.Index(
                fields=["user", "-case_logged_at", "-content_object"],
                include=(
                    "expires_at",
                    "case_team",
                    "case_is_restricted",
                    "case_state",
                    "case_investigator",
                ),
                name="grant_of_user_newest",
            ),
        ),
    ]
