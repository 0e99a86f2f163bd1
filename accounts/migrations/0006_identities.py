"""Keep what people were called and where they served, who reports to whom, and declared interests."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION accounts_keep_identity() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    today date := (clock_timestamp() AT TIME ZONE 'Europe/London')::date;
BEGIN
    IF NEW.collar_number <> OLD.collar_number THEN
        INSERT INTO accounts_collarnumber (id, person_id, number, force, since, until)
            SELECT gen_random_uuid(), OLD.id, OLD.collar_number, '', max(until), today
            FROM accounts_collarnumber WHERE person_id = OLD.id AND force = '';
    END IF;
    IF NEW.surname <> OLD.surname OR NEW.given_names <> OLD.given_names THEN
        INSERT INTO accounts_personname (id, person_id, given_names, surname, since, until)
            VALUES (gen_random_uuid(), OLD.id, OLD.given_names, OLD.surname, NULL, today);
    END IF;
    IF NEW.unit_id <> OLD.unit_id THEN
        INSERT INTO accounts_posting (id, person_id, unit_id, since, until)
            SELECT gen_random_uuid(), OLD.id, OLD.unit_id, max(until), today
            FROM accounts_posting WHERE person_id = OLD.id;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER accounts_identity
    AFTER UPDATE OF collar_number, surname, given_names, unit_id ON accounts_person
    FOR EACH ROW EXECUTE FUNCTION accounts_keep_identity();
ALTER TABLE accounts_person ENABLE ALWAYS TRIGGER accounts_identity;
"""

BACKWARD = """
DROP TRIGGER accounts_identity ON accounts_person;
DROP FUNCTION accounts_keep_identity();
"""


class Migration(migrations.Migration):
    """Add the tables, and the trigger that keeps what a change of a person would lose."""

    dependencies = [
        ("accounts", "0005_set_up_codes_and_wrong_tries"),
    ]

    operations = [
        migrations.CreateModel(
            name="CollarNumber",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.CharField(max_length=16)),
                (
                    "force",
                    models.CharField(blank=True, help_text="Empty: this force", max_length=60),
                ),
                ("since", models.DateField(blank=True, null=True)),
                ("until", models.DateField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="DeclaredInterest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "about_words",
                    models.CharField(
                        blank=True,
                        help_text="An address, an event or a person outside the force",
                        max_length=200,
                    ),
                ),
                (
                    "nature",
                    models.CharField(
                        help_text="For example: married to, grew up with", max_length=200
                    ),
                ),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
                ("declared_at", models.DateTimeField()),
                ("end_reason", models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="PersonLink",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("TRANSFER", "Came from another force"),
                            (
                                "STAFF_OFFICER",
                                "Staff who became an officer, or the other way round",
                            ),
                            ("TWICE", "Entered twice"),
                        ],
                        max_length=16,
                    ),
                ),
                ("reason", models.CharField(max_length=200)),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("end_reason", models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="PersonName",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("given_names", models.CharField(blank=True, max_length=100)),
                ("surname", models.CharField(max_length=100)),
                ("since", models.DateField(blank=True, null=True)),
                ("until", models.DateField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Posting",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("since", models.DateField(blank=True, null=True)),
                ("until", models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name="ReportingLine",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
            ],
        ),
        migrations.AddField(
            model_name="person",
            name="other_ids",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(),
                db_default=[],
                default=list,
                editable=False,
                size=None,
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                django.db.models.functions.text.Upper("surname"), name="person_surname_upper"
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                django.db.models.functions.text.Upper("collar_number"), name="person_number_upper"
            ),
        ),
        migrations.AddField(
            model_name="collarnumber",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="other_numbers",
                to="accounts.person",
            ),
        ),
        migrations.AddField(
            model_name="declaredinterest",
            name="about_person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.person",
            ),
        ),
        migrations.AddField(
            model_name="declaredinterest",
            name="declared_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="declaredinterest",
            name="ended_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="declaredinterest",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="interests",
                to="accounts.person",
            ),
        ),
        migrations.AddField(
            model_name="personlink",
            name="ended_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="personlink",
            name="first",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.person"
            ),
        ),
        migrations.AddField(
            model_name="personlink",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="personlink",
            name="second",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.person"
            ),
        ),
        migrations.AddField(
            model_name="personname",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="other_names",
                to="accounts.person",
            ),
        ),
        migrations.AddField(
            model_name="posting",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="postings",
                to="accounts.person",
            ),
        ),
        migrations.AddField(
            model_name="posting",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.commandunit",
            ),
        ),
        migrations.AddField(
            model_name="reportingline",
            name="ended_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reportingline",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reportingline",
            name="manager",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="manages",
                to="accounts.person",
            ),
        ),
        migrations.AddField(
            model_name="reportingline",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="reports_to",
                to="accounts.person",
            ),
        ),
        migrations.AddIndex(
            model_name="collarnumber",
            index=models.Index(
                django.db.models.functions.text.Upper("number"), name="other_number_upper"
            ),
        ),
        migrations.AddConstraint(
            model_name="collarnumber",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("since__isnull", True),
                    ("until__isnull", True),
                    ("until__gte", models.F("since")),
                    _connector="OR",
                ),
                name="other_number_ends_after_it_begins",
            ),
        ),
        migrations.AddIndex(
            model_name="declaredinterest",
            index=models.Index(fields=["person", "since"], name="interest_of_person"),
        ),
        migrations.AddConstraint(
            model_name="declaredinterest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("about_person__isnull", False),
                    models.Q(("about_words", ""), _negated=True),
                    _connector="XOR",
                ),
                name="interest_in_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="declaredinterest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"
                ),
                name="interest_ends_after_it_begins",
            ),
        ),
        migrations.AddIndex(
            model_name="personlink",
            index=models.Index(fields=["second", "first"], name="link_of_second"),
        ),
        migrations.AddConstraint(
            model_name="personlink",
            constraint=models.CheckConstraint(
                condition=models.Q(("first__lt", models.F("second"))), name="link_in_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="personlink",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("first", "second"),
                name="linked_once_at_a_time",
            ),
        ),
        migrations.AddIndex(
            model_name="personname",
            index=models.Index(
                django.db.models.functions.text.Upper("surname"), name="other_surname_upper"
            ),
        ),
        migrations.AddConstraint(
            model_name="personname",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("since__isnull", True),
                    ("until__isnull", True),
                    ("until__gte", models.F("since")),
                    _connector="OR",
                ),
                name="other_name_ends_after_it_begins",
            ),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(fields=["person", "until"], name="posting_of_person"),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("since__isnull", True),
                    ("until__isnull", True),
                    ("until__gte", models.F("since")),
                    _connector="OR",
                ),
                name="posting_ends_after_it_begins",
            ),
        ),
        migrations.AddIndex(
            model_name="reportingline",
            index=models.Index(fields=["person", "since"], name="line_of_person"),
        ),
        migrations.AddIndex(
            model_name="reportingline",
            index=models.Index(fields=["manager", "since"], name="line_of_manager"),
        ),
        migrations.AddConstraint(
            model_name="reportingline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"
                ),
                name="line_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportingline",
            constraint=models.CheckConstraint(
                condition=models.Q(("person", models.F("manager")), _negated=True),
                name="line_to_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportingline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until__isnull", True)),
                fields=("person", "manager"),
                name="line_once_at_a_time",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
