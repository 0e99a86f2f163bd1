"""Carrying out an approved disposal, once, whatever is killed on the way.

Three steps per record, each durable before the next:

1. lock the case, ask in further statements whether it may still go, mark it DESTROYING;
2. tell the evidence systems to let go of the recordings (repeatable);
3. delete the content, read back that it is gone, issue the certificate, mark it DESTROYED.

A crash after 1 is finished by the next run, because DESTROYING is durable; nothing goes back from
there. A record that fails is marked with its reason and does not stop the others.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef

from audit import context
from audit.recorder import erase_personal, record
from audit.values import Actor
from incidents.models import Complaint
from incidents.references import make_reference
from incidents.services.erasure import count_record, erase_record
from incidents.services.moving import move
from incidents.services.preservation import release_holds_of
from retention.enums import DisposalState
from retention.events import DESTROYED, DESTROYING, DISPOSAL_FAILED
from retention.models import Certificate, Disposal, DisposalApproval, Hold, RetentionClock
from retention.policies import why_not_destroy
from retention.services.clocks import london_day
from retention.services.disposing import drop_void_approvals
from reviews.services.erasure import count_judgements, erase_judgements

log = structlog.get_logger("retention.destroying")

JOB = Actor(kind="JOB", id="retention.dispose_approved", name="Disposal job")
RETRY_AFTER = timedelta(minutes=15)
METHOD = "Rows deleted from the portal's database; evidence systems told to end their holds"


class NotGone(Exception):
    """Content could still be read back after it was deleted."""


class HeldAfterAll(Exception):
    """A hold got past the guard of the database: content that is left stays, and people are told."""


def dispose_approved(*, limit: int = 1000) -> list[Certificate]:
    """Carry out every disposal whose quarantine has passed, and finish those begun before.

    The database's clock decides. Safe to run in several places at once: a record that another
    run holds is skipped. Returns the certificates issued in this run.
    """
    now = _database_now()
    _send_back_void(now)
    waiting = Disposal.objects.filter(
        state__in=[DisposalState.APPROVED, DisposalState.DESTROYING]
    ).exclude(retry_after__gt=now)
    due = waiting.exclude(state=DisposalState.APPROVED, act_after__gt=now)
    issued = []
    for disposal_id in list(due.order_by("due_on", "id").values_list("pk", flat=True)[:limit]):
        try:
            certificate = _dispose(disposal_id)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one record, the others go on
            _note_failure(disposal_id, error)
            continue
        if certificate is not None:
            issued.append(certificate)
    return issued


def _send_back_void(now: datetime) -> None:
    """Take back what was approved by somebody whose account has been closed since."""
    void = DisposalApproval.objects.void().filter(disposal=OuterRef("pk"))
    waiting = [DisposalState.PROPOSED, DisposalState.APPROVED]
    approved = Disposal.objects.filter(Exists(void), state__in=waiting)
    for disposal_id in list(approved.values_list("pk", flat=True)):
        with transaction.atomic():
            locked = _lock(disposal_id)
            if locked is not None and locked[0].state in waiting:
                drop_void_approvals(locked[0], now=now)


def _database_now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row: tuple[datetime] = cursor.fetchone()
    return row[0]


def _lock(disposal_id: UUID) -> tuple[Disposal, Complaint] | None:
    # The case is the first row locked, as everywhere; SKIP LOCKED leaves it to whoever has it.
    case_id = Disposal.objects.values_list("complaint_id", flat=True).get(pk=disposal_id)
    case = Complaint.objects.select_for_update(skip_locked=True).filter(pk=case_id).first()
    if case is None:
        return None
    # `self` alone: the rule is shared by many records, and locking it would make every other run,
    # and everybody who finalises a case under it, wait for this one.
    disposal = Disposal.objects.select_for_update(of=("self",)).select_related("rule")
    return disposal.get(pk=disposal_id), case


def _dispose(disposal_id: UUID) -> Certificate | None:
    if not _begin(disposal_id):
        return None
    _let_go(disposal_id)
    return _finish(disposal_id)


@transaction.atomic
def _begin(disposal_id: UUID) -> bool:
    """Mark the record DESTROYING if it may still go. True when it is to be finished."""
    locked = _lock(disposal_id)
    if locked is None:
        return False
    disposal, case = locked
    if disposal.state == DisposalState.DESTROYING:
        return True
    now = _database_now()
    if disposal.act_after is None or disposal.act_after > now:
        return False
    reason = why_not_destroy(disposal, case, today=london_day(now))
    if reason:
        log.info("disposal_waits", disposal_id=str(disposal_id), reason=reason)
        return False
    disposal.state = DisposalState.DESTROYING
    disposal.destroying_since = now
    disposal.counts = {
        kind: count
        for kind, count in {**count_judgements(case), **count_record(case)}.items()
        if count
    }
    disposal.save()
    # A connection with an older snapshot (REPEATABLE READ) would not see DESTROYING after it waited
    # for the case's row; that the row has changed makes the database refuse its hold.
    Complaint.objects.filter(pk=case.pk).update(version=F("version") + 1)
    record(
        DESTROYING,
        actor=JOB,
        subject=disposal.audit_subject(),
        now=now,
        details={"rule": disposal.rule.code, "rule_version": disposal.rule.version},
    )
    return True


def _let_go(disposal_id: UUID) -> None:
    disposal = Disposal.objects.select_related("complaint").get(pk=disposal_id)
    release_holds_of(disposal.complaint)


@transaction.atomic
def _finish(disposal_id: UUID) -> Certificate | None:
    """Delete the content, verify, certify. None when another run finished first."""
    locked = _lock(disposal_id)
    if locked is None:
        return None
    disposal, case = locked
    if disposal.state != DisposalState.DESTROYING:
        return None
    if case.holds.filter(released_at__isnull=True).exists():
        raise HeldAfterAll
    now = _database_now()
    clock = RetentionClock.objects.get(complaint=case)
    number = make_reference("DC", now=now)
    body = certificate_body(disposal, case, clock, number=number, now=now)
    erase_judgements(case)
    Hold.objects.filter(complaint=case).delete()
    clock.delete()
    move(case, "destroy")
    erase_record(case, now=now)
    left = {**count_judgements(case), **count_record(case)}
    if any(left.values()):
        raise NotGone(", ".join(kind for kind, count in left.items() if count))
    body["personal_parts_of_events_erased"] = erase_personal(
        case_id=case.pk, certificate_number=number, actor=JOB, now=now
    )
    disposal.state = DisposalState.DESTROYED
    disposal.destroyed_at = now
    disposal.last_failure = ""
    disposal.retry_after = None
    disposal.save()
    _blank_approval_reasons(disposal)
    certificate = Certificate.objects.create(
        number=number,
        disposal=disposal,
        complaint=case,
        issued_at=now,
        body=body,
        digest=digest_of(body),
    )
    record(
        DESTROYED,
        actor=JOB,
        subject=certificate.audit_subject(),
        now=now,
        details={
            "rule": disposal.rule.code,
            "rule_version": disposal.rule.version,
            "certificate_digest": certificate.digest,
        },
    )
    return certificate


def _blank_approval_reasons(disposal: Disposal) -> None:
    # What an approver considered may speak of the case's content, so it goes with the content.
    disposal.approvals.update(reason="")


def certificate_body(
    disposal: Disposal, case: Complaint, clock: RetentionClock, *, number: str, now: datetime
) -> dict[str, Any]:
    """Write what the certificate says: why, what, who, how. It holds no content of the record."""
    approvals = disposal.approvals.select_related("approver__person").order_by("approved_at", "id")
    return {
        "number": number,
        "record": case.reference,
        "record_id": str(case.pk),
        "handled_by_team": case.team.name,
        "logged_on": london_day(case.logged_at).isoformat(),
        "finalised_on": london_day(case.finalised_at).isoformat() if case.finalised_at else None,
        "rule": {
            "code": disposal.rule.code,
            "version": disposal.rule.version,
            "label": disposal.rule.label,
            "source": disposal.rule.source,
        },
        "arithmetic": clock.arithmetic,
        "due_on": disposal.due_on.isoformat(),
        "proposed_at": disposal.proposed_at.isoformat(),
        "approvals": [
            {
                "by": approval.approver.display_name,
                "at": approval.approved_at.isoformat(),
            }
            for approval in approvals
        ],
        "destroyed": disposal.counts,
        "destroyed_at": now.isoformat(),
        "method": METHOD,
        "verified": "Every kind was counted again after deletion: none left",
        "run": context.current().request_id,
    }


def digest_of(body: dict[str, Any]) -> str:
    """Return the SHA-256 of a certificate's body, in canonical JSON, as hex."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _note_failure(disposal_id: UUID, error: Exception) -> None:
    """Remember that a record could not be destroyed, for people to see, and try it later.

    Nothing is noted of a record that somebody else has locked or finished meanwhile: there the
    failure was the collision, and the next run looks again.
    """
    reason = type(error).__name__
    log.error("disposal_failed", disposal_id=str(disposal_id), reason=reason, exc_info=error)
    with transaction.atomic():
        locked = _lock(disposal_id)
        if locked is None or locked[0].state == DisposalState.DESTROYED:
            return
        disposal, case = locked
        disposal.complaint = case
        now = _database_now()
        disposal.failures += 1
        disposal.last_failure = reason
        disposal.retry_after = now + RETRY_AFTER
        disposal.save()
        record(
            DISPOSAL_FAILED,
            actor=JOB,
            subject=disposal.audit_subject(),
            now=now,
            details={"failures": disposal.failures, "reason": reason},
        )
