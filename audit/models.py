"""The tables of the record. Their SQL is written by hand in the migrations (docs/adr)."""

from __future__ import annotations

import uuid

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now

from audit.canonical import FORMAT_VERSION
from audit.enums import ActorKind, Operation, Outcome, Source
from audit.fields import CurrentTransactionId, Xid8Field
from audit.querysets import EventQuerySet


class Event(models.Model):
    """One thing that was done or refused. Insert-only; no foreign keys, so that it outlives all.

    ``canonical`` holds the bytes that were hashed; the other columns are there to be searched and
    are checked against it. ``occurred_at`` is the application's clock, ``recorded_at`` the
    database's, so that a jump of either shows.
    """

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    name = models.TextField()
    operation = models.TextField(choices=Operation)
    outcome = models.TextField(choices=Outcome)
    actor_kind = models.TextField(choices=ActorKind)
    actor_id = models.TextField()
    actor_name = models.TextField()
    actor_role = models.TextField(blank=True)
    subject_type = models.TextField()
    subject_id = models.TextField(blank=True)
    subject_label = models.TextField(blank=True)
    case_id = models.UUIDField(null=True)
    case_reference = models.TextField(blank=True)
    purpose = models.TextField(blank=True)
    request_id = models.TextField(blank=True)
    source = models.TextField(choices=Source)
    details = models.JSONField(default=dict)
    format_version = models.SmallIntegerField(default=FORMAT_VERSION)
    canonical = models.BinaryField()
    payload_digest = models.BinaryField()
    leaf_hash = models.BinaryField()
    xid = Xid8Field(db_default=CurrentTransactionId())

    objects = EventQuerySet.as_manager()

    class Meta:
        """Names the indexes that the migration makes."""

        indexes = (
            models.Index(fields=["case_id", "id"], name="audit_event_case"),
            models.Index(fields=["actor_id", "id"], name="audit_event_actor"),
            models.Index(fields=["xid"], name="audit_event_xid"),
            BrinIndex(fields=["recorded_at"], pages_per_range=64, name="audit_event_recorded"),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.uuid}"


class EventPayload(models.Model):
    """The personal part of an event, apart from it: may be erased, never changed."""

    event_uuid = models.UUIDField(primary_key=True)
    case_id = models.UUIDField(null=True)
    salt = models.BinaryField()
    payload = models.JSONField()

    class Meta:
        """Names the index that the migration makes."""

        indexes = (models.Index(fields=["case_id"], name="audit_payload_case"),)

    def __str__(self) -> str:
        return f"personal part of {self.event_uuid}"


class Batch(models.Model):
    """One run of the sealer: the entries from ``start_size`` to ``end_size`` and the tree after it.

    ``xid_from`` and ``xid_to`` bound, half-open, the transactions it took in; ``cluster`` is the
    database cluster those ids belong to, because they mean nothing in another one.
    """

    number = models.BigIntegerField(primary_key=True)
    start_size = models.BigIntegerField(unique=True)
    end_size = models.BigIntegerField(unique=True)
    xid_from = Xid8Field()
    xid_to = Xid8Field()
    cluster = models.TextField()
    frontier = models.BinaryField()
    root = models.BinaryField()
    sealed_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"batch {self.number}"


class Entry(models.Model):
    """An event's place in the tree and in its case's chain. Copies what the leaf does not bind."""

    seq = models.BigIntegerField(primary_key=True)
    event_id = models.BigIntegerField(unique=True)
    event_uuid = models.UUIDField(unique=True)
    xid = Xid8Field()
    leaf_hash = models.BinaryField()
    case_id = models.UUIDField(null=True)
    case_seq = models.BigIntegerField()
    case_link = models.BinaryField()

    class Meta:
        """Names the constraint that the migration makes."""

        constraints = (
            models.UniqueConstraint(fields=["case_id", "case_seq"], name="audit_entry_chain"),
        )

    def __str__(self) -> str:
        return f"entry {self.seq}"


class Subtree(models.Model):
    """The hash of a complete subtree of 256, 65,536 ... entries, so that proofs stay cheap."""

    pk = models.CompositePrimaryKey("level", "position")
    level = models.SmallIntegerField()
    position = models.BigIntegerField()
    hash = models.BinaryField()

    def __str__(self) -> str:
        return f"subtree {self.level}/{self.position}"


class Checkpoint(models.Model):
    """A signed statement of the tree's size and root."""

    size = models.BigIntegerField()
    root = models.BinaryField()
    signed_at = models.DateTimeField()
    note = models.TextField()

    class Meta:
        """Names the index that the migration makes."""

        indexes = (models.Index(fields=["size"], name="audit_checkpoint_size"),)

    def __str__(self) -> str:
        return f"checkpoint at {self.size}"
