"""Conflicts at assignment, and those that come up later.

At assignment a conflict is refused with the reason, as far as the assigner may know it. A conflict
that comes from a case hidden from the assigner refuses nothing, or the refusal would tell of that
case: it becomes a concern for whoever may know of both.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.roles import Permission
from audit.recorder import Outcome, record, record_alone
from audit.values import Subject
from bwcportal.errors import Invalid, NotFound, NotNow, NotPermitted
from bwcportal.phrasing import counted
from incidents.case_policies import check_reason
from incidents.conflicts import NEVER_STANDS
from incidents.enums import OPEN_STATES, AssignmentRole, CaseState, ConcernState, ConflictKind
from incidents.events import (
    CONCERN_DECIDED,
    CONCERN_RAISED,
    CONFLICT_OVERRIDDEN,
    CONFLICT_REFUSED,
)
from incidents.models import AssignmentConcern, Complaint
from incidents.permissions import check_may
from incidents.selectors.conflicts import Found, concerns_for, conflicts_for, told_to
from incidents.services.granting import CHECKER
from incidents.services.moving import lock_case
from incidents.services.refused_grants import RefusedGrant
from incidents.services.unassigning import unassign_kept_out

OVERRIDE = "conflict_reason"


class ConflictRefused(Invalid):
    """An assignment was refused because of a conflict; `note_refused` records it."""

    default_code = "conflict"

    def __init__(
        self, message: str, *, case: Complaint, user: User, kinds: list[str], field: str
    ) -> None:
        super().__init__(message, field=field)
        self.subject: Subject = case.audit_subject()
        self.user_id = user.pk
        self.kinds = kinds
        self.is_noted = False


@dataclass(frozen=True)
class Rechecked:
    """What a look at the assignments found."""

    cases: int
    raised: int
    over: int
    taken: int

    def in_words(self) -> str:
        """Say it in one line."""
        return (
            f"Looked at {counted(self.cases, 'case')}: {counted(self.raised, 'new conflict')}, "
            f"{self.over} over, {self.taken} taken from people kept out"
        )


def check_no_conflict(
    case: Complaint, user: User, *, field: str, actor: User, override: str, now: datetime
) -> list[Found]:
    """Raise ConflictRefused unless nothing the actor may know of stands between a person and a case.

    A soft conflict may stand with a reason in `override`, which is recorded. Gives the conflicts
    that come from cases hidden from the actor, which refuse nothing.
    """
    known, untold = told_to(actor, conflicts_for(case, user, now=now))
    hard = [each for each in known if each.conflict.is_hard]
    soft = [each for each in known if not each.conflict.is_hard]
    said = "; ".join(dict.fromkeys(each.words for each in hard or soft))
    kinds = sorted({str(each.conflict.kind) for each in hard or soft})
    if hard:
        where = case_to_tell(case, hard)
        if where == case:
            # Who reads the history of this case may not know of the linked ones.
            kinds = sorted({str(each.conflict.kind) for each in hard if each.because is None})
        raise ConflictRefused(
            f"{said}. Choose somebody else", case=where, user=user, kinds=kinds, field=field
        )
    if soft and not override.strip():
        raise ConflictRefused(
            f"{said}. Choose somebody else, or say why it may stand",
            case=case, user=user, kinds=kinds, field=OVERRIDE,
        )  # fmt: skip
    if soft:
        reason = check_reason(override, field=OVERRIDE)
        for each in soft:
            AssignmentConcern.objects.exclude(state=ConcernState.OVER).update_or_create(
                complaint=case,
                user=user,
                role=AssignmentRole(field.upper()),
                kind=each.conflict.kind,
                about=each.about,
                because=each.because,
                defaults={
                    "found_at": now,
                    "state": ConcernState.STANDS,
                    "decided_by": actor,
                    "decided_at": now,
                    "reason": reason,
                },
            )
        record(
            CONFLICT_OVERRIDDEN,
            actor=actor.audit_actor(),
            subject=case.audit_subject(),
            now=now,
            details={"user": user.pk, "kinds": kinds, "part": field},
            personal={"reason": reason, "conflict": said},
        )
    return untold


def check_no_reader_conflict(
    case: Complaint, user: User, *, field: str, actor: User, now: datetime
) -> None:
    """Raise Invalid when a hard conflict, of which the actor may know, keeps a case from a person.

    For access to read. The reason of the access stands for soft conflicts.
    """
    known, _ = told_to(actor, conflicts_for(case, user, now=now))
    hard = [each for each in known if each.conflict.is_hard]
    said = "; ".join(dict.fromkeys(each.words for each in hard))
    if said:
        where = case_to_tell(case, hard)
        raise Invalid(
            f"{said}. Choose somebody else", code="conflict", field=field
        ) from RefusedGrant(where, user)


def case_to_tell(case: Complaint, found: list[Found]) -> Complaint:
    """Say in whose history conflicts stand: a linked case's, when they all come from such cases."""
    linked = [each.because for each in found if each.because is not None]
    return linked[0] if linked and len(linked) == len(found) else case


def note_refused(refused: ConflictRefused, *, actor: User, now: datetime) -> None:
    """Record a refused assignment after its transaction is rolled back.

    Inside another transaction nothing can be kept yet: whoever began that one calls this again.
    """
    if refused.is_noted:
        return
    try:
        record_alone(
            CONFLICT_REFUSED,
            actor=actor.audit_actor(),
            subject=refused.subject,
            now=now,
            details={"user": refused.user_id, "kinds": refused.kinds, "part": refused.field},
            outcome=Outcome.DENIED,
        )
    except RuntimeError:
        return
    refused.is_noted = True


def raise_concerns(
    case: Complaint, user: User, role: AssignmentRole, found: list[Found], *, now: datetime
) -> int:
    """Keep conflicts of an assignment as concerns, each once; return how many are new."""
    new = 0
    for each in found:
        conflict = each.conflict
        _, made = AssignmentConcern.objects.exclude(state=ConcernState.OVER).get_or_create(
            complaint=case,
            user=user,
            role=role,
            kind=conflict.kind,
            about=each.about,
            because=each.because,
            defaults={"found_at": now},
        )
        if made:
            new += 1
            # A concern from another case is in the history of that case: who reads this one's
            # history may not know of it.
            where = each.because if each.because is not None else case
            record(
                CONCERN_RAISED,
                actor=CHECKER,
                subject=where.audit_subject(),
                now=now,
                details={"user": user.pk, "kind": conflict.kind, "part": role},
            )
    return new


def close_concerns(case: Complaint, *, now: datetime, is_closed: bool = False) -> int:
    """End the concerns about who has the case no more, all of them if it is closed; return how many."""
    over = 0
    for row in AssignmentConcern.objects.filter(complaint=case).exclude(state=ConcernState.OVER):
        is_investigator = row.role == AssignmentRole.INVESTIGATOR
        has_it = case.investigator_id if is_investigator else case.supervisor_id
        if has_it == row.user_id and not (is_closed and row.state == ConcernState.OPEN):
            continue
        over += row.state == ConcernState.OPEN
        row.state, row.decided_at = ConcernState.OVER, row.decided_at or now
        row.save(update_fields=["state", "decided_at"])
    return over


def recheck_case(case_id: UUID, *, now: datetime) -> tuple[int, int, int]:
    """Look at the assignments of one case anew; give how many conflicts are new, over, and taken."""
    with transaction.atomic():
        case = Complaint.objects.select_for_update(of=("self",)).get(pk=case_id)
        if case.state not in OPEN_STATES:
            return 0, close_concerns(case, now=now, is_closed=True), 0
        taken = unassign_kept_out(case, by=None, now=now)
        raised = over = 0
        for role in AssignmentRole:
            user = case.investigator if role == AssignmentRole.INVESTIGATOR else case.supervisor
            if user is not None:
                found = [
                    each
                    for each in conflicts_for(case, user, now=now)
                    if each.conflict.kind not in NEVER_STANDS
                ]
                raised += raise_concerns(case, user, role, found, now=now)
                over += _end_what_is_over(case, user, role, found, now)
        return raised, over + close_concerns(case, now=now), len(taken)


def recheck_conflicts(*, now: datetime) -> Rechecked:
    """Look at every open case that is given to somebody, because lines, interests and units change."""
    open_cases = Complaint.objects.filter(state__in=sorted(OPEN_STATES)).exclude(
        investigator__isnull=True, supervisor__isnull=True
    )
    totals = [0, 0, 0, 0]
    for case_id in open_cases.order_by("pk").values_list("pk", flat=True).iterator():
        numbers = recheck_case(case_id, now=now)
        totals = [total + more for total, more in zip(totals, (1, *numbers), strict=True)]
    return Rechecked(*totals)


@transaction.atomic
def let_stand(*, actor: User, concern_id: UUID, reason: str, now: datetime) -> Complaint:
    """Record why an assignment stands in spite of a conflict, and return the case.

    Raises NotFound (also for one about oneself), NotPermitted, NotNow when it can never stand, or
    Invalid with the field `reason`.
    """
    found = concerns_for(actor).filter(pk=concern_id).first()
    if found is None:
        raise NotFound
    case = lock_case(actor=actor, case_id=found.complaint_id)
    check_may(actor, Permission.SIGN_OFF)
    concern = AssignmentConcern.objects.select_for_update(of=("self",)).get(pk=concern_id)
    if concern.state != ConcernState.OPEN:
        raise NotNow("Somebody has dealt with this already", code="decided")
    if ConflictKind(concern.kind) in NEVER_STANDS or case.state == CaseState.DESTROYED:
        raise NotNow("This can never stand. Give the case to somebody else", code="never_stands")
    if concern.user.person_id in actor.person_ids:
        raise NotPermitted("This is about you. Another supervisor decides it", code="own_conflict")
    concern.reason = check_reason(reason)
    concern.state, concern.decided_by, concern.decided_at = ConcernState.STANDS, actor, now
    concern.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    where = concern.because if concern.because is not None else case
    record(
        CONCERN_DECIDED,
        actor=actor.audit_actor(),
        subject=where.audit_subject(),
        now=now,
        details={"user": concern.user_id, "kind": concern.kind, "part": concern.role},
        personal={"reason": concern.reason},
    )
    return case


def _end_what_is_over(
    case: Complaint, user: User, role: AssignmentRole, found: list[Found], now: datetime
) -> int:
    """End the open concerns that were not found again; return how many."""
    still = {
        (
            str(each.conflict.kind),
            each.about.pk if each.about else None,
            each.because.pk if each.because else None,
        )
        for each in found
    }
    rows = AssignmentConcern.objects.filter(
        complaint=case, user=user, role=role, state=ConcernState.OPEN
    )
    gone = [row for row in rows if (row.kind, row.about_id, row.because_id) not in still]
    for row in gone:
        row.state, row.decided_at = ConcernState.OVER, now
        row.save(update_fields=["state", "decided_at"])
    return len(gone)
