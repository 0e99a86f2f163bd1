"""What the jobs do every night and every quarter of an hour, one recording at a time.

Each recording has its own transactions, so that one that cannot be checked never stops the rest,
and every run may be repeated or run twice at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, transaction

from accounts.models import User
from accounts.roles import Permission
from audit.recorder import record
from audit.values import Actor
from bwcportal import phrasing
from bwcportal.errors import DomainError
from incidents.enums import FootageStatus, PreservationState
from incidents.events import (
    PRESERVATION_CHECKED,
    PRESERVATION_CONFIRMED,
    PRESERVATION_UNCONFIRMED,
)
from incidents.footage_sources import protocol
from incidents.footage_sources.errors import FootageUnknown, SourceUnavailable
from incidents.footage_sources.protocol import PreservationStatus
from incidents.models import Complaint, FootageItem, FootageLink, Preservation
from incidents.permissions import check_may
from incidents.policies import check_may_report_on
from incidents.services.evidence import ask, ask_patiently, source
from incidents.services.losses import JOB, lose
from incidents.services.opening import open_link
from incidents.services.preservation import ASKING, FILE_CHANGED, carry_out

log = structlog.get_logger("incidents.footage")

UNKNOWN_NOW = "The evidence system no longer knows this recording"
VANISHED = "The evidence system no longer has this recording and has no record of deleting it"
HOLD_NOT_SEEN = "The evidence system does not show the hold it gave a receipt for"
# After so many silent answers in a row the evidence system is down; the next run goes on.
SILENCES_UNTIL_GIVING_UP = 3


@dataclass(frozen=True)
class RunReport:
    """What one run did, in numbers. `unanswered` recordings are met again by the next run."""

    looked_at: int = 0
    kept: int = 0
    in_doubt: int = 0
    refused: int = 0
    lost: int = 0
    unanswered: int = 0
    failed: int = 0

    def in_words(self) -> str:
        """Say the numbers on one line."""
        return (
            f"{self.looked_at} looked at: {self.kept} preserved, {self.in_doubt} unconfirmed, "
            f"{self.refused} refused, {self.lost} lost, {self.unanswered} without an answer, "
            f"{self.failed} failed"
        )


def recheck_preservation(*, now: datetime) -> RunReport:
    """Check with the evidence systems that every recording in use is there, kept and unchanged."""
    ids = (
        FootageItem.objects.filter(status=FootageStatus.AVAILABLE, links__isnull=False)
        .order_by("auto_delete_at", "pk")
        .values_list("pk", flat=True)
    )
    return _run(dict.fromkeys(ids), lambda pk: _check(pk, by=JOB, now=now, patiently=True))


def retry_preservation(*, now: datetime) -> RunReport:
    """Put every request that has no answer, or whose hold was not seen, to the evidence system again."""
    ids = (
        Preservation.objects.filter(
            state__in=ASKING, file_changed=False, link__footage__status=FootageStatus.AVAILABLE
        )
        .order_by("link__footage__auto_delete_at", "pk")
        .values_list("pk", flat=True)
    )

    def again(pk: UUID) -> str:
        return _word_for(carry_out(pk, by=JOB, now=now, patiently=True))

    return _run(dict.fromkeys(ids), again)


def check_preservation(*, actor: User, link_id: UUID, now: datetime) -> str:
    """Check one recording now, and say what was seen: kept, in_doubt, lost or looked_at.

    Raises NotFound, NotPermitted, NotNow for a closed case, SourceUnavailable.
    """
    link = open_link(actor=actor, link_id=link_id, now=now)
    check_may(actor, Permission.PRESERVE_FOOTAGE)
    check_may_report_on(link.complaint)
    with transaction.atomic():
        record(
            PRESERVATION_CHECKED,
            actor=actor.audit_actor(),
            subject=link.audit_subject(),
            now=now,
        )
    return _check(link.footage_id, by=actor.audit_actor(), now=now, patiently=False)


def _run(ids: Iterable[Any], act: Callable[[Any], str]) -> RunReport:
    counts: Counter[str] = Counter()
    silences = 0
    for pk in ids:
        try:
            word = act(pk)
        except SourceUnavailable:
            word = "unanswered"
        except (DomainError, DatabaseError, ObjectDoesNotExist):
            log.exception("footage_job_item_failed", item_id=str(pk))
            word = "failed"
        counts["looked_at"] += 1
        counts[word] += word != "looked_at"
        silences = silences + 1 if word == "unanswered" else 0
        if silences == SILENCES_UNTIL_GIVING_UP:
            log.warning("evidence_system_silent", looked_at=counts["looked_at"])
            break
    return RunReport(**counts)


def _word_for(preservation: Preservation) -> str:
    if preservation.link.footage.status == FootageStatus.LOST:
        return "lost"
    return {
        PreservationState.PRESERVED: "kept",
        PreservationState.UNCONFIRMED: "in_doubt",
        PreservationState.REQUESTED: "unanswered",
        PreservationState.REFUSED: "refused",
    }.get(PreservationState(preservation.state), "looked_at")


def _check(footage_id: UUID, *, by: Actor, now: datetime, patiently: bool) -> str:
    """Ask after one recording and keep what was seen."""
    footage = FootageItem.objects.get(pk=footage_id)
    # Read before asking: a receipt that comes while the question is under way is not judged by it.
    receipts = dict(
        Preservation.objects.filter(
            link__footage=footage,
            state__in=[PreservationState.PRESERVED, PreservationState.UNCONFIRMED],
        ).values_list("pk", "receipt_number")
    )
    asking = ask_patiently if patiently else ask
    try:
        status = asking(
            source(footage.source).preservation_status,
            footage.external_id,
            verify_hash=bool(receipts),
        )
    except FootageUnknown:
        lose(footage_id, reason=UNKNOWN_NOW, by=by, now=now)
        return "lost"
    if status.state == protocol.PreservationState.GONE:
        lose(footage_id, reason=_how_gone(status), by=by, now=now)
        return "lost"
    return _keep_what_was_seen(footage_id, receipts, status, by=by, now=now)


def _how_gone(status: PreservationStatus) -> str:
    if status.gone_at is None:
        return VANISHED
    return f"The evidence system auto-deleted it on {phrasing.sentence_date(status.gone_at)}"


@transaction.atomic
def _keep_what_was_seen(
    footage_id: UUID,
    receipts: dict[UUID, str],
    status: PreservationStatus,
    *,
    by: Actor,
    now: datetime,
) -> str:
    case_ids = FootageLink.objects.filter(footage_id=footage_id).values("complaint_id")
    list(Complaint.objects.select_for_update().filter(pk__in=case_ids).order_by("pk"))
    FootageItem.objects.filter(pk=footage_id).update(auto_delete_at=status.auto_delete_at)
    held = (
        Preservation.objects.select_for_update(of=("self",))
        .select_related("link__complaint", "link__footage")
        .filter(
            pk__in=receipts, state__in=[PreservationState.PRESERVED, PreservationState.UNCONFIRMED]
        )
    )
    doubts = 0
    judged = [each for each in held if each.receipt_number == receipts[each.pk]]
    for preservation in judged:
        preservation.file_changed = _is_changed(preservation, status)
        hold_seen = preservation.receipt_number in status.receipt_numbers
        doubt = "" if hold_seen else HOLD_NOT_SEEN
        doubts += bool(doubt or preservation.file_changed)
        _judge(
            preservation,
            doubt or (FILE_CHANGED if preservation.file_changed else ""),
            by=by,
            now=now,
        )
    if not judged:
        return "looked_at"
    return "in_doubt" if doubts else "kept"


def _is_changed(preservation: Preservation, status: PreservationStatus) -> bool:
    known = preservation.link.footage.sha256 or preservation.sha256
    return bool(status.sha256) and status.sha256 != known


def _judge(preservation: Preservation, doubt: str, *, by: Actor, now: datetime) -> None:
    """Keep the result of a check; only a change of state is an event."""
    seen = PreservationState.UNCONFIRMED if doubt else PreservationState.PRESERVED
    changed = preservation.state != seen
    preservation.state = seen
    preservation.last_checked_at = now
    preservation.last_answer = doubt
    if not doubt:
        preservation.verified_at = now
    preservation.save()
    if changed:
        record(
            PRESERVATION_UNCONFIRMED if doubt else PRESERVATION_CONFIRMED,
            actor=by,
            subject=preservation.link.audit_subject(),
            now=now,
            details={"receipt": preservation.receipt_number},
            personal={"answer": doubt} if doubt else {},
        )
