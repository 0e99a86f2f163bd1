"""Keep the history of who could see a case: where it stood, and who held a grant from when to when.

Rows that are there get the history that can be known: a case has stood where it stands since it
was logged, a grant in force began when it was given, an officer complained about was named when
the case was logged. Grants that ended before are in the record of events only.
"""

import uuid

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

import incidents.models.access

FILL = """
INSERT INTO incidents_caseplacement
    (id, complaint_id, team_id, is_restricted, since, moved_by_id, reason)
    SELECT gen_random_uuid(), id, team_id, is_restricted, logged_at, logged_by_id, 'Logged'
    FROM incidents_complaint WHERE state <> 'DESTROYED';

WITH made AS (
    INSERT INTO incidents_grantperiod
        (id, complaint_id, user_id, kind, reason, granted_by_id, since, until, end_reason)
        SELECT gen_random_uuid(), content_object_id, user_id,
            CASE WHEN reason IN ('Investigator of the case', 'Supervisor who took no part')
                THEN 'ASSIGNMENT' ELSE 'PERSONAL' END,
            reason, granted_by_id, granted_at, expires_at, ''
        FROM incidents_complaintgrant
    RETURNING id, complaint_id, user_id
)
UPDATE incidents_complaintgrant g SET period_id = made.id
    FROM made WHERE made.complaint_id = g.content_object_id AND made.user_id = g.user_id;

UPDATE incidents_complaintsubject s SET named_at = c.logged_at
    FROM incidents_complaint c WHERE c.id = s.complaint_id AND s.person_id IS NOT NULL;

-- A table with pending checks of its foreign keys cannot be altered, and what follows does.
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    """Add the two tables and their columns, fill them, then demand that they are right."""

    dependencies = [
        ("accounts", "0003_account_closures"),
        ("incidents", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name="CasePlacement",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("is_restricted", models.BooleanField()),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="GrantPeriod",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("PERSONAL", "Personal grant"),
                            ("ASSIGNMENT", "Assignment"),
                            ("OVERSIGHT", "Oversight seat"),
                        ],
                        max_length=12,
                    ),
                ),
                ("reason", models.CharField(max_length=200)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("end_reason", models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="caseexclusion",
            name="excluded_once",
        ),
        migrations.AddField(
            model_name="caseexclusion",
            name="end_reason",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="caseexclusion",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="caseexclusion",
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
            model_name="complaintsubject",
            name="named_at",
            field=models.DateTimeField(
                blank=True, help_text="From when the person is kept out", null=True
            ),
        ),
        migrations.AddField(
            model_name="caseplacement",
            name="complaint",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="placements",
                to="incidents.complaint",
            ),
        ),
        migrations.AddField(
            model_name="caseplacement",
            name="moved_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="caseplacement",
            name="team",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.team"
            ),
        ),
        migrations.AddField(
            model_name="grantperiod",
            name="complaint",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="grant_periods",
                to="incidents.complaint",
            ),
        ),
        migrations.AddField(
            model_name="grantperiod",
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
            model_name="grantperiod",
            name="granted_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="grantperiod",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="grant_periods",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="complaintgrant",
            name="period",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="grant",
                to="incidents.grantperiod",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="complaintgrant",
            name="period",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="grant",
                to="incidents.grantperiod",
            ),
        ),
        migrations.AddIndex(
            model_name="caseexclusion",
            index=models.Index(fields=["complaint", "person"], name="exclusion_of_case"),
        ),
        migrations.AddConstraint(
            model_name="caseexclusion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("person", "complaint"),
                name="excluded_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="caseexclusion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_at__isnull", True),
                    ("ended_at__gte", models.F("made_at")),
                    _connector="OR",
                ),
                name="exclusion_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="caseexclusion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("end_reason", ""), ("ended_at__isnull", True), ("ended_by__isnull", True)
                    ),
                    models.Q(
                        ("ended_at__isnull", False),
                        ("ended_by__isnull", False),
                        models.Q(("end_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="exclusion_end_is_explained",
            ),
        ),
        migrations.AddConstraint(
            model_name="complaintsubject",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("person__isnull", True), ("named_at__isnull", False), _connector="OR"
                ),
                name="subject_named_has_moment",
            ),
        ),
        migrations.AddIndex(
            model_name="caseplacement",
            index=models.Index(fields=["complaint", "since"], name="placement_of_case"),
        ),
        migrations.AddConstraint(
            model_name="caseplacement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until__isnull", True)),
                fields=("complaint",),
                name="placement_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="caseplacement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"
                ),
                name="placement_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="caseplacement",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("complaint", "="),
                    (incidents.models.access.TimeRange("since", "until"), "&&"),
                ],
                name="placements_follow_each_other",
            ),
        ),
        migrations.AddIndex(
            model_name="grantperiod",
            index=models.Index(fields=["complaint", "user", "since"], name="grant_period_of_case"),
        ),
        migrations.AddIndex(
            model_name="grantperiod",
            index=models.Index(fields=["user", "since"], name="grant_period_of_user"),
        ),
        migrations.AddConstraint(
            model_name="grantperiod",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("complaint", "user"),
                name="grant_period_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="grantperiod",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("until__isnull", True), ("until__gt", models.F("since")), _connector="OR"
                    ),
                    models.Q(
                        ("ended_at__isnull", True),
                        ("ended_at__gte", models.F("since")),
                        _connector="OR",
                    ),
                ),
                name="grant_period_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="grantperiod",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("end_reason", ""), ("ended_at__isnull", True), ("ended_by__isnull", True)
                    ),
                    models.Q(
                        ("ended_at__isnull", False),
                        ("ended_by__isnull", False),
                        models.Q(("end_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="grant_period_end_is_explained",
            ),
        ),
        migrations.AddConstraint(
            model_name="grantperiod",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "OVERSIGHT"), _negated=True),
                    ("until__isnull", False),
                    _connector="OR",
                ),
                name="grant_period_oversight_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="grantperiod",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("complaint", "="),
                    ("user", "="),
                    (
                        incidents.models.access.TimeRange(
                            "since",
                            django.db.models.functions.comparison.Least("until", "ended_at"),
                        ),
                        "&&",
                    ),
                ],
                name="grant_periods_follow_each_other",
            ),
        ),
    ]
