"""Taking note that a case came to the team from another one."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.roles import Permission
from incidents.permissions import check_may
from incidents.services.arrivals import note_arrival
from incidents.views.acting import load


@require_POST
def note(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Take note for the team; the task of its supervisors is gone."""
    load(request, case_id)
    check_may(request.user, Permission.SIGN_OFF)
    note_arrival(actor=request.user, case_id=case_id, now=timezone.now())
    messages.success(request, "Your team has taken note of this case")
    return redirect("incidents:case", case_id=case_id)
