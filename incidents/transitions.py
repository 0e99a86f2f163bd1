"""The states of a case, the acts that move it, and who may do each: one table.

The diagram in docs/reference is generated from it, the buttons ask it, the services obey it.
Example: `submit` takes a case from any handling state to SUPERVISOR_REVIEW, needs the permission
to submit, and is recorded as `reviews.submitted`.
"""

from __future__ import annotations

from dataclasses import dataclass

from accounts.roles import Permission
from bwcportal.errors import NotNow
from incidents.enums import HANDLING_STATES, UNASSESSED_STATES, CaseState

S = CaseState


@dataclass(frozen=True)
class Transition:
    """One act: from which states, to which, by whom, recorded as what."""

    action: str
    label: str
    sources: frozenset[CaseState]
    targets: frozenset[CaseState]
    permission: Permission
    event: str
    to_previous: bool = False


TRANSITIONS: tuple[Transition, ...] = (
    Transition(
        "decide_handling",
        "Decide the handling",
        UNASSESSED_STATES | HANDLING_STATES,
        HANDLING_STATES,
        Permission.MANAGE_CASE,
        "incidents.handling_decided",
    ),
    Transition(
        "suspend",
        "Suspend",
        HANDLING_STATES,
        frozenset({S.SUSPENDED}),
        Permission.MANAGE_CASE,
        "incidents.suspended",
    ),
    Transition(
        "resume",
        "Resume",
        frozenset({S.SUSPENDED}),
        HANDLING_STATES,
        Permission.MANAGE_CASE,
        "incidents.resumed",
        to_previous=True,
    ),
    Transition(
        "withdraw",
        "Record a withdrawal",
        HANDLING_STATES | UNASSESSED_STATES | {S.SUSPENDED},
        frozenset({S.WITHDRAWN}),
        Permission.MANAGE_CASE,
        "incidents.withdrawn",
    ),
    Transition(
        "submit",
        "Submit for sign-off",
        HANDLING_STATES,
        frozenset({S.SUPERVISOR_REVIEW}),
        Permission.SUBMIT,
        "reviews.submitted",
    ),
    Transition(
        "return",
        "Return to the investigator",
        frozenset({S.SUPERVISOR_REVIEW}),
        HANDLING_STATES,
        Permission.SIGN_OFF,
        "reviews.returned",
        to_previous=True,
    ),
    Transition(
        "sign",
        "Sign",
        frozenset({S.SUPERVISOR_REVIEW}),
        frozenset({S.AA_DECISION}),
        Permission.SIGN_OFF,
        "reviews.signed",
    ),
    Transition(
        "send_outcome",
        "Record that the outcome was sent",
        frozenset({S.AA_DECISION}),
        frozenset({S.OUTCOME_SENT}),
        Permission.NOTIFY_OUTCOME,
        "incidents.outcome_sent",
    ),
    Transition(
        "finalise",
        "Finalise",
        frozenset({S.OUTCOME_SENT, S.WITHDRAWN}),
        frozenset({S.FINALISED}),
        Permission.FINALISE,
        "retention.finalised",
    ),
    Transition(
        "reopen",
        "Reopen",
        frozenset({S.OUTCOME_SENT, S.FINALISED}),
        frozenset({S.REOPENED}),
        Permission.FINALISE,
        "retention.reopened",
    ),
    Transition(
        "destroy",
        "Destroy",
        frozenset({S.FINALISED}),
        frozenset({S.DESTROYED}),
        Permission.APPROVE_DISPOSAL,
        "retention.destroyed",
    ),
)
BY_ACTION = {transition.action: transition for transition in TRANSITIONS}


def check_transition(action: str, state: str) -> Transition:
    """Return the row of the table for an act in this state.

    Raises NotNow when the state does not allow the act, and KeyError for an act that the table
    does not have.
    """
    transition = BY_ACTION[action]
    if state not in transition.sources:
        raise NotNow(
            f"{transition.label}: not possible while the case is "
            f"“{CaseState(state).label.lower()}”. Reload the page to see what is possible now",
            code="wrong_state",
        )
    return transition


def actions_in(state: str) -> list[Transition]:
    """List the acts that a state allows, in the order of the table."""
    return [transition for transition in TRANSITIONS if state in transition.sources]
