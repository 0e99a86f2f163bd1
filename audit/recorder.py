"""Writing an event: the only way into the record."""

from __future__ import annotations

import secrets
import uuid as uuids
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from psycopg.types.json import Jsonb

from audit import canonical, context, registry
from audit.enums import ActorKind, Operation, Outcome
from audit.errors import ContentRefused, NotInTransaction, UnknownEventType
from audit.events import PERSONAL_ERASED
from audit.models import Event, EventPayload
from audit.registry import EventType
from audit.values import Actor, Subject

__all__ = ["Outcome", "erase_personal", "record", "record_alone", "record_consultation"]

# Opening the same thing again within five minutes is one consultation (DPA 2018 s.62 asks when
# and by whom, not how often a page was reloaded).
CONSULTATION_WINDOW = timedelta(minutes=5)
# An actor with more events than this in the window has a repeat written twice: harmless, and the
# look-up stays bounded for service accounts that write all day.
_CONSULTATION_DEPTH = 100

_LABEL_LENGTH = 200
_PURPOSE_LENGTH = 200
_NOTHING: Mapping[str, Any] = MappingProxyType({})


def record(
    event_type: EventType,
    *,
    actor: Actor,
    subject: Subject,
    now: datetime,
    details: Mapping[str, Any] = _NOTHING,
    personal: Mapping[str, Any] = _NOTHING,
    purpose: str = "",
    outcome: Outcome = Outcome.ALLOWED,
) -> Event:
    """Write an event in the transaction of the act it records, and return it.

    ``details`` are ids, codes, numbers and offsets, kept for ever inside the leaf; ``personal`` is
    names and free text, salted, apart and erasable; ``purpose`` is the code of a reason. ``now``
    is aware. Raises NotInTransaction outside a transaction, UnknownEventType for a type that is
    not registered, ContentRefused for content the record must not keep. Whatever it raises, let it
    pass: an act that cannot be recorded must not happen.
    """
    _require_registered(event_type)
    if not _in_transaction():
        raise NotInTransaction(f"{event_type.name} must be recorded in the transaction of the act")
    personal = _with_address(event_type, outcome, personal)
    event = _build(event_type, actor, subject, now, details, purpose, outcome)
    event.recorded_at = _database_clock()
    return _write(event, canonical.plain(personal, free_text=True))


def _write(event: Event, plain_personal: dict[str, Any]) -> Event:
    """Insert an event that has everything but its hashes, and beside it what is personal, if anything."""
    salt = secrets.token_bytes(canonical.SALT_BYTES) if plain_personal else b""
    event.canonical = canonical_bytes(event)
    event.payload_digest = (
        canonical.payload_digest(salt, plain_personal) if salt else canonical.NO_PAYLOAD
    )
    event.leaf_hash = canonical.leaf_hash(event.canonical, event.payload_digest)
    event.save(force_insert=True)
    if salt:
        EventPayload.objects.create(
            event_uuid=event.uuid, case_id=event.case_id, salt=salt, payload=plain_personal
        )
    return event


def record_alone(
    event_type: EventType,
    *,
    actor: Actor,
    subject: Subject,
    now: datetime,
    details: Mapping[str, Any] = _NOTHING,
    personal: Mapping[str, Any] = _NOTHING,
    purpose: str = "",
    outcome: Outcome = Outcome.ALLOWED,
) -> Event:
    """Write an event in a short transaction of its own: for refusals and reads.

    Takes what ``record`` takes. Raises RuntimeError inside a transaction, because a refusal would
    be rolled back together with the act it refused.
    """
    with transaction.atomic(durable=True):
        return record(
            event_type,
            actor=actor,
            subject=subject,
            now=now,
            details=details,
            personal=personal,
            purpose=purpose,
            outcome=outcome,
        )


def record_consultation(
    event_type: EventType,
    *,
    actor: Actor,
    subject: Subject,
    now: datetime,
    details: Mapping[str, Any] = _NOTHING,
    purpose: str = "",
) -> Event | None:
    """Write that somebody read something, unless the same reading was written within five minutes.

    The same means: same actor, event type, subject, details and purpose. Joins the transaction it
    is called in; outside one, the single statement that writes the event is its own (2 queries, 1
    for a repeat). Returns None when nothing was written. Raises UnknownEventType for a type whose
    operation is not consultation, so that no alteration is ever merged away.
    """
    _require_registered(event_type)
    if event_type.operation is not Operation.CONSULTATION:
        raise UnknownEventType(f"{event_type.name} is not a consultation")
    wanted = _build(event_type, actor, subject, now, details, purpose, Outcome.ALLOWED)
    was_read, clock = _read_lately(wanted)
    if was_read:
        return None
    wanted.recorded_at = _clock_beside(clock)
    return _write(wanted, {})


def erase_personal(
    *,
    case_id: UUID,
    certificate_number: str,
    actor: Actor | None = None,
    now: datetime | None = None,
) -> int:
    """Delete the personal part of a case's events, and return how many were deleted.

    The leaves stay and stay provable; an event names the certificate. Without ``actor`` it is the
    disposal job that erases. Raises NotInTransaction outside a transaction.
    """
    if not _in_transaction():
        raise NotInTransaction("erasing belongs in the transaction of the disposal")
    erased, _ = EventPayload.objects.filter(case_id=case_id).delete()
    record(
        PERSONAL_ERASED,
        actor=actor or Actor(ActorKind.JOB, "retention", "Disposal job"),
        subject=Subject("case", str(case_id), certificate_number, case_id=case_id),
        now=now or timezone.now(),
        details={"certificate_number": certificate_number, "erased": erased},
    )
    return erased


def canonical_bytes(event: Event) -> bytes:
    """Return the bytes that stand for the event in its leaf, from its columns.

    The running number and the transaction id are left out: they say how much else happened, and a
    bundle for a court must not. The sealer binds them separately.
    """
    return canonical.encode(
        canonical.EVENT_TAG,
        {
            "uuid": str(event.uuid),
            "occurred_at": canonical.microseconds(event.occurred_at),
            "recorded_at": canonical.microseconds(event.recorded_at),
            "name": event.name,
            "operation": str(event.operation),
            "outcome": str(event.outcome),
            "actor": {
                "kind": str(event.actor_kind),
                "id": event.actor_id,
                "name": event.actor_name,
                "role": event.actor_role,
            },
            "subject": {
                "type": event.subject_type,
                "id": event.subject_id,
                "label": event.subject_label,
            },
            "case": {
                "id": str(event.case_id) if event.case_id else None,
                "reference": event.case_reference,
            },
            "purpose": event.purpose,
            "request_id": event.request_id,
            "source": str(event.source),
            "details": event.details,
        },
    )


def _require_registered(event_type: EventType) -> None:
    if registry.get(getattr(event_type, "name", "")) is not event_type:
        raise UnknownEventType(f"{event_type!r} is not the registered event type of its name")


def _in_transaction() -> bool:
    # The blocks a TestCase wraps round each test do not count: with them a service without a
    # transaction would pass its tests and fail in use. Django's own durable=True looks the same way.
    return any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)


def _with_address(
    event_type: EventType, outcome: Outcome, personal: Mapping[str, Any]
) -> Mapping[str, Any]:
    # A network address is personal data: kept where it answers a question (who tried to get in),
    # and in the part that can be erased.
    address = context.current().address
    if address and (event_type.operation is Operation.SIGN_IN or outcome == Outcome.DENIED):
        return {"address": address, **personal}
    return personal


def _build(
    event_type: EventType,
    actor: Actor,
    subject: Subject,
    now: datetime,
    details: Mapping[str, Any],
    purpose: str,
    outcome: Outcome,
) -> Event:
    circumstances = context.current()
    event = Event(
        uuid=uuids.uuid4(),
        occurred_at=_aware_utc(now),
        name=event_type.name,
        operation=event_type.operation.value,
        outcome=Outcome(outcome).value,
        actor_kind=str(ActorKind(actor.kind).value),
        actor_id=str(actor.id),
        actor_name=actor.name,
        actor_role=actor.role,
        subject_type=subject.type,
        subject_id=str(subject.id),
        subject_label=subject.label,
        case_id=subject.case_id,
        case_reference=subject.case_reference,
        purpose=purpose,
        request_id=circumstances.request_id,
        source=circumstances.source,
        details=canonical.plain(_with_absent(actor, details), free_text=False),
    )
    canonical.plain({"texts": _texts(event)}, free_text=True)
    if len(subject.label) > _LABEL_LENGTH or len(purpose) > _PURPOSE_LENGTH:
        raise ContentRefused(
            f"{event_type.name}: a label and a purpose have at most 200 characters"
        )
    return event


def _with_absent(actor: Actor, details: Mapping[str, Any]) -> Mapping[str, Any]:
    """Add for whom the actor stood in, so that acts by a deputy can be found by either of the two."""
    if not actor.on_behalf_of:
        return details
    return {**details, "on_behalf_of": actor.on_behalf_of}


def _texts(event: Event) -> list[str]:
    return [
        event.actor_id,
        event.actor_name,
        event.actor_role,
        event.subject_type,
        event.subject_id,
        event.subject_label,
        event.case_reference,
        event.purpose,
        event.request_id,
    ]


def _aware_utc(moment: datetime) -> datetime:
    canonical.microseconds(moment)
    return moment.astimezone(UTC)


def _database_clock() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment.astimezone(UTC)


# One row whatever there is: the database's clock, and whether one of the actor's latest events is the
# same reading. The window of five minutes reaches both ways, because clocks of servers differ.
_LATELY = """SELECT clock_timestamp(), EXISTS (
    SELECT 1 FROM (
        SELECT * FROM audit_event WHERE actor_id = %s ORDER BY id DESC LIMIT %s
    ) latest
    WHERE occurred_at > %s AND occurred_at < %s AND actor_kind = %s AND name = %s
        AND subject_type = %s AND subject_id = %s AND purpose = %s AND outcome = %s
        AND details = %s
)
"""


def _read_lately(wanted: Event) -> tuple[bool, datetime]:
    """Tell whether the same was read within five minutes, and what the database's clock says (1 query)."""
    with connection.cursor() as cursor:
        cursor.execute(
            _LATELY,
            [
                wanted.actor_id,
                _CONSULTATION_DEPTH,
                wanted.occurred_at - CONSULTATION_WINDOW,
                wanted.occurred_at + CONSULTATION_WINDOW,
                wanted.actor_kind,
                wanted.name,
                wanted.subject_type,
                wanted.subject_id,
                wanted.purpose,
                wanted.outcome,
                Jsonb(wanted.details),
            ],
        )
        clock, was_read = cursor.fetchone()
    return was_read, clock


def _clock_beside(clock: datetime) -> datetime:
    """Give the database's clock as it was read beside something else, in UTC."""
    return clock.astimezone(UTC)
