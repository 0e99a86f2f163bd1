"""Recordings that an evidence system no longer has: a loss is a fact of every case that uses them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.roles import Permission
from audit.recorder import record
from audit.values import Actor
from bwcportal.errors import Invalid, NotNow
from incidents.enums import FootageStatus
from incidents.events import FOOTAGE_LOST
from incidents.footage_sources.errors import FootageDamaged, FootageGone, FootageUnknown
from incidents.footage_sources.protocol import HashCheck, PreservationState
from incidents.models import Complaint, FootageItem, FootageLink
from incidents.permissions import check_may
from incidents.policies import check_may_report_on
from incidents.services.evidence import ask, source
from incidents.services.moving import lock_case
from incidents.services.opening import open_link

JOB = Actor(kind="JOB", id="incidents.footage", name="Footage job")
REASON_LENGTH = 200
SEEN_GONE = "The evidence system no longer holds it as it was"


def mark_lost(*, actor: User, link_id: UUID, reason: str, now: datetime) -> FootageItem:
    """Report that a recording is lost, and return it.

    The evidence system is asked first: what it still holds whole and unchanged is not lost, and
    nobody can hide a recording by saying so. Reporting twice changes nothing. Raises NotFound,
    NotPermitted, NotNow, Invalid without a reason, SourceUnavailable.
    """
    link = open_link(actor=actor, link_id=link_id, now=now)
    check_may(actor, Permission.PRESERVE_FOOTAGE)
    check_may_report_on(link.complaint)
    reason = reason.strip()
    if not reason:
        raise Invalid("Enter how the recording was lost, and who said so", field="reason")
    if len(reason) > REASON_LENGTH:
        raise Invalid(f"Use {REASON_LENGTH} characters at most", field="reason")
    if link.footage.status == FootageStatus.AVAILABLE:
        _check_is_really_lost(link.footage)
        lose(
            link.footage_id, reason=reason, by=actor.audit_actor(), reporter=(actor, link), now=now
        )
    return FootageItem.objects.get(pk=link.footage_id)


def _check_is_really_lost(footage: FootageItem) -> None:
    """Raise NotNow when the evidence system holds the recording as it was."""
    asked = source(footage.source)
    try:
        ask(asked.describe, footage.external_id)
        status = ask(asked.preservation_status, footage.external_id)
    except (FootageGone, FootageUnknown, FootageDamaged):
        return
    changed = status.hash_check == HashCheck.DIFFERENT or (
        footage.sha256 and status.sha256 and footage.sha256 != status.sha256
    )
    if status.state != PreservationState.GONE and not changed:
        raise NotNow(
            "The evidence system still holds this recording, whole and unchanged. "
            "It is not lost: ask for it to be preserved",
            code="not_lost",
        )


@transaction.atomic
def lose(
    footage_id: UUID,
    *,
    reason: str,
    by: Actor,
    now: datetime,
    reporter: tuple[User, FootageLink] | None = None,
) -> bool:
    """Mark a recording LOST in every case that uses it; False when it was marked already.

    `by` is who noticed. In the history of other cases than the reporter's the job stands in for
    them: who works on one case is not told in another.
    """
    _lock_cases_of(footage_id)
    if reporter is not None:
        actor, own = reporter
        check_may_report_on(lock_case(actor=actor, case_id=own.complaint_id))
    footage = FootageItem.objects.select_for_update().get(pk=footage_id)
    # From here on no further case can attach it; one that just did is locked now.
    cases = _lock_cases_of(footage_id)
    if footage.status == FootageStatus.LOST:
        return False
    footage.status = FootageStatus.LOST
    footage.lost_noticed_at = now
    footage.lost_reason = SEEN_GONE if reporter else reason[:REASON_LENGTH]
    footage.save(update_fields=["status", "lost_noticed_at", "lost_reason"])
    if reporter is not None:
        # What somebody typed names people and the matter: it stays in the case it was typed in.
        FootageLink.objects.filter(pk=reporter[1].pk).update(loss_reported=reason[:REASON_LENGTH])
    for link in footage.links.select_related("complaint").order_by("complaint_id"):
        case = cases[link.complaint_id]
        case.version += 1
        case.save(update_fields=["version"])
        told_here = reporter is None or link.pk == reporter[1].pk
        record(
            FOOTAGE_LOST,
            actor=by if told_here else JOB,
            subject=link.audit_subject(),
            now=now,
            details={"footage_id": footage.pk, "external_id": footage.external_id},
            personal={"reason": reason} if told_here else {},
        )
    return True


def _lock_cases_of(footage_id: UUID) -> dict[UUID, Complaint]:
    """Lock every case that uses a recording, always in the same order."""
    case_ids = FootageLink.objects.filter(footage_id=footage_id).values("complaint_id")
    cases = Complaint.objects.select_for_update().filter(pk__in=case_ids).order_by("pk")
    return {case.pk: case for case in cases}
