"""The three steps that every change of a case begins with: lock it, compare versions, move it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accounts.models import User
from bwcportal.errors import NotFound, StaleVersion
from incidents.enums import CaseState, ContributionKind
from incidents.models import Complaint, Contribution
from incidents.transitions import Transition, check_transition


def lock_case(*, actor: User, case_id: UUID) -> Complaint:
    """Lock one case that the actor may see, until the end of the transaction.

    Raises NotFound when it is absent or hidden. A case is always the first row locked.
    """
    case = (
        Complaint.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .filter(pk=case_id)
        .first()
    )
    if case is None:
        raise NotFound
    return case


def check_version(case: Complaint, version: int | None) -> None:
    """Raise StaleVersion unless the actor saw the current version. None means: not asked."""
    if version is not None and version != case.version:
        raise StaleVersion


def move(case: Complaint, action: str, *, target: CaseState | None = None) -> Transition:
    """Move a locked case by an act of the table and raise its version; saves nothing.

    `target` chooses among several targets. An act that leads back goes to `state_before_pause`.
    Raises NotNow when the state does not allow the act, ValueError for a target that the table
    does not list.
    """
    transition = check_transition(action, case.state)
    if transition.to_previous:
        target = CaseState(case.state_before_pause)
    elif target is None:
        (target,) = transition.targets
    if target not in transition.targets:
        raise ValueError(f"{action} does not lead to {target}")
    if target in {CaseState.SUSPENDED, CaseState.SUPERVISOR_REVIEW}:
        case.state_before_pause = case.state
    case.state = target
    case.version += 1
    return transition


def note_contribution(
    case: Complaint, *, actor: User, kind: ContributionKind, now: datetime
) -> None:
    """Remember that the actor took part in the case, once per kind.

    What a deputy does, both have done: neither of the two may sign it off.
    """
    for person_id in {actor.person_id, actor.principal.person_id}:
        Contribution.objects.get_or_create(
            complaint=case, person_id=person_id, kind=kind, defaults={"first_at": now}
        )
