"""Taking a list of access out of the portal: asked for on a page, handed out for a second factor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.list_addresses import read_address
from accounts.proving import Proving
from accounts.roles import Permission
from accounts.services.step_up import ProofNeeded, StepUpAct, Target
from bwcportal.errors import Invalid
from incidents.forms.access import AsAtForm
from incidents.permissions import check_may
from incidents.selectors.casebar import build_casebar
from incidents.selectors.reach import account_of
from incidents.services import access_export
from incidents.services.access_export import Export
from incidents.views.acting import load


@require_http_methods(["GET", "POST"])
def export_access(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Hand out the list of who can see the case, or could at a past moment, for a spreadsheet."""
    now = timezone.now()
    case = load(request, case_id)
    check_may(request.user, Permission.SEE_HISTORY)
    asked = read_address(request.GET, ("on", "time"))
    form = AsAtForm(request.POST if request.method == "POST" else asked)
    if not form.is_valid():
        raise Invalid("Go back and choose a moment that is not to come", field="on")
    at = form.cleaned_data["at"]
    typed = {name: form[name].value() or "" for name in asked} if at else {}
    back = reverse("incidents:access", args=[case.pk])
    proving = _proving(request, access_export.of_case(case, at))
    context = {
        "case": case,
        "casebar": build_casebar(user=request.user, case=case, current="access", now=now),
        "form": form,
        "at": at,
        "asked": typed,
        "back": f"{back}?{urlencode(typed)}" if typed else back,
    }
    return _run(
        request,
        proving,
        "incidents/export_access.html",
        context,
        lambda: access_export.export_access(
            actor=request.user, case=case, at=at, proof=proving.proof, now=now
        ),
    )


@require_http_methods(["GET", "POST"])
def export_reach(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Hand out the list of the cases that an account can reach, of those the reader may see too."""
    check_may(request.user, Permission.SEE_REACH)
    read_address(request.GET, ())
    user = account_of(user_id)
    proving = _proving(request, access_export.of_person(user))
    return _run(
        request,
        proving,
        "incidents/export_reach.html",
        {"reached": user, "most": access_export.MOST_CASES},
        lambda: access_export.export_reach(
            actor=request.user, user=user, proof=proving.proof, now=timezone.now()
        ),
    )


def _proving(request: HttpRequest, target: Target) -> Proving:
    return Proving(request, StepUpAct(target.act), target.object_id, target.version)


def _run(
    request: HttpRequest,
    proving: Proving,
    template: str,
    context: dict[str, Any],
    make: Callable[[], Export],
) -> HttpResponse:
    """Show what would be handed out; with a second factor, hand it out."""
    status = 200
    if request.method == "POST":
        try:
            if proving.take(now=timezone.now()):
                return _as_file(make())
            status = proving.status
        except ProofNeeded:
            proving.ask()
            status = 403
    return render(request, template, {**context, "proving": proving}, status=status)


def _as_file(made: Export) -> HttpResponse:
    return HttpResponse(
        made.content,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{made.name}"'},
    )
