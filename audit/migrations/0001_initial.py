"""The record of events and its personal parts. It cannot be unmade: there is no way back."""

import uuid

import django.contrib.postgres.indexes
import django.db.models.functions.datetime
from django.db import migrations, models

import audit.fields
from audit import enums, tables


class Migration(migrations.Migration):
    """Makes audit_event and audit_eventpayload with their guards."""

    initial = True
    dependencies = ()

    operations = (
        migrations.RunSQL(
            tables.CREATE_EVENTS
            + tables.REFUSE_CHANGE
            + tables.guard("audit_event")
            + tables.guard("audit_eventpayload", rows_may_go=True),
            state_operations=[
                migrations.CreateModel(
                    name="Event",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("occurred_at", models.DateTimeField()),
                        (
                            "recorded_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        ("name", models.TextField()),
                        ("operation", models.TextField(choices=enums.Operation)),
                        ("outcome", models.TextField(choices=enums.Outcome)),
                        ("actor_kind", models.TextField(choices=enums.ActorKind)),
                        ("actor_id", models.TextField()),
                        ("actor_name", models.TextField()),
                        ("actor_role", models.TextField(blank=True)),
                        ("subject_type", models.TextField()),
                        ("subject_id", models.TextField(blank=True)),
                        ("subject_label", models.TextField(blank=True)),
                        ("case_id", models.UUIDField(null=True)),
                        ("case_reference", models.TextField(blank=True)),
                        ("purpose", models.TextField(blank=True)),
                        ("request_id", models.TextField(blank=True)),
                        ("source", models.TextField(choices=enums.Source)),
                        ("details", models.JSONField(default=dict)),
                        ("format_version", models.SmallIntegerField(default=1)),
                        ("canonical", models.BinaryField()),
                        ("payload_digest", models.BinaryField()),
                        ("leaf_hash", models.BinaryField()),
                        (
                            "xid",
                            audit.fields.Xid8Field(db_default=audit.fields.CurrentTransactionId()),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["case_id", "id"], name="audit_event_case"),
                            models.Index(fields=["actor_id", "id"], name="audit_event_actor"),
                            models.Index(fields=["xid"], name="audit_event_xid"),
                            django.contrib.postgres.indexes.BrinIndex(
                                fields=["recorded_at"],
                                name="audit_event_recorded",
                                pages_per_range=64,
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="EventPayload",
                    fields=[
                        ("event_uuid", models.UUIDField(primary_key=True, serialize=False)),
                        ("case_id", models.UUIDField(null=True)),
                        ("salt", models.BinaryField()),
                        ("payload", models.JSONField()),
                    ],
                    options={
                        "indexes": [models.Index(fields=["case_id"], name="audit_payload_case")],
                    },
                ),
            ],
        ),
    )
