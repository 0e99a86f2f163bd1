"""The tree, the chains and the checkpoints. Insert-only like the events themselves."""

import django.db.models.functions.datetime
from django.db import migrations, models

import audit.fields
from audit import tables


class Migration(migrations.Migration):
    """Makes the four tables of the sealer with their guards."""

    dependencies = (("audit", "0001_initial"),)

    operations = (
        migrations.RunSQL(
            tables.CREATE_SEALING
            + tables.guard("audit_batch")
            + tables.guard("audit_entry")
            + tables.guard("audit_subtree")
            + tables.guard("audit_checkpoint"),
            state_operations=[
                migrations.CreateModel(
                    name="Batch",
                    fields=[
                        ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("start_size", models.BigIntegerField(unique=True)),
                        ("end_size", models.BigIntegerField(unique=True)),
                        ("xid_from", audit.fields.Xid8Field()),
                        ("xid_to", audit.fields.Xid8Field()),
                        ("cluster", models.TextField()),
                        ("frontier", models.BinaryField()),
                        ("root", models.BinaryField()),
                        (
                            "sealed_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Entry",
                    fields=[
                        ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("event_id", models.BigIntegerField(unique=True)),
                        ("event_uuid", models.UUIDField(unique=True)),
                        ("xid", audit.fields.Xid8Field()),
                        ("leaf_hash", models.BinaryField()),
                        ("case_id", models.UUIDField(null=True)),
                        ("case_seq", models.BigIntegerField()),
                        ("case_link", models.BinaryField()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("case_id", "case_seq"), name="audit_entry_chain"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Subtree",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "level",
                                "position",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("level", models.SmallIntegerField()),
                        ("position", models.BigIntegerField()),
                        ("hash", models.BinaryField()),
                    ],
                ),
                migrations.CreateModel(
                    name="Checkpoint",
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
                        ("size", models.BigIntegerField()),
                        ("root", models.BinaryField()),
                        ("signed_at", models.DateTimeField()),
                        ("note", models.TextField()),
                    ],
                    options={
                        "indexes": [models.Index(fields=["size"], name="audit_checkpoint_size")],
                    },
                ),
            ],
        ),
    )
