"""How a case is handled and by whom; and its pauses: suspended, resumed, withdrawn."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.roles import Permission
from audit.recorder import record
from audit.registry import EventType
from bwcportal.errors import Invalid
from bwcportal.phrasing import london_day
from incidents.case_policies import check_investigator, check_reason, check_supervisor
from incidents.enums import (
    STATE_OF_HANDLING,
    UNASSESSED_STATES,
    AssignmentRole,
    CaseState,
    ContributionKind,
    Handling,
)
from incidents.events import ASSIGNED, HANDLING_DECIDED, RESUMED, SUSPENDED, WITHDRAWN
from incidents.models import Complaint, Deadline
from incidents.permissions import check_may
from incidents.services.arrivals import take_note
from incidents.services.conflicts import (
    ConflictRefused,
    check_no_conflict,
    close_concerns,
    note_refused,
    raise_concerns,
)
from incidents.services.deadlines import cancel_all_deadlines, cancel_deadline, start_deadline
from incidents.services.granting import end_assignment, open_to
from incidents.services.moving import check_version, lock_case, move, note_contribution

INVESTIGATIONS = frozenset({CaseState.LOCAL_INV, CaseState.DIRECTED_INV, CaseState.INDEPENDENT_INV})


def decide_handling(
    *,
    actor: User,
    case_id: UUID,
    version: int | None,
    handling: Handling,
    investigator: User | None,
    supervisor: User | None,
    conflict_reason: str = "",
    now: datetime,
) -> Complaint:
    """Decide how a case is handled, who investigates and who will sign it off; return the case.

    An investigator or supervisor to whom the case is closed gets a grant, which ends with the part:
    whoever gives the case away may lose sight of it. Starts the
    clocks of the handling: the first update, and the 12-month report of an investigation. Raises
    NotPermitted, StaleVersion, NotNow, or Invalid with the field `handling`, `investigator`,
    `supervisor` or `conflict_reason`: a conflict is refused and recorded, and a possible one may
    stand with a reason.
    """
    try:
        return _decide_handling(
            actor, case_id, version, handling, investigator, supervisor, conflict_reason, now
        )
    except ConflictRefused as refused:
        note_refused(refused, actor=actor, now=now)
        raise


@transaction.atomic
def _decide_handling(
    actor: User,
    case_id: UUID,
    version: int | None,
    handling: Handling,
    investigator: User | None,
    supervisor: User | None,
    conflict_reason: str,
    now: datetime,
) -> Complaint:
    case = lock_case(actor=actor, case_id=case_id)
    check_may(actor, Permission.MANAGE_CASE)
    check_version(case, version)
    if handling not in Handling.values:
        raise Invalid("Choose how the complaint is handled", field="handling")
    was_unassessed = case.state in UNASSESSED_STATES
    was_handling = case.handling
    transition = move(case, "decide_handling", target=STATE_OF_HANDLING[Handling(handling)])
    if investigator is not None:
        check_investigator(case, investigator)
    if supervisor is not None:
        if supervisor.person_id in actor.person_ids:
            raise Invalid(
                "Whoever chooses the handling does not sign the case off", field="supervisor"
            )
        check_supervisor(case, supervisor, investigator=investigator)
    untold = [
        (
            user,
            role,
            check_no_conflict(
                case, user, field=role.value.lower(), actor=actor, override=conflict_reason, now=now
            ),
        )
        for user, role, had in (
            (investigator, AssignmentRole.INVESTIGATOR, case.investigator),
            (supervisor, AssignmentRole.SUPERVISOR, case.supervisor),
        )
        if user is not None and user != had
    ]
    case.handling = handling
    if was_unassessed or case.handling_since is None:
        case.handling_since = now
    if handling != Handling.OUTSIDE_S3 and case.recorded_at is None:
        case.recorded_at = now
    note_contribution(case, actor=actor, kind=ContributionKind.MANAGED, now=now)
    record(
        HANDLING_DECIDED,
        actor=actor.audit_actor(),
        subject=case.audit_subject(),
        now=now,
        details={"action": transition.action, "handling": handling, "was": was_handling},
    )
    _assign(case, actor=actor, investigator=investigator, supervisor=supervisor, now=now)
    case.save()
    for user, role, found in untold:
        raise_concerns(case, user, role, found, now=now)
    close_concerns(case, now=now)
    if case.team_id in actor.team_ids:
        take_note(case)
    _start_clocks(case, now=now, begins=was_unassessed)
    return case


@transaction.atomic
def suspend(
    *, actor: User, case_id: UUID, version: int | None, reason: str, now: datetime
) -> Complaint:
    """Suspend the handling of a case, for instance for criminal proceedings, and return it."""
    return _pause(SUSPENDED, "suspend", actor, case_id, version, reason, now)


@transaction.atomic
def resume(
    *, actor: User, case_id: UUID, version: int | None, reason: str, now: datetime
) -> Complaint:
    """Take the handling of a suspended case up again where it was, and return it."""
    return _pause(RESUMED, "resume", actor, case_id, version, reason, now)


@transaction.atomic
def withdraw(
    *, actor: User, case_id: UUID, version: int | None, reason: str, now: datetime
) -> Complaint:
    """Record that the complainant withdrew (SI 2020/2, regulation 38); ends every running clock."""
    case = _pause(WITHDRAWN, "withdraw", actor, case_id, version, reason, now)
    cancel_all_deadlines(case, on=london_day(now))
    return case


def _pause(
    event: EventType,
    action: str,
    actor: User,
    case_id: UUID,
    version: int | None,
    reason: str,
    now: datetime,
) -> Complaint:
    case = lock_case(actor=actor, case_id=case_id)
    check_may(actor, Permission.MANAGE_CASE)
    check_version(case, version)
    was = case.state
    move(case, action)
    text = check_reason(reason)
    case.save()
    note_contribution(case, actor=actor, kind=ContributionKind.MANAGED, now=now)
    record(
        event,
        actor=actor.audit_actor(),
        subject=case.audit_subject(),
        now=now,
        details={"was": was, "now": case.state},
        personal={"reason": text},
    )
    return case


def _assign(
    case: Complaint,
    *,
    actor: User,
    investigator: User | None,
    supervisor: User | None,
    now: datetime,
) -> None:
    """Give the case to its people and open it to them; close it to who has no part any more.

    An unchanged assignment is no event.
    """
    was = {"investigator": case.investigator, "supervisor": case.supervisor}
    chosen = {"investigator": investigator, "supervisor": supervisor}
    case.investigator, case.supervisor = investigator, supervisor
    for reason, user in (
        ("Investigator of the case", investigator),
        ("Supervisor who took no part", supervisor),
    ):
        if user is not None:
            open_to(user, case, reason=reason, actor=actor, now=now)
    for role, user in was.items():
        if user is not None and user not in chosen.values():
            end_assignment(user, case, reason=f"No longer {role} of the case", actor=actor, now=now)
    if investigator is not None:
        note_contribution(case, actor=investigator, kind=ContributionKind.INVESTIGATED, now=now)
    if was == chosen:
        return
    record(
        ASSIGNED,
        actor=actor.audit_actor(),
        subject=case.audit_subject(),
        now=now,
        details={role: user.pk if user else None for role, user in chosen.items()},
        personal={
            "was": {role: user.display_name if user else "" for role, user in was.items()},
            "now": {role: user.display_name if user else "" for role, user in chosen.items()},
        },
    )


def _start_clocks(case: Complaint, *, now: datetime, begins: bool) -> None:
    today = london_day(now)
    if begins:
        start_deadline(case, "UPDATE_FIRST", started_on=today)
    if case.state not in INVESTIGATIONS:
        cancel_deadline(case, "TIMELINESS_12M", on=today)
    elif not Deadline.objects.filter(
        complaint=case,
        rule__code="TIMELINESS_12M",
        met_on__isnull=True,
        cancelled_on__isnull=True,
    ).exists():
        start_deadline(case, "TIMELINESS_12M", started_on=case.made_on)
