"""Linking two cases that belong together. Both must be known to who links them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from celery import current_app
from django.db import transaction

from accounts.models import User
from accounts.roles import Permission
from audit.recorder import record
from audit.registry import EventType
from bwcportal.errors import Invalid, NotFound
from incidents.case_policies import check_reason
from incidents.events import CASES_LINKED, CASES_UNLINKED
from incidents.models import Complaint, ComplaintLink
from incidents.permissions import check_may
from incidents.services.moving import lock_case


@transaction.atomic
def link_cases(
    *, actor: User, case_id: UUID, other: str, reason: str, now: datetime
) -> ComplaintLink:
    """Link a case to the one with this reference, with a reason, and return the link.

    A hidden case is answered like one that does not exist. Raises NotFound, NotPermitted, or
    Invalid with the field `other` or `reason`.
    """
    case = lock_case(actor=actor, case_id=case_id)
    check_may(actor, Permission.MANAGE_CASE)
    text = check_reason(reason)
    typed = other.strip()
    found = Complaint.objects.visible_to(actor).filter(reference__iexact=typed).first()
    if found is None or found.pk == case.pk:
        raise Invalid(
            f"Enter the reference of another case that you can see. You entered {typed}",
            field="other",
        )
    first, second = sorted((case, found), key=lambda each: each.pk)
    if ComplaintLink.objects.in_force().filter(first=first, second=second).exists():
        raise Invalid("These two cases are linked already", field="other")
    link = ComplaintLink.objects.create(
        first=first, second=second, reason=text, made_by=actor, made_at=now
    )
    _record(CASES_LINKED, actor, link, now=now)
    _recheck_later()
    return link


@transaction.atomic
def unlink_cases(*, actor: User, case_id: UUID, other_id: UUID, reason: str, now: datetime) -> None:
    """End the link between two cases, with a reason; it stays as what was.

    Raises NotFound, NotPermitted, or Invalid at `reason`.
    """
    case = lock_case(actor=actor, case_id=case_id)
    check_may(actor, Permission.MANAGE_CASE)
    text = check_reason(reason)
    other = Complaint.objects.visible_to(actor).filter(pk=other_id).first()
    if other is None:
        raise NotFound
    ids = sorted((case.pk, other.pk))
    link = (
        ComplaintLink.objects.in_force()
        .select_for_update()
        .filter(first_id=ids[0], second_id=ids[1])
        .first()
    )
    if link is None:
        raise NotFound
    link.ended_at, link.ended_by, link.end_reason = now, actor, text
    link.save(update_fields=["ended_at", "ended_by", "end_reason"])
    _record(CASES_UNLINKED, actor, link, now=now)
    _recheck_later()


def _record(event: EventType, actor: User, link: ComplaintLink, *, now: datetime) -> None:
    """Record it in neither case's record, whose readers may not know of the other."""
    record(
        event,
        actor=actor.audit_actor(),
        subject=link.audit_subject(),
        now=now,
        details={"first": str(link.first_id), "second": str(link.second_id)},
    )


def _recheck_later() -> None:
    transaction.on_commit(
        lambda: current_app.send_task("incidents.recheck_conflicts", queue="footage")
    )
