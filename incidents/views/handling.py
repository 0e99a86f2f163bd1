"""Deciding how a case is handled, its pauses, and what the complainant is sent."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.roles import Permission
from incidents.case_policies import check_can_be_updated
from incidents.forms.acts import HandlingForm, OutcomeForm, ReasonForm, UpdateForm
from incidents.permissions import check_may
from incidents.services import handling, outcomes
from incidents.transitions import BY_ACTION, check_transition
from incidents.views.acting import Act, load, run, version_sent

PAUSES = {
    "suspend": (
        handling.suspend,
        Act(
            "Suspend this case",
            "Suspend the case",
            "For instance for criminal proceedings. Deadlines go on; footage can still be preserved.",
        ),
        "Suspended",
    ),
    "resume": (
        handling.resume,
        Act("Resume this case", "Resume the case", "The handling goes on where it was."),
        "Resumed",
    ),
    "withdraw": (
        handling.withdraw,
        Act(
            "Record a withdrawal",
            "Record the withdrawal",
            "The complainant has said in writing that the complaint is withdrawn (regulation 38). "
            "This ends every deadline of the case.",
        ),
        "The withdrawal is recorded",
    ),
}


@require_http_methods(["GET", "POST"])
def decide_handling(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Decide how the case is handled, who investigates and who will sign it off."""
    case = load(request, case_id)
    check_may(request.user, Permission.MANAGE_CASE)
    if request.method == "GET":
        check_transition("decide_handling", case.state)
    initial = {
        "handling": case.handling,
        "investigator": case.investigator_id,
        "supervisor": case.supervisor_id,
    }
    form = HandlingForm(request.POST or None, initial=initial, case=case)

    def perform(cleaned: dict[str, Any]) -> object:
        return handling.decide_handling(
            actor=request.user,
            case_id=case_id,
            version=version_sent(request),
            now=timezone.now(),
            **cleaned,
        )

    act = Act(
        "Decide how this case is handled",
        "Save the decision",
        "Each way has its own decisions, deadlines and rights. It can be changed until the case is "
        "submitted.",
        template="incidents/decide_handling.html",
    )
    return run(
        request, case=case, act=act, form=form, perform=perform, done="The handling is decided"
    )


@require_http_methods(["GET", "POST"])
def pause(request: HttpRequest, case_id: UUID, action: str) -> HttpResponse:
    """Suspend, resume or withdraw the case, with the reason."""
    case = load(request, case_id)
    check_may(request.user, BY_ACTION[action].permission)
    if request.method == "GET":
        check_transition(action, case.state)
    service, act, done = PAUSES[action]

    def perform(cleaned: dict[str, Any]) -> object:
        return service(
            actor=request.user,
            case_id=case_id,
            version=version_sent(request),
            now=timezone.now(),
            **cleaned,
        )

    form = ReasonForm(request.POST or None)
    return run(request, case=case, act=act, form=form, perform=perform, done=done)


@require_http_methods(["GET", "POST"])
def send_update(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Record that a progress update was sent to the complainant."""
    case = load(request, case_id)
    check_may(request.user, Permission.NOTIFY_OUTCOME)
    if request.method == "GET":
        check_can_be_updated(case)

    def perform(cleaned: dict[str, Any]) -> object:
        return outcomes.send_update(
            actor=request.user,
            case_id=case_id,
            version=version_sent(request),
            now=timezone.now(),
            **cleaned,
        )

    act = Act(
        "Record an update to the complainant",
        "Record the update",
        "The next one is then due 28 days after the day it was sent (regulation 34).",
    )
    form = UpdateForm(request.POST or None, initial=_sent_today(case))
    return run(
        request, case=case, act=act, form=form, perform=perform, done="The update is recorded"
    )


@require_http_methods(["GET", "POST"])
def send_outcome(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Record that the outcome was sent, and who hears a review."""
    case = load(request, case_id)
    check_may(request.user, Permission.NOTIFY_OUTCOME)
    if request.method == "GET":
        check_transition("send_outcome", case.state)
    has_right = outcomes.review_right(case, on=timezone.localdate())

    def perform(cleaned: dict[str, Any]) -> object:
        return outcomes.send_outcome(
            actor=request.user,
            case_id=case_id,
            version=version_sent(request),
            now=timezone.now(),
            **{"review_body": None, **cleaned},
        )

    act = Act(
        "Record that the outcome was sent",
        "Record the outcome",
        "The complainant then has 28 days to ask for a review."
        if has_right
        else "A complaint handled in this way has no right to a review.",
    )
    form = OutcomeForm(request.POST or None, initial=_sent_today(case), has_review_right=has_right)
    return run(
        request, case=case, act=act, form=form, perform=perform, done="The outcome is recorded"
    )


def _sent_today(case: Any) -> dict[str, Any]:
    return {"sent_on": timezone.localdate(), "how": case.complainant.prefers}
