"""Keep when accounts were closed: a table that a trigger fills, with the database's own clock."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

FORWARD = """
INSERT INTO accounts_accountclosure (user_id, since)
    SELECT id, created_at FROM accounts_user WHERE NOT is_active;

CREATE FUNCTION accounts_note_closure() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.is_active THEN
        UPDATE accounts_accountclosure SET until = greatest(since, clock_timestamp())
            WHERE user_id = NEW.id AND until IS NULL;
    ELSIF NOT NEW.is_active AND (TG_OP = 'INSERT' OR OLD.is_active) THEN
        INSERT INTO accounts_accountclosure (user_id, since) VALUES (NEW.id, clock_timestamp());
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER accounts_closure
    AFTER INSERT OR UPDATE OF is_active ON accounts_user
    FOR EACH ROW EXECUTE FUNCTION accounts_note_closure();
ALTER TABLE accounts_user ENABLE ALWAYS TRIGGER accounts_closure;
"""

BACKWARD = """
DROP TRIGGER accounts_closure ON accounts_user;
DROP FUNCTION accounts_note_closure();
"""


class Migration(migrations.Migration):
    """Add the table and the trigger."""

    dependencies = [("accounts", "0002_reasons_and_closed_teams")]

    operations = [
        migrations.CreateModel(
            name="AccountClosure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="closures",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["user"],
                        condition=Q(until__isnull=True),
                        name="closed_once_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                        name="closure_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
