"""Moving a case to another team, restricting it, and lifting the restriction.

The old way is closed in the transaction that opens the new one. Whoever would lose the case can be
kept by a grant to them by name; an investigator or supervisor who is not kept loses the part too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.grants import in_force
from accounts.models import StepUpAct, Team, User
from accounts.roles import Permission
from accounts.services.step_up import Proof, Target, spend
from audit.recorder import record
from audit.registry import EventType
from bwcportal.errors import Invalid, NotNow, StaleVersion
from incidents.case_policies import check_reason
from incidents.enums import CaseState, ContributionKind, GrantKind
from incidents.events import (
    ASSIGNED,
    RESTRICTED,
    RESTRICTION_LIFTED,
    TRANSFER_OVERRIDDEN,
    TRANSFERRED,
)
from incidents.models import Complaint, ComplaintGrant
from incidents.permissions import check_may
from incidents.selectors.access_preview import Preview, preview_of
from incidents.selectors.receiving import Receiving, receiving
from incidents.services.conflicts import check_no_reader_conflict
from incidents.services.granting import check_not_for_oneself, grant_case
from incidents.services.moving import check_version, lock_case, note_contribution
from incidents.services.placing import place
from incidents.services.refused_grants import noting_refused

# A supervisor is reading exactly what was submitted to them, in their team.
UNMOVABLE = frozenset({CaseState.SUPERVISOR_REVIEW, CaseState.DESTROYED})
CHANGED = (
    "The people who can see this case have changed since you looked. Look at the list again, "
    "then confirm"
)
LAST = "A restricted case must stay open to somebody, without an end. Keep at least one person"


@noting_refused
@transaction.atomic
def transfer_case(
    *,
    actor: User,
    case_id: UUID,
    version: int | None,
    team: Team,
    reason: str,
    keep: Iterable[UUID] = (),
    conflict_reason: str = "",
    shown: str | None = None,
    now: datetime,
) -> Complaint:
    """Move a case to another team, keeping it open by name to the accounts in `keep`; return it.

    `shown` is the digest of the preview that was confirmed. `conflict_reason` says why the case may
    go to a team of which people are in conflict with it. Its supervisors find on My work that a case
    came. The actor may lose sight of it. Raises NotFound, NotPermitted, StaleVersion, NotNow for a
    restricted case or one with its supervisor, or Invalid with the field `team`, `keep`, `reason` or
    `conflict_reason`.
    """
    case = lock_case(actor=actor, case_id=case_id)
    check_may(actor, Permission.MANAGE_CASE)
    check_version(case, version)
    check_can_be_moved(case)
    if team.pk == case.team_id:
        raise Invalid(f"The case is with {team.name} already. Choose another team", field="team")
    if team.closed_at is not None:
        raise Invalid(f"{team.name} is closed. Choose another team", field="team")
    text = check_reason(reason)
    others = receiving(case, team, actor=actor, now=now)
    preview = _checked(preview_of(case, now=now, team=team, said=others.said), shown)
    _override(case, others, conflict_reason, actor=actor, now=now)
    was = case.team
    _keep(case, preview, keep, actor=actor, reason=text, now=now)
    place(case, actor=actor, now=now, reason=text, team=team)
    details = {"was": was.code, "now": team.code}
    return _finish(case, TRANSFERRED, preview, keep, actor, text, now, details)


@noting_refused
@transaction.atomic
def restrict_case(
    *,
    actor: User,
    case_id: UUID,
    version: int | None,
    reason: str,
    proof: Proof | None,
    keep: Iterable[UUID] = (),
    shown: str | None = None,
    now: datetime,
) -> Complaint:
    """Restrict a case: it opens from now on only by grants to named people; return it.

    `proof` is a second factor shown for this version of the case: ProofNeeded without. Raises NotFound, NotPermitted, StaleVersion, NotNow when it is restricted or destroyed, or
    Invalid with the field `keep` (also when nobody would be left) or `reason`.
    """
    case = lock_case(actor=actor, case_id=case_id)
    check_may(actor, Permission.RESTRICT_CASE)
    check_version(case, version)
    check_can_be_restricted(case)
    text = check_reason(reason)
    preview = _checked(preview_of(case, now=now, is_restricted=True), shown)
    _keep(case, preview, keep, actor=actor, reason=text, now=now)
    lasting = in_force(ComplaintGrant, now=now).filter(
        content_object=case, expires_at__isnull=True, user__is_active=True
    )
    if not lasting.exists():
        raise Invalid(LAST, field="keep")
    spend(actor=actor, proof=proof, target=restricting(case), now=now)
    place(case, actor=actor, now=now, reason=text, is_restricted=True)
    return _finish(case, RESTRICTED, preview, keep, actor, text, now, {})


@transaction.atomic
def lift_restriction(
    *,
    actor: User,
    case_id: UUID,
    version: int | None,
    reason: str,
    proof: Proof | None,
    shown: str | None = None,
    now: datetime,
) -> Complaint:
    """Open a restricted case to its team again; grants stay. Returns the case.

    `proof` is a second factor shown for this version of the case: ProofNeeded without. Raises NotFound, NotPermitted, StaleVersion, NotNow when it is not restricted, or Invalid with
    the field `reason`.
    """
    case = lock_case(actor=actor, case_id=case_id)
    check_may(actor, Permission.RESTRICT_CASE)
    check_version(case, version)
    check_can_be_opened(case)
    text = check_reason(reason)
    preview = _checked(preview_of(case, now=now, is_restricted=False), shown)
    spend(actor=actor, proof=proof, target=restricting(case), now=now)
    place(case, actor=actor, now=now, reason=text, is_restricted=False)
    return _finish(case, RESTRICTION_LIFTED, preview, (), actor, text, now, {})


def restricting(case: Complaint) -> Target:
    """Name what a second factor is shown for: the restriction of this version of a case."""
    return Target.of(StepUpAct.RESTRICT, case.pk, case.version)


def check_can_be_moved(case: Complaint) -> None:
    """Raise NotNow unless the case may go to another team."""
    if case.is_restricted:
        raise NotNow(
            "A restricted case opens to people by name, not to a team. Lift the restriction before "
            "you move it",
            code="restricted",
        )
    if case.state in UNMOVABLE:
        raise NotNow(
            f"The case is “{CaseState(case.state).label.lower()}”. It can be moved when it comes back",
            code="wrong_state",
        )


def check_can_be_restricted(case: Complaint) -> None:
    """Raise NotNow unless there is something to restrict."""
    if case.is_restricted:
        raise NotNow("The case is restricted already", code="restricted")
    if case.state == CaseState.DESTROYED:
        raise NotNow("The case is destroyed: there is nothing left to restrict", code="wrong_state")


def check_can_be_opened(case: Complaint) -> None:
    """Raise NotNow unless there is a restriction to lift."""
    if not case.is_restricted:
        raise NotNow("The case is not restricted", code="not_restricted")
    if case.state == CaseState.DESTROYED:
        raise NotNow("The case is destroyed: there is nothing left to open", code="wrong_state")


def _override(
    case: Complaint, others: Receiving, conflict_reason: str, *, actor: User, now: datetime
) -> None:
    """Record why a case goes to a team in spite of conflicts; raise Invalid when nobody says why."""
    if not others.needs_reason:
        return
    said = "; ".join(others.said)
    if not conflict_reason.strip():
        raise Invalid(
            f"{said}. Choose another team, or say why the case may go there",
            code="conflict",
            field="conflict_reason",
        )
    reason = check_reason(conflict_reason, field="conflict_reason")
    for where in {each.because or case for each in others.conflicts}:
        # A conflict that comes from a linked case is in the history of that one: who reads this
        # one's history may not know of it.
        found = [each for each in others.conflicts if (each.because or case) == where]
        record(
            TRANSFER_OVERRIDDEN,
            actor=actor.audit_actor(),
            subject=where.audit_subject(),
            now=now,
            details={
                "team": others.team.code,
                "users": sorted({str(each.user.pk) for each in found}),
                "kinds": sorted({str(each.conflict.kind) for each in found}),
            },
            personal={
                "reason": reason,
                "conflict": "; ".join(dict.fromkeys(each.words for each in found)),
            },
        )


def _checked(preview: Preview, shown: str | None) -> Preview:
    if shown is not None and shown != preview.digest:
        raise StaleVersion(CHANGED, code="stale_preview")
    return preview


def _keep(
    case: Complaint,
    preview: Preview,
    keep: Iterable[UUID],
    *,
    actor: User,
    reason: str,
    now: datetime,
) -> None:
    """Give grants by name to those of the losing who are to keep the case."""
    chosen = set(keep)
    if chosen - preview.losing_ids:
        raise Invalid("Only people who would lose the case can be kept in it", field="keep")
    in_part = {case.investigator_id, case.supervisor_id}
    for user in preview.loses:
        if user.pk in chosen:
            check_not_for_oneself(actor, user, case, now=now)
            check_no_reader_conflict(case, user, field="keep", actor=actor, now=now)
            kind = GrantKind.ASSIGNMENT if user.pk in in_part else GrantKind.PERSONAL
            grant_case(user, case, reason=reason, actor=actor, now=now, kind=kind)


def _finish(
    case: Complaint,
    event: EventType,
    preview: Preview,
    keep: Iterable[UUID],
    actor: User,
    reason: str,
    now: datetime,
    details: Mapping[str, object],
) -> Complaint:
    """Take parts from those who lost the case, raise the version, save and record."""
    gone = preview.losing_ids - set(keep)
    _release_parts(case, gone, actor=actor, now=now)
    case.version += 1
    case.save()
    note_contribution(case, actor=actor, kind=ContributionKind.MANAGED, now=now)
    counts = {"lost": len(gone), "kept": len(set(keep)), "gained": len(preview.gains)}
    record(
        event,
        actor=actor.audit_actor(),
        subject=case.audit_subject(),
        now=now,
        details={**details, **counts},
        personal={"reason": reason},
    )
    return case


def _release_parts(case: Complaint, gone: set[UUID], *, actor: User, now: datetime) -> None:
    was = {"investigator": case.investigator, "supervisor": case.supervisor}
    left = {
        role: None if user is not None and user.pk in gone else user for role, user in was.items()
    }
    if left == was:
        return
    case.investigator, case.supervisor = left["investigator"], left["supervisor"]
    record(
        ASSIGNED,
        actor=actor.audit_actor(),
        subject=case.audit_subject(),
        now=now,
        details={role: user.pk if user else None for role, user in left.items()},
        personal={
            "was": {role: user.display_name if user else "" for role, user in was.items()},
            "now": {role: user.display_name if user else "" for role, user in left.items()},
        },
    )
