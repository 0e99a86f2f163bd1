"""The list of cases and the overview of one."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import ValidationError
from django.forms import UUIDField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from audit.values import Subject
from incidents.events import CASE_LIST_VIEWED, CASE_VIEWED
from incidents.selectors import cases, overview
from incidents.selectors.casebar import CLOSED_STATES, badge_of, build_casebar, footage_words
from incidents.services.viewing import note_list_viewed, note_viewed
from incidents.views.acting import load


@require_GET
def case_list(request: HttpRequest) -> HttpResponse:
    """List the cases the person may know of; a whole reference typed goes straight to its case."""
    now = timezone.now()
    filters = cases.CaseFilters(
        text=request.GET.get("q", "").strip()[:60],
        state=request.GET.get("state", ""),
        team=request.GET.get("team", ""),
        investigator=request.GET.get("investigator", ""),
    )
    if filters.text:
        exact = cases.find_by_reference(request.user, filters.text)
        if exact is not None:
            return redirect("incidents:case", case_id=exact.pk)
    after = as_uuid(request.GET.get("after", ""))
    page = cases.list_cases(request.user, filters, after=after)
    note_list_viewed(
        CASE_LIST_VIEWED,
        actor=request.user,
        subject=Subject("case_list", "", "Cases"),
        now=now,
        details={
            "state": filters.state[:40].replace(" ", ""),
            "searched": bool(filters.text),
            "shown": [str(row.case.pk) for row in page.rows],
        },
        searched=filters.text,
    )
    kept = {
        name: value
        for name, value in request.GET.items()
        if name in {"q", "state", "team", "investigator"} and value
    }
    address = reverse("incidents:case-list")
    context = {
        "page": page,
        "rows": [_in_list(row, now) for row in page.rows],
        "filters": filters,
        "choices": cases.filter_choices(request.user),
        "is_narrowed": bool(kept),
        "older": f"{address}?{urlencode({**kept, 'after': page.next_after})}"
        if page.next_after
        else "",
        "newest": f"{address}?{urlencode(kept)}" if after else "",
    }
    return render(request, "incidents/case_list.html", context)


@require_GET
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show one case: what is to be done, what is alleged, its dates and its people."""
    now = timezone.now()
    found = load(request, case_id)
    note_viewed(CASE_VIEWED, actor=request.user, case=found, now=now)
    context = {
        "case": found,
        "casebar": build_casebar(user=request.user, case=found, current="overview", now=now),
        **overview.overview_of(request.user, found, now=now),
    }
    return render(request, "incidents/case.html", context)


def _in_list(row: cases.CaseRow, now: datetime) -> dict[str, object]:
    is_closed = row.case.state in CLOSED_STATES
    return {
        "row": row,
        "badge": badge_of(row.case.state),
        "footage": footage_words(row.footage, now, is_closed=is_closed),
        "is_late": row.next_deadline is not None
        and row.next_deadline.due_on < timezone.localdate(now),
        "tone": "" if is_closed else row.footage.tone(now),
    }


def as_uuid(text: str) -> UUID | None:
    """Read an id from an address; None for anything else."""
    try:
        value: UUID | None = UUIDField(required=False).clean(text)
    except ValidationError:
        return None
    return value
