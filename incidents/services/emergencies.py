"""Opening a case in an emergency, telling who must know at once, and ending it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from accounts.models import User
from accounts.people import holders_of
from accounts.roles import Permission, Role
from audit.recorder import Outcome, record, record_alone
from audit.selectors import search
from audit.values import Subject
from bwcportal.errors import Invalid, NotFound, NotNow, NotPermitted
from incidents.case_policies import check_reason
from incidents.emergency_policies import check_may_end, check_not_acting
from incidents.enums import NoticeRole
from incidents.events import (
    EMERGENCY_ACKNOWLEDGED,
    EMERGENCY_ENDED,
    EMERGENCY_OPENED,
    EMERGENCY_REFUSED,
)
from incidents.models import Complaint, EmergencyAccess, EmergencyNotice
from incidents.permissions import check_may
from incidents.selectors.seers import accounts_that_see

# One sentence for a reference that is absent, restricted, destroyed or of a case from which the
# person is kept out. It must not be possible to tell which.
NOT_OPENED = (
    "No case with this reference can be opened in an emergency. Check it with whoever told you"
)
OPEN_ALREADY = "This case is open to you already. Find it under Cases"
# Ten wrong references in an hour is not a slip of the pen.
MOST_REFUSALS = 10
REFUSALS_WITHIN = timedelta(hours=1)


def open_in_emergency(
    *, actor: User, reference: str, reason: str, now: datetime
) -> EmergencyAccess:
    """Open a case to the actor for `settings.EMERGENCY_ACCESS_HOURS`, and tell who must know.

    `reference` is the whole one, in upper or lower case. The same words and the same work answer a
    case that is absent, restricted, destroyed or kept from the actor: Invalid at `reference`, and
    the refusal is recorded. Raises NotPermitted, NotNow while acting for somebody or after many
    refusals, Invalid at `reason` or for a case that is open to the actor already. Must not be
    called inside a transaction, because a refusal is recorded alone.
    """
    check_may(actor, Permission.BREAK_GLASS)
    check_not_acting(actor)
    if actor.opens_no_case:
        raise NotPermitted(
            "An administrator opens no case. Ask a supervisor or an appropriate authority",
            code="administrator",
        )
    text = check_reason(reason)
    typed = " ".join(reference.split())
    if not typed:
        raise Invalid("Enter the reference of the case", field="reference")
    _check_not_guessing(actor, now)
    opened = _open(actor, typed, text, now)
    if opened is None:
        record_alone(
            EMERGENCY_REFUSED,
            actor=actor.audit_actor(),
            subject=Subject("case_reference", "", ""),
            now=now,
            personal={"reference": typed[:60], "reason": text},
            outcome=Outcome.DENIED,
        )
        raise Invalid(NOT_OPENED, code="not_opened", field="reference")
    return opened


@transaction.atomic
def acknowledge(*, actor: User, notice_id: UUID, now: datetime) -> EmergencyNotice:
    """Record that the actor knows of an emergency access; a second time changes nothing.

    A deputy may do it for the absent person, but nobody for their own opening. Raises NotFound for
    a notice that is not the actor's or whose case is hidden from them by now.
    """
    notice = (
        EmergencyNotice.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .select_related("emergency__complaint")
        .filter(pk=notice_id, account_id=actor.principal.pk)
        .exclude(emergency__account__person_id__in=actor.person_ids)
        .first()
    )
    if notice is None:
        raise NotFound
    if notice.acknowledged_at is None:
        notice.acknowledged_at = now
        notice.acknowledged_by = actor
        notice.save(update_fields=["acknowledged_at", "acknowledged_by"])
        record(
            EMERGENCY_ACKNOWLEDGED,
            actor=actor.audit_actor(),
            subject=notice.emergency.audit_subject(),
            now=now,
            details={"told_as": notice.told_as},
        )
    return notice


@transaction.atomic
def end_emergency(*, actor: User, emergency_id: UUID, now: datetime) -> EmergencyAccess:
    """End an emergency access at this second: by who opened it, or by who oversees access.

    Raises NotFound, NotPermitted for anybody else, NotNow when it is over.
    """
    access = lock_emergency(actor=actor, emergency_id=emergency_id)
    check_may_end(actor, access)
    if not access.is_open(now):
        raise NotNow("This emergency access is over already", code="emergency_over")
    access.ended_at = now
    access.ended_by = actor
    access.review_due_at = now + timedelta(days=settings.EMERGENCY_REVIEW_DAYS)
    access.save(update_fields=["ended_at", "ended_by", "review_due_at"])
    record(
        EMERGENCY_ENDED,
        actor=actor.audit_actor(),
        subject=access.audit_subject(),
        now=now,
        details={"account": access.account_id},
    )
    return access


def lock_emergency(*, actor: User, emergency_id: UUID) -> EmergencyAccess:
    """Lock one emergency access that the actor may know of, until the end of the transaction.

    Raises NotFound when it is absent or hidden.
    """
    access: EmergencyAccess | None = (
        EmergencyAccess.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .select_related("complaint", "account__person")
        .filter(pk=emergency_id)
        .first()
    )
    if access is None:
        raise NotFound
    return access


@transaction.atomic
def _open(actor: User, typed: str, reason: str, now: datetime) -> EmergencyAccess | None:
    known = Complaint.objects.visible_to(actor).filter(reference=typed.upper())
    is_known = known.exists()
    case = (
        Complaint.objects.openable_in_emergency(actor)
        .select_for_update(of=("self",))
        .filter(reference=typed.upper())
        .first()
    )
    # Asked only now, so that every refusal has done the same work.
    if is_known:
        raise Invalid(OPEN_ALREADY, code="open_already", field="reference")
    if case is None:
        return None
    expires_at = now + timedelta(hours=settings.EMERGENCY_ACCESS_HOURS)
    access = EmergencyAccess.objects.create(
        complaint=case,
        account=actor,
        reason=reason,
        opened_at=now,
        expires_at=expires_at,
        review_due_at=expires_at + timedelta(days=settings.EMERGENCY_REVIEW_DAYS),
    )
    told = _tell(access, case, now)
    record(
        EMERGENCY_OPENED,
        actor=actor.audit_actor(),
        subject=access.audit_subject(),
        now=now,
        details={"until": expires_at, "told": told},
        personal={"reason": reason},
    )
    return access


def _tell(access: EmergencyAccess, case: Complaint, now: datetime) -> list[str]:
    """Make the notices of an opening and return the ids of the accounts that are told."""
    seers = accounts_that_see(case, now=now).exclude(person_id__in=access.account.person.ids)
    chosen: dict[User, NoticeRole] = {}
    for role in (Role.APPROPRIATE_AUTHORITY, Role.AUDITOR):
        for account in holders_of(role).filter(pk__in=seers.values("pk")):
            chosen[account] = NoticeRole.OVERSEER
    for account in _owners(case, list(seers)):
        chosen[account] = NoticeRole.OWNER
    EmergencyNotice.objects.bulk_create(
        EmergencyNotice(emergency=access, account=account, told_as=told_as, made_at=now)
        for account, told_as in chosen.items()
    )
    return sorted(str(account.pk) for account in chosen)


def _owners(case: Complaint, seers: list[User]) -> list[User]:
    """Find whose case it is: the investigator, else its supervisor, else the team's supervisors."""
    for wanted in (case.investigator_id, case.supervisor_id):
        found = [account for account in seers if account.pk == wanted]
        if found:
            return found
    known = {account.pk for account in seers}
    supervisors = holders_of(Role.SUPERVISOR, teams=[case.team_id])
    return [account for account in supervisors if account.pk in known]


def _check_not_guessing(actor: User, now: datetime) -> None:
    lately = search(
        name=EMERGENCY_REFUSED.name,
        actor_id=str(actor.pk),
        since=now - REFUSALS_WITHIN,
        limit=MOST_REFUSALS,
    )
    if len(lately.rows) >= MOST_REFUSALS:
        raise NotNow(
            "Too many references that could not be opened. Wait an hour, or ask the team that "
            "has the case",
            code="too_many_refusals",
        )
