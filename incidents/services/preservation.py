"""Asking an evidence system to keep a recording, and what becomes of the asking.

The request is a committed row before anything is asked, and the question is asked outside every
transaction: an evidence system that is down, slow or killed half way costs delay and no request.
Repeating a request carries the same key, and the same key gets the same receipt.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet

from accounts.models import User
from accounts.roles import Permission
from audit.recorder import record
from audit.registry import EventType
from audit.values import Actor
from incidents.enums import FootageStatus, PreservationState
from incidents.events import (
    PRESERVATION_CONFIRMED,
    PRESERVATION_REFUSED,
    PRESERVATION_REQUESTED,
)
from incidents.footage_sources.errors import (
    FootageGone,
    FootageUnknown,
    PreservationRefused,
    PreservationUnknown,
    SourceUnavailable,
)
from incidents.footage_sources.protocol import HashCheck, PreservationReceipt
from incidents.models import Complaint, FootageLink, Preservation
from incidents.permissions import check_may
from incidents.policies import check_may_preserve
from incidents.services.evidence import ask, ask_patiently, source
from incidents.services.losses import lose
from incidents.services.moving import lock_case
from incidents.services.opening import open_case, open_link

REASON_CODE = "COMPLAINT"
# The states in which the evidence system still owes an answer.
ASKING = (PreservationState.REQUESTED, PreservationState.UNCONFIRMED)
FILE_CHANGED = "On hold, but the file is not the one known before: its SHA-256 differs"


def request_preservation(*, actor: User, link_id: UUID, now: datetime) -> Preservation:
    """Ask for a recording to be kept; return the request with the receipt, or still REQUESTED.

    REQUESTED means that no answer came: the job asks again. A recording that is kept already is
    not asked for twice. Raises NotFound, NotPermitted, NotNow for a closed case or a lost recording.
    """
    link = open_link(actor=actor, link_id=link_id, now=now)
    preservation = _commit_request(actor, link.complaint_id, link_id, now)
    return carry_out(preservation.pk, by=actor.audit_actor(), now=now)


def request_preservation_of_all(*, actor: User, case_id: UUID, now: datetime) -> list[Preservation]:
    """Ask for every recording of a case that is not kept yet, and return what became of each.

    When the evidence system does not answer, the requests are committed all the same and the
    others are left to the job. Raises as `request_preservation` does.
    """
    case = open_case(actor=actor, case_id=case_id, now=now)
    check_may(actor, Permission.PRESERVE_FOOTAGE)
    requests = [
        _commit_request(actor, case.pk, link.pk, now)
        for link in links_to_keep(case).order_by("number")
    ]
    answered = []
    silent = False
    for preservation in requests:
        if not silent:
            preservation = carry_out(preservation.pk, by=actor.audit_actor(), now=now)
            silent = preservation.state == PreservationState.REQUESTED
        answered.append(preservation)
    return answered


def links_to_keep(case: Complaint) -> QuerySet[FootageLink]:
    """List the recordings of a case that nobody keeps yet: not asked, refused, released or in doubt."""
    there = case.footage_links.filter(footage__status=FootageStatus.AVAILABLE)
    kept = Q(preservation__state=PreservationState.PRESERVED) | Q(
        preservation__state=PreservationState.UNCONFIRMED, preservation__file_changed=True
    )
    return there.exclude(pk__in=there.filter(kept).values("pk"))


@transaction.atomic
def _commit_request(actor: User, case_id: UUID, link_id: UUID, now: datetime) -> Preservation:
    case = lock_case(actor=actor, case_id=case_id)
    check_may(actor, Permission.PRESERVE_FOOTAGE)
    link = FootageLink.objects.select_related("footage").get(pk=link_id, complaint=case)
    check_may_preserve(case, link.footage)
    preservation, created = Preservation.objects.get_or_create(
        link=link, defaults={"requested_by": actor, "requested_at": now}
    )
    if not created:
        if preservation.state in {PreservationState.PRESERVED, PreservationState.REQUESTED}:
            return preservation
        # After a refusal or a release the same key would get the same no.
        preservation.state = PreservationState.REQUESTED
        preservation.request_number += 1
        preservation.requested_by = actor
        preservation.requested_at = now
        preservation.last_answer = ""
        preservation.file_changed = False
        preservation.receipt_number, preservation.receipt_at = "", None
        preservation.save()
    _record(PRESERVATION_REQUESTED, link, actor.audit_actor(), now, preservation)
    return preservation


def carry_out(
    preservation_id: UUID, *, by: Actor, now: datetime, patiently: bool = False
) -> Preservation:
    """Put a committed request to the evidence system and keep its answer.

    Must be called outside a transaction. Does nothing when somebody else got the answer already.
    `patiently` waits as long as a job may.
    """
    preservation = _with_recording(preservation_id)
    if preservation.state not in ASKING:
        return preservation
    footage = preservation.link.footage
    asking = ask_patiently if patiently else ask
    try:
        receipt = asking(
            source(footage.source).request_preservation,
            footage.external_id,
            idempotency_key=key_of(preservation),
            reason_code=REASON_CODE,
        )
    except SourceUnavailable as error:
        Preservation.objects.filter(pk=preservation_id, state__in=ASKING).update(
            attempts=F("attempts") + 1, last_attempt_at=now, last_answer=error.message[:300]
        )
    except PreservationRefused as error:
        _keep_refusal(preservation_id, error.message, by=by, now=now)
    except (FootageGone, FootageUnknown) as error:
        lose(footage.pk, reason=error.message, by=by, now=now)
    else:
        _keep_receipt(preservation_id, receipt, by=by, now=now)
    return _with_recording(preservation_id)


def key_of(preservation: Preservation, number: int | None = None) -> str:
    """Make the key of one request: it stays the same however often that request is repeated."""
    return f"{preservation.link_id}:{number or preservation.request_number}"


def _with_recording(preservation_id: UUID) -> Preservation:
    return Preservation.objects.select_related("link__footage").get(pk=preservation_id)


def _lock(preservation_id: UUID) -> Preservation | None:
    """Lock a request that still waits for its answer, after its case; None when it was answered."""
    case_id = Preservation.objects.values_list("link__complaint_id", flat=True).get(
        pk=preservation_id
    )
    Complaint.objects.select_for_update().get(pk=case_id)
    return (
        Preservation.objects.select_for_update(of=("self",))
        .select_related("link__complaint", "link__footage")
        .filter(pk=preservation_id, state__in=ASKING)
        .first()
    )


@transaction.atomic
def _keep_receipt(
    preservation_id: UUID, receipt: PreservationReceipt, *, by: Actor, now: datetime
) -> None:
    preservation = _lock(preservation_id)
    if preservation is None or receipt.idempotency_key != key_of(preservation):
        return
    if receipt.number == preservation.receipt_number:
        # The same promise repeated, while a check did not see it kept: still in doubt.
        return
    footage = preservation.link.footage
    changed = receipt.hash_check == HashCheck.DIFFERENT or (
        footage.sha256 not in ("", receipt.sha256)
    )
    preservation.state = PreservationState.UNCONFIRMED if changed else PreservationState.PRESERVED
    preservation.file_changed = changed
    preservation.attempts += 1
    preservation.last_attempt_at = now
    preservation.last_answer = FILE_CHANGED if changed else ""
    preservation.receipt_number = receipt.number
    preservation.receipt_at = receipt.issued_at
    preservation.sha256 = receipt.sha256
    preservation.verified_at = now
    preservation.save()
    if not footage.sha256:
        footage.sha256 = receipt.sha256
        footage.save(update_fields=["sha256"])
    details = {"receipt": receipt.number, "sha256": receipt.sha256, "unchanged": not changed}
    _record(PRESERVATION_CONFIRMED, preservation.link, by, now, preservation, details)


@transaction.atomic
def _keep_refusal(preservation_id: UUID, answer: str, *, by: Actor, now: datetime) -> None:
    preservation = _lock(preservation_id)
    if preservation is None:
        return
    preservation.state = PreservationState.REFUSED
    preservation.attempts += 1
    preservation.last_attempt_at = now
    preservation.last_answer = answer[:300]
    preservation.save()
    _record(PRESERVATION_REFUSED, preservation.link, by, now, preservation, said=answer)


def _record(
    event: EventType,
    link: FootageLink,
    by: Actor,
    now: datetime,
    preservation: Preservation,
    details: dict[str, object] | None = None,
    said: str = "",
) -> None:
    record(
        event,
        actor=by,
        subject=link.audit_subject(),
        now=now,
        details={"request": key_of(preservation), **(details or {})},
        personal={"answer": said} if said else {},
    )


def release_holds_of(case: Complaint) -> None:
    """Tell the evidence systems to let go of every recording of a case; repeating it is no error.

    For disposal alone, outside a transaction. Raises SourceUnavailable when one does not answer,
    so that the disposal waits.
    """
    requests = Preservation.objects.filter(link__complaint=case).select_related("link__footage")
    for preservation in requests:
        footage = preservation.link.footage
        for number in range(1, preservation.request_number + 1):
            try:
                ask_patiently(
                    source(footage.source).release_preservation,
                    footage.external_id,
                    idempotency_key=key_of(preservation, number),
                )
            except (PreservationUnknown, FootageUnknown, FootageGone):
                continue
        Preservation.objects.filter(pk=preservation.pk).update(state=PreservationState.RELEASED)
