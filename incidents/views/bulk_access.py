"""Giving several people access to several cases: what it changes is shown, then confirmed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.proving import Proving
from accounts.roles import Permission
from accounts.services.step_up import ProofNeeded, StepUpAct
from bwcportal.errors import DomainError, NotFound, NotPermitted, StaleVersion
from bwcportal.phrasing import counted
from incidents.deadlines import end_of_day
from incidents.enums import BulkMode
from incidents.forms.giving import BulkAccessForm
from incidents.permissions import check_may
from incidents.services.bulk_access import OBJECT, BulkPlan, grant_in_bulk, plan_bulk

# Where the services' fields stand on the page.
FIELDS = {"users": "people", "cases": "cases", "expires_at": "expires_on", "reason": "reason"}


@require_http_methods(["GET", "POST"])
def bulk_access(request: HttpRequest) -> HttpResponse:
    """Open several cases to several people, or make their personal access exactly these people."""
    check_may(request.user, Permission.GRANT_ACCESS)
    form = BulkAccessForm(
        request.POST or None, user=request.user, initial={"cases": request.GET.get("case", "")[:40]}
    )
    if not form.is_bound:
        return _show(request, form)
    if not form.is_valid():
        return _show(request, form, status=400)
    values = _values(request, form.cleaned_data)
    proving = None
    try:
        plan = plan_bulk(**values)
        proving = Proving(request, StepUpAct.GRANT, OBJECT, plan.digest)
        shown = request.POST.get("shown")
        if not shown:
            return _show(request, form, plan=plan, proving=proving)
        # What was shown for another plan is no proof of this one.
        if shown == plan.digest and not proving.take(now=values["now"]):
            return _show(request, form, plan=plan, proving=proving, status=proving.status)
        done = grant_in_bulk(
            **values, reason=form.cleaned_data["reason"], shown=shown, proof=proving.proof
        )
    except ProofNeeded:
        if proving is None:
            raise
        proving.ask()
        return _show(request, form, plan=plan, proving=proving, status=403)
    except (NotFound, NotPermitted):
        raise
    except StaleVersion as error:
        return _show(request, form, plan=plan, proving=proving, stale=error, status=412)
    except DomainError as error:
        name = FIELDS.get(error.field, "")
        form.add_error(name if name in form.fields else None, error.message)
        return _show(request, form, status=error.status)
    messages.success(request, f"Done: {counted(len(done.acting), 'change')} of personal access")
    return redirect(reverse("incidents:bulk-access"))


def _values(request: HttpRequest, cleaned: dict[str, Any]) -> dict[str, Any]:
    last_day = cleaned["expires_on"]
    return {
        "actor": request.user,
        "case_ids": [case.pk for case in cleaned["found_cases"]],
        "users": cleaned["found_users"],
        "mode": BulkMode(cleaned["mode"]),
        "expires_at": end_of_day(last_day) if last_day else None,
        "now": timezone.now(),
    }


def _show(
    request: HttpRequest,
    form: BulkAccessForm,
    *,
    plan: BulkPlan | None = None,
    proving: Proving | None = None,
    stale: StaleVersion | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"form": form, "plan": plan, "proving": proving, "stale": stale}
    return render(request, "incidents/bulk_access.html", context, status=status)
