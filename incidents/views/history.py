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

from accounts.list_addresses import identifier, one_of, read_address
from accounts.roles import Permission
from bwcportal.errors import Invalid
from incidents.events import HISTORY_VIEWED
from incidents.permissions import check_may
from incidents.selectors import history as histories
from incidents.selectors.casebar import build_casebar
from incidents.selectors.conflicts import links_ever
from incidents.services.viewing import note_viewed
from incidents.views.acting import load

FILTERS = ("operation", "actor", "since", "until")


@require_GET
def history(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show the record of events of one case, newest first, and note that it was read."""
    now = timezone.now()
    case = load(request, case_id)
    check_may(request.user, Permission.SEE_HISTORY)
    note_viewed(HISTORY_VIEWED, actor=request.user, case=case, now=now)
    asked = read_address(request.GET, (*FILTERS, "before"))
    operations = histories.operation_choices(request.user)
    filters = histories.HistoryFilters(
        operation=one_of(asked["operation"], [code for code, _ in operations], name="kind of act"),
        actor_id=asked["actor"],
        since=_day(asked["since"], name="since"),
        until=_day(asked["until"], name="until"),
    )
    before = identifier(asked["before"], name="page")
    found = histories.history_of(request.user, case, filters, now=now, before=before)
    kept = {name: asked[name] for name in FILTERS if asked[name]}
    address = reverse("incidents:history", args=[case.pk])
    context = {
        "case": case,
        "casebar": build_casebar(user=request.user, case=case, current="history", now=now),
        "history": found,
        "filters": filters,
        "operations": operations,
        "actors": histories.actor_choices(case),
        "sees_refusals": histories.may_see_refusals(request.user),
        "now": now,
        "older": f"{address}?{urlencode({**kept, 'before': found.next_before})}"
        if found.next_before
        else "",
        "links": [] if kept or before else links_ever(request.user, case),
        "newest": f"{address}?{urlencode(kept)}" if before else "",
        "is_narrowed": bool(kept),
    }
    return render(request, "incidents/history.html", context)


def _day(text: str, *, name: str) -> date | None:
    """Read a day as the page's own fields send it, None for ''."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("Choose a real date for the history", field=name) from error
