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

from accounts.branched_lists import PAGE_SIZES
from accounts.list_addresses import identifier, one_of, page_size, read_address
from accounts.roles import Permission
from audit.values import Subject
from bwcportal.errors import Invalid
from incidents.enums import CaseState
from incidents.events import CASE_LIST_VIEWED, CASE_VIEWED
from incidents.selectors import cases, overview
from incidents.selectors.casebar import CLOSED_STATES, badge_of, build_casebar, footage_words
from incidents.services.viewing import note_list_viewed, note_viewed
from incidents.views.acting import load

_PARTS = ("q", "state", "team", "investigator", "size", "after")
MOST_TYPED = 60


@require_GET
def case_list(request: HttpRequest) -> HttpResponse:
    """List the cases the person may know of; a whole reference typed goes straight to its case."""
    now = timezone.now()
    asked = read_address(request.GET, _PARTS)
    size = page_size(asked["size"])
    filters, problem = _filters(request, asked)
    if filters.text:
        exact = cases.find_by_reference(request.user, filters.text)
        if exact is not None:
            return redirect("incidents:case", case_id=exact.pk)
    page = None
    if not problem:
        page = cases.list_cases(request.user, filters, after=asked["after"], size=size)
        note_list_viewed(
            CASE_LIST_VIEWED,
            actor=request.user,
            subject=Subject("case_list", "", "Cases"),
            now=now,
            details={
                "state": filters.state,
                "searched": bool(filters.text),
                "shown": [str(row.case.pk) for row in page.rows],
            },
            searched=filters.text,
        )
    kept = {name: value for name, value in asked.items() if value and name != "after"}
    address = reverse("incidents:case-list")
    older = page.next_after if page else ""
    context = {
        "page": page,
        "problem": problem,
        "rows": [_in_list(row, now) for row in page.rows] if page else [],
        "asked": asked,
        "choices": cases.filter_choices(request.user),
        "size": size,
        "sizes": PAGE_SIZES,
        "is_narrowed": bool(kept.keys() - {"size"}),
        "older": f"{address}?{urlencode({**kept, 'after': older})}" if older else "",
        "newest": f"{address}?{urlencode(kept)}" if asked["after"] else "",
        "may_break_glass": request.user.acting_for is None
        and request.user.has_role_permission(Permission.BREAK_GLASS),
    }
    return render(request, "incidents/case_list.html", context, status=400 if problem else 200)


def _filters(request: HttpRequest, asked: dict[str, str]) -> tuple[cases.CaseFilters, str]:
    """Read the filters, with a sentence about what was typed and fits nobody, '' if all is well."""
    if len(asked["q"]) > MOST_TYPED:
        raise Invalid(f"Type at most {MOST_TYPED} characters to search for", field="q")
    investigator: UUID | str = asked["investigator"]
    problem = ""
    if investigator and investigator not in {cases.ME, cases.NOBODY}:
        investigator, problem = _investigator(request, str(investigator))
    filters = cases.CaseFilters(
        text=asked["q"],
        state=one_of(asked["state"], [*CaseState.values, cases.OPEN], name="state"),
        team=identifier(asked["team"], name="team"),
        investigator=investigator,
    )
    return filters, problem


def _investigator(request: HttpRequest, typed: str) -> tuple[UUID | str, str]:
    """Take the id of an account, or find the one colleague whose number or name was typed."""
    chosen = as_uuid(typed)
    if chosen is not None:
        return chosen, ""
    found = cases.investigators_called(request.user, typed[:MOST_TYPED])
    if len(found) == 1:
        return found[0].pk, ""
    if found:
        names = ", ".join(user.display_name for user in found)
        return "", f"Enter the collar number of one of: {names}"
    return "", "Enter the collar number or surname of an investigator in one of your teams"


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
