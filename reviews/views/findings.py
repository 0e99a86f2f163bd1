"""The findings of a case: the evidence, what was decided, and deciding an allegation."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bwcportal.errors import DomainError, Invalid, NotFound, StaleVersion
from bwcportal.phrasing import london_day
from incidents.permissions import Verdict, verdict
from incidents.selectors.casebar import build_casebar
from incidents.services.opening import open_case
from incidents.services.viewing import note_viewed
from reviews.events import FINDINGS_VIEWED
from reviews.forms.findings import DecideForm
from reviews.permissions import check_can_decide
from reviews.policies import check_content_may_change, points_to_answer
from reviews.selectors import findings as selectors
from reviews.services.findings import decide_allegation


@require_safe
def findings(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show the moments against the allegations, and every decision with its reasons."""
    return render(request, "reviews/findings.html", _page(request, case_id))


@require_http_methods(["GET", "HEAD", "POST"])
def finding(request: HttpRequest, case_id: UUID, allegation_id: UUID) -> HttpResponse:
    """Show one allegation with the form that decides it, or decide it and go on."""
    context = _page(request, case_id, allegation_id)
    row = context["current"]
    if request.method != "POST":
        if context["deciding"].allowed:
            context["form"] = _form(context, DecideForm.initial_of(row.finding))
        return render(request, "reviews/findings.html", context)
    form = _form(context, {}, data=request.POST)
    if not form.is_valid():
        # Who may not, or may not now, is told so whatever was typed.
        check_can_decide(request.user)
        check_content_may_change(context["case"])
        return render(request, "reviews/findings.html", context | {"form": form}, status=400)
    try:
        decide_allegation(
            actor=request.user,
            allegation_id=allegation_id,
            now=timezone.now(),
            **form.arguments(),
        )
    except StaleVersion as stale:
        return _stale(request, context, stale)
    except Invalid as wrong:
        form.add_error(form.place_of(wrong.field), wrong.message)
        return render(request, "reviews/findings.html", context | {"form": form}, status=400)
    messages.success(request, f"Allegation {row.allegation.number} decided")
    if "next" in request.POST and context["following"]:
        return redirect("reviews:finding", case_id, context["following"].allegation.pk)
    return redirect("reviews:finding", case_id, allegation_id)


def _page(request: HttpRequest, case_id: UUID, allegation_id: UUID | None = None) -> dict[str, Any]:
    now = timezone.now()
    case = open_case(actor=request.user, case_id=case_id, now=now)
    allegations = selectors.allegations_of(case)
    points = points_to_answer(case)
    rows = selectors.allegation_rows(allegations, points)
    current = next((row for row in rows if row.allegation.pk == allegation_id), None)
    if allegation_id is not None and current is None:
        raise NotFound
    note_viewed(FINDINGS_VIEWED, actor=request.user, case=case, now=now)
    matrix = selectors.evidence_matrix(user=request.user, case=case, allegations=allegations)
    return {
        "case": case,
        "casebar": build_casebar(user=request.user, case=case, current="findings"),
        "matrix": matrix,
        "rows": rows,
        "counts": selectors.counts_in_words(rows, len(matrix.rows)),
        "points": points,
        "current": current,
        "following": _after(rows, current),
        "first_open": next((row for row in rows if row.state != "decided"), next(iter(rows), None)),
        "deciding": _deciding(request, case),
        "now": now,
    }


def _deciding(request: HttpRequest, case: Any) -> Verdict:
    return verdict(lambda: (check_can_decide(request.user), check_content_may_change(case)))


def _after(
    rows: list[selectors.AllegationRow], current: selectors.AllegationRow | None
) -> selectors.AllegationRow | None:
    """Give the next allegation that is not settled, else simply the next one."""
    if current is None or len(rows) < 2:
        return None
    place = rows.index(current)
    others = rows[place + 1 :] + rows[:place]
    return next((row for row in others if row.state != "decided"), others[0])


def _form(
    context: dict[str, Any], initial: dict[str, Any], *, data: QueryDict | None = None
) -> DecideForm:
    case, today = context["case"], london_day(context["now"])
    return DecideForm(
        data,
        initial=initial,
        allegation=context["current"].allegation,
        moments=context["matrix"].rows,
        decisions=selectors.legal_decisions(case, on=today),
        reasons=selectors.no_footage_reasons(on=today),
        recordings=selectors.recordings_of(case),
        actions=selectors.action_options(on=today),
    )


def _stale(request: HttpRequest, context: dict[str, Any], stale: DomainError) -> HttpResponse:
    """Show what was typed beside what is stored now; saving again replaces it knowingly."""
    fresh = _page(request, context["case"].pk, context["current"].allegation.pk)
    stored = fresh["current"].finding
    typed = request.POST.copy()
    typed["version"] = str(stored.version if stored else 0)
    form = _form(fresh, {}, data=typed)
    return render(
        request,
        "reviews/findings.html",
        fresh | {"form": form, "stale": stale, "stored": stored},
        status=stale.status,
    )
