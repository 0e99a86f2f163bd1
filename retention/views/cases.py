"""The retention page of a case: when it goes and why, its holds, finalising and reopening it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.proving import Proving
from accounts.roles import Permission
from accounts.services.step_up import ProofNeeded, StepUpAct
from bwcportal.errors import DomainError, NotFound
from incidents.permissions import check_may, verdict
from incidents.selectors.casebar import build_casebar
from incidents.services.opening import open_case
from incidents.services.viewing import note_viewed
from incidents.transitions import check_transition
from retention import selectors
from retention.events import RETENTION_VIEWED
from retention.forms import HoldForm, ReasonForm
from retention.permissions import check_can_finalise, check_can_place_hold, check_can_release
from retention.policies import check_hold_can_be_placed
from retention.services import finalising, holds
from retention.services.clocks import london_day


@require_GET
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show when the record will be destroyed, why, and what pauses it."""
    now = timezone.now()
    opened = open_case(actor=request.user, case_id=case_id, now=now)
    note_viewed(RETENTION_VIEWED, actor=request.user, case=opened, now=now)
    expiry = selectors.expiry_of(opened, now=now)
    rows = [
        {"hold": hold, "release": verdict(lambda hold=hold: check_can_release(request.user, hold))}
        for hold in selectors.holds_of(opened)
    ]

    def may_finalise() -> None:
        check_can_finalise(request.user)
        check_transition("finalise", opened.state)

    def may_hold() -> None:
        check_can_place_hold(request.user)
        check_hold_can_be_placed(opened)

    context = {
        "case": opened,
        "casebar": build_casebar(user=request.user, case=opened, current="retention"),
        "expiry": expiry,
        "is_held": any(row["hold"].released_at is None for row in rows),
        "holds": rows,
        "steps": selectors.steps_of(opened, expiry, now=now),
        "would_go": selectors.what_would_go(opened),
        "disposal": opened.disposals.order_by("-proposed_at").first(),
        "certificate": opened.certificates.first(),
        "finalise": verdict(may_finalise),
        "hold": verdict(may_hold),
        "reopen": verdict(
            lambda: (check_can_finalise(request.user), check_transition("reopen", opened.state))
        ),
        "may_see_disposals": request.user.has_role_permission(Permission.SEE_DISPOSALS),
    }
    return render(request, "retention/case.html", context)


@require_http_methods(["POST"])
def finalise(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Finalise the case and start its clock."""
    finalising.finalise(
        actor=request.user, case_id=case_id, version=_version(request), now=timezone.now()
    )
    messages.success(request, "Case finalised. Its retention clock has started")
    return redirect("retention:case", case_id=case_id)


@require_http_methods(["GET", "POST"])
def reopen(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Ask why, then reopen the case and stop its clock."""
    now = timezone.now()
    opened = open_case(actor=request.user, case_id=case_id, now=now)
    check_can_finalise(request.user)
    check_transition("reopen", opened.state)
    form = ReasonForm(
        request.POST or None,
        label="Why is the case reopened?",
        empty="Enter why the case is reopened",
    )
    if request.method == "POST" and form.is_valid():
        finalising.reopen(
            actor=request.user,
            case_id=case_id,
            version=_version(request),
            reason=form.cleaned_data["reason"],
            now=now,
        )
        messages.success(request, "Case reopened. Decide how it is handled now")
        return redirect("incidents:case", case_id=case_id)
    return _form_page(request, opened, form, "Reopen the case", "Reopen case")


@require_http_methods(["GET", "POST"])
def place_hold(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Ask why the record must be kept, then place the hold."""
    now = timezone.now()
    opened = open_case(actor=request.user, case_id=case_id, now=now)
    check_may(request.user, Permission.PLACE_HOLD)
    form = HoldForm(request.POST or None, today=london_day(now))
    if request.method == "POST" and form.is_valid():
        try:
            hold = holds.place_hold(
                actor=request.user,
                case_id=case_id,
                data=holds.NewHold(
                    reason_code=form.cleaned_data["reason"],
                    authority=form.cleaned_data["authority"],
                    review_on=form.cleaned_data["review_on"],
                ),
                now=now,
            )
        except DomainError as error:
            if not error.field:
                raise
            form.add_error(error.field, error.message)
        else:
            messages.success(
                request, f"Hold {hold.reference} placed. Nothing of this case is destroyed"
            )
            return redirect("retention:case", case_id=case_id)
    return _form_page(request, opened, form, "Place a hold", "Place hold")


@require_http_methods(["GET", "POST"])
def release_hold(request: HttpRequest, case_id: UUID, hold_id: UUID) -> HttpResponse:
    """Ask why, then release a hold that somebody else placed."""
    now = timezone.now()
    opened = open_case(actor=request.user, case_id=case_id, now=now)
    hold = opened.holds.filter(pk=hold_id).select_related("placed_by__person", "reason").first()
    if hold is None:
        raise NotFound
    check_can_release(request.user, hold)
    form = ReasonForm(
        request.POST or None,
        label=f"Why is hold {hold.reference} released?",
        empty="Enter why the hold is released",
    )
    proving = Proving(request, StepUpAct.RELEASE_HOLD, hold.pk, opened.version)
    if request.method == "POST":
        shown = proving.take(now=now)
        if form.is_valid() and shown:
            try:
                holds.release_hold(
                    actor=request.user,
                    hold_id=hold_id,
                    reason=form.cleaned_data["reason"],
                    proof=proving.proof,
                    now=now,
                )
            except ProofNeeded:
                proving.ask()
            else:
                messages.success(request, f"Hold {hold.reference} released")
                return redirect("retention:case", case_id=case_id)
    title = f"Release hold {hold.reference}"
    return _form_page(request, opened, form, title, "Release hold", proving=proving, hold=hold)


def _version(request: HttpRequest) -> int | None:
    value = request.POST.get("version", "")
    return int(value) if value.isdecimal() and len(value) < 10 else None


def _form_page(
    request: HttpRequest,
    case: object,
    form: object,
    title: str,
    button: str,
    *,
    proving: Proving | None = None,
    hold: object | None = None,
) -> HttpResponse:
    context = {
        "case": case,
        "casebar": build_casebar(user=request.user, case=case, current="retention"),
        "form": form,
        "title": title,
        "button": button,
        "proving": proving,
        "hold": hold,
    }
    wrong = proving.status if proving else 400
    status = wrong if request.method == "POST" else 200
    return render(request, "retention/form.html", context, status=status)
