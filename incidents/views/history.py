"""The history of a case: every act, every reading and, for those who may see them, refusals."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.roles import Permission
from incidents.events import HISTORY_VIEWED
from incidents.permissions import check_may
from incidents.selectors import history as histories
from incidents.selectors.casebar import build_casebar
from incidents.services.viewing import note_viewed
from incidents.views.acting import load
from incidents.views.cases import as_uuid

FILTERS = ("operation", "actor", "since", "until")


@require_GET
def history(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show the record of events of one case, newest first, and note that it was read."""
    now = timezone.now()
    case = load(request, case_id)
    check_may(request.user, Permission.SEE_HISTORY)
    note_viewed(HISTORY_VIEWED, actor=request.user, case=case, now=now)
    filters = histories.HistoryFilters(
        operation=request.GET.get("operation", ""),
        actor_id=request.GET.get("actor", ""),
        since=_day(request.GET.get("since", "")),
        until=_day(request.GET.get("until", "")),
    )
    before = as_uuid(request.GET.get("before", ""))
    found = histories.history_of(request.user, case, filters, now=now, before=before)
    kept = {name: request.GET[name] for name in FILTERS if request.GET.get(name)}
    address = reverse("incidents:history", args=[case.pk])
    context = {
        "case": case,
        "casebar": build_casebar(user=request.user, case=case, current="history", now=now),
        "history": found,
        "filters": filters,
        "operations": histories.operation_choices(request.user),
        "actors": histories.actor_choices(case),
        "sees_refusals": histories.may_see_refusals(request.user),
        "now": now,
        "older": f"{address}?{urlencode({**kept, 'before': found.next_before})}"
        if found.next_before
        else "",
        "newest": f"{address}?{urlencode(kept)}" if before else "",
        "is_narrowed": bool(kept),
    }
    return render(request, "incidents/history.html", context)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
