"""Keeping a person out of a case, and ending that. To them the case does not exist from then on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.grants import in_force
from accounts.models import Person, User
from accounts.roles import Permission
from audit.recorder import record
from bwcportal.errors import Invalid, NotFound, NotNow
from incidents.case_policies import check_reason
from incidents.enums import CaseState, ExclusionKind
from incidents.events import EXCLUSION_ENDED, PERSON_EXCLUDED
from incidents.kept_out import is_kept_out, kept_out_of
from incidents.models import CaseExclusion, Complaint, ComplaintGrant
from incidents.permissions import check_may
from incidents.services.moving import lock_case
from incidents.services.unassigning import unassign_kept_out


@transaction.atomic
def exclude_person(
    *, actor: User, case_id: UUID, person: Person, reason: str, now: datetime
) -> Complaint:
    """Keep a human being out of a case, with a reason, and return the case.

    If the case was given to them it is taken from them. People may keep themselves out. Raises
    NotFound, NotPermitted, NotNow for a destroyed case or when nobody could open it any more, or
    Invalid with the field `person` or `reason`.
    """
    case = lock_case(actor=actor, case_id=case_id)
    check_may(actor, Permission.GRANT_ACCESS)
    if case.state == CaseState.DESTROYED:
        raise NotNow("The case is destroyed: there is nothing left to open", code="wrong_state")
    text = check_reason(reason)
    if is_kept_out(case, person):
        raise Invalid(f"{person.title} is kept out of this case already", field="person")
    CaseExclusion.objects.create(
        complaint=case,
        person=person,
        kind=ExclusionKind.DECLARED,
        reason=text,
        made_by=actor,
        made_at=now,
    )
    _check_somebody_is_left(case, now)
    case.version += 1
    case.save(update_fields=["version"])
    record(
        PERSON_EXCLUDED,
        actor=actor.audit_actor(),
        subject=case.audit_part("exclusion", person.pk, ""),
        now=now,
        details={"person": person.pk},
        personal={"name": person.title, "reason": text},
    )
    unassign_kept_out(case, by=actor, now=now)
    return case


@transaction.atomic
def end_exclusion(
    *, actor: User, case_id: UUID, person_id: UUID, reason: str, now: datetime
) -> Complaint:
    """End what keeps a person out, with a reason, and return the case.

    Raises NotFound, NotPermitted, NotNow for somebody who may be an officer not identified yet
    (they are ruled out where the officer is described), or Invalid with the field `reason`.
    """
    case = lock_case(actor=actor, case_id=case_id)
    check_may(actor, Permission.GRANT_ACCESS)
    text = check_reason(reason)
    kept = (
        CaseExclusion.objects.in_force()
        .filter(complaint=case, person_id=person_id)
        .select_related("person")
        .first()
    )
    if kept is None:
        raise NotFound
    if kept.kind == ExclusionKind.POSSIBLE_SUBJECT:
        raise NotNow(
            f"{kept.person.title} may be an officer who is not identified yet. Rule them out there",
            code="possible_subject",
        )
    kept.ended_at, kept.ended_by, kept.end_reason = max(now, kept.made_at), actor, text
    kept.save(update_fields=["ended_at", "ended_by", "end_reason"])
    case.version += 1
    case.save(update_fields=["version"])
    record(
        EXCLUSION_ENDED,
        actor=actor.audit_actor(),
        subject=case.audit_part("exclusion", person_id, ""),
        now=now,
        details={"person": kept.person_id},
        personal={"name": kept.person.title, "reason": text},
    )
    return case


def _check_somebody_is_left(case: Complaint, now: datetime) -> None:
    if not case.is_restricted:
        return
    left = in_force(ComplaintGrant, now=now).filter(content_object=case, user__is_active=True)
    if not left.exclude(user__person__in=kept_out_of(case)).exists():
        raise NotNow(
            "Nobody else can open this restricted case. Give somebody else access first",
            code="last_access",
        )
