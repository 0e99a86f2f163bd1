"""Keep whom a description may mean, which cases are linked, and conflicts that came up later."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the tables, and the kind of an exclusion."""

    dependencies = [
        ("accounts", "0006_identities"),
        ("incidents", "0005_emergency_access"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="caseexclusion",
            name="kind",
            field=models.CharField(
                choices=[
                    ("DECLARED", "Declared"),
                    ("POSSIBLE_SUBJECT", "May be an officer who is not identified yet"),
                ],
                default="DECLARED",
                max_length=16,
            ),
        ),
        migrations.CreateModel(
            name="AssignmentConcern",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[("INVESTIGATOR", "Investigator"), ("SUPERVISOR", "Supervisor")],
                        max_length=12,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("SUBJECT", "is complained about"),
                            ("EXCLUDED", "is kept out of this case"),
                            ("UNDER_SUBJECT", "works under the management of"),
                            ("OVER_SUBJECT", "manages"),
                            ("LINKED_PARTY", "is complained about in a linked case"),
                            ("PRESENT", "wore a camera that recorded it"),
                            ("INTEREST", "has declared an interest in"),
                            ("POSSIBLE_INTEREST", "has declared an interest that may concern it"),
                            ("SAME_UNIT", "was in the same unit on the day as"),
                            ("SAME_TEAM", "was in the same team on the day as"),
                        ],
                        max_length=20,
                    ),
                ),
                ("found_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("OPEN", "Open"),
                            ("STANDS", "The assignment stands"),
                            ("OVER", "Over"),
                        ],
                        default="OPEN",
                        max_length=8,
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=200)),
                (
                    "about",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.person",
                    ),
                ),
                (
                    "because",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="incidents.complaint",
                    ),
                ),
                (
                    "complaint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="concerns",
                        to="incidents.complaint",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "OPEN")),
                        fields=["complaint"],
                        name="concern_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "OVER"), _negated=True),
                        fields=("complaint", "user", "role", "kind", "about", "because"),
                        name="concern_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ComplaintLink",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("reason", models.CharField(max_length=200)),
                ("made_at", models.DateTimeField()),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links_as_first",
                        to="incidents.complaint",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links_as_second",
                        to="incidents.complaint",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("first__lt", models.F("second"))),
                        name="case_link_in_order",
                    ),
                    models.UniqueConstraint(fields=("first", "second"), name="case_linked_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SubjectMatch",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "what",
                    models.CharField(help_text="What in the description fits", max_length=120),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("PROPOSED", "Not decided"),
                            ("CONFIRMED", "It is this person"),
                            ("REJECTED", "It is not this person"),
                        ],
                        default="PROPOSED",
                        max_length=12,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=200)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.person",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="matches",
                        to="incidents.complaintsubject",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("subject", "person"), name="match_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("state", "PROPOSED")),
                            models.Q(
                                models.Q(("state", "PROPOSED"), _negated=True),
                                ("decided_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="match_decided_has_moment",
                    ),
                ],
            },
        ),
    ]
