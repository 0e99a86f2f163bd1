"""Emergency access: opening a case by its reference, what became of it, its review, its uses."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.roles import Permission
from audit.values import Subject
from bwcportal.errors import DomainError, NotFound, NotNow, NotPermitted
from incidents.emergency_policies import check_may_end, check_may_review, check_not_acting
from incidents.events import EMERGENCIES_VIEWED, EMERGENCY_VIEWED
from incidents.forms.emergencies import BreakGlassForm, EmergencyReviewForm
from incidents.permissions import check_may, verdict
from incidents.selectors import emergencies as uses
from incidents.selectors.casebar import build_casebar
from incidents.services import emergencies as services
from incidents.services.emergency_reviews import review_emergency
from incidents.services.viewing import note_list_viewed, note_viewed


@require_http_methods(["GET", "POST"])
def break_glass(request: HttpRequest) -> HttpResponse:
    """Ask for a reference and a reason, and open the case for a few hours."""
    check_may(request.user, Permission.BREAK_GLASS)
    check_not_acting(request.user)
    form = BreakGlassForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                opened = services.open_in_emergency(
                    actor=request.user, now=timezone.now(), **form.cleaned_data
                )
            except NotPermitted:
                raise
            except DomainError as error:
                status = _say(form, error)
            else:
                return redirect("incidents:case", case_id=opened.complaint_id)
    context = {"form": form, "hours": settings.EMERGENCY_ACCESS_HOURS}
    return render(request, "incidents/break_glass.html", context, status=status)


@require_GET
def all_uses(request: HttpRequest) -> HttpResponse:
    """Count the uses of emergency access and list the last, on cases that the person may see."""
    now = timezone.now()
    check_may(request.user, Permission.REVIEW_EMERGENCY)
    rows = uses.latest_uses(request.user)
    note_list_viewed(
        EMERGENCIES_VIEWED,
        actor=request.user,
        subject=Subject("page", "emergencies", "Emergency access"),
        now=now,
        details={"shown": [str(row.pk) for row in rows]},
    )
    counts = uses.count_uses(request.user, now=now)
    context = {
        "counts": counts,
        "facts": [
            (counts.total, "in all"),
            (counts.open_now, "open now", "warn" if counts.open_now else ""),
            (counts.to_review, "to be reviewed"),
            (counts.late, "reviewed late or overdue", "bad" if counts.late else ""),
            (counts.justified, "justified"),
            (counts.not_justified, "not justified", "bad" if counts.not_justified else ""),
        ],
        "rows": [_in_list(row, now) for row in rows],
        "most": uses.ROWS_SHOWN,
        "now": now,
    }
    return render(request, "incidents/emergencies.html", context)


@require_GET
def emergency(request: HttpRequest, emergency_id: UUID) -> HttpResponse:
    """Show one use: who, why, what they did, who was told, and its review."""
    return _show(request, emergency_id, EmergencyReviewForm())


@require_POST
def review(request: HttpRequest, emergency_id: UUID) -> HttpResponse:
    """Record whether it was justified."""
    uses.use_of_id(request.user, emergency_id)
    check_may(request.user, Permission.REVIEW_EMERGENCY)
    form = EmergencyReviewForm(request.POST)
    if not form.is_valid():
        return _show(request, emergency_id, form, status=400)
    try:
        review_emergency(
            actor=request.user, emergency_id=emergency_id, now=timezone.now(), **form.cleaned_data
        )
    except (NotFound, NotPermitted):
        raise
    except DomainError as error:
        status = _say(form, error)
        return _show(request, emergency_id, form, status=status)
    messages.success(request, "The review is recorded")
    return redirect("incidents:emergency", emergency_id=emergency_id)


@require_POST
def end(request: HttpRequest, emergency_id: UUID) -> HttpResponse:
    """End an emergency access at once."""
    found = uses.use_of_id(request.user, emergency_id)
    is_own = found.account_id == request.user.pk
    try:
        services.end_emergency(actor=request.user, emergency_id=emergency_id, now=timezone.now())
    except NotNow as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, f"The emergency access to {found.complaint.reference} has ended")
    if is_own:
        # The case has just closed to the person, and this page of it with it.
        return redirect("incidents:case-list")
    return redirect("incidents:emergency", emergency_id=emergency_id)


@require_POST
def acknowledge(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Record that the person knows of an emergency access."""
    notice = services.acknowledge(actor=request.user, notice_id=notice_id, now=timezone.now())
    messages.success(request, "Acknowledged")
    return redirect("incidents:emergency", emergency_id=notice.emergency_id)


def _say(form: forms.Form, error: DomainError) -> int:
    form.add_error(error.field if error.field in form.fields else None, error.message)
    return error.status


def _show(
    request: HttpRequest, emergency_id: UUID, form: forms.Form, *, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    found = uses.use_of_id(request.user, emergency_id)
    check_may(request.user, Permission.SEE_HISTORY)
    case = found.complaint
    note_viewed(
        EMERGENCY_VIEWED, actor=request.user, case=case, now=now, subject=found.audit_subject()
    )
    context: dict[str, Any] = {
        **_in_list(found, now),
        "case": case,
        "casebar": build_casebar(user=request.user, case=case, current="access", now=now),
        "acts": uses.acts_during(found, now=now),
        "told": uses.told_of(found),
        "notice": uses.notice_of(request.user, found),
        "may_end": verdict(lambda: check_may_end(request.user, found)),
        "may_review": verdict(lambda: check_may_review(request.user, found, now=now)),
        "reviews": request.user.has_role_permission(Permission.REVIEW_EMERGENCY),
        "form": form,
        "now": now,
    }
    return render(request, "incidents/emergency.html", context, status=status)


def _in_list(use: Any, now: Any) -> dict[str, Any]:
    if use.is_open(now):
        states = ["emergency_open"]
    elif use.reviewed_at is None:
        states = ["to_review"]
    else:
        states = [use.outcome.lower()]
    if not use.is_open(now) and use.is_late(now):
        states.append("review_late")
    return {"use": use, "states": states, "is_open": use.is_open(now)}
