"""Parts of a case's overview that only this app can tell: what is missing, what is decided.

The overview asks for them when it has loaded; without script they are pages of their own links.
"""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from incidents.enums import HANDLING_STATES
from incidents.events import CASE_VIEWED
from incidents.services.opening import open_case
from incidents.services.viewing import note_viewed
from reviews.policies import points_to_answer
from reviews.selectors import findings as findings_selectors
from reviews.selectors.sign_off import preparation, task_items
from reviews.selectors.versions import versions_of


@require_safe
def before_submit(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Say what is missing before the case can be submitted, or where its version is now."""
    now = timezone.now()
    case = open_case(actor=request.user, case_id=case_id, now=now)
    note_viewed(CASE_VIEWED, actor=request.user, case=case, now=now)
    versions = versions_of(case)
    handled = case.state in HANDLING_STATES
    left = preparation(user=request.user, case=case, now=now) if handled else None
    context = {
        "case": case,
        "latest": versions[0] if versions else None,
        "points": points_to_answer(case),
        "preparation": left,
        "left": task_items(case, left) if left else [],
    }
    return render(request, "reviews/_before_submit.html", context)


@require_safe
def allegation_decisions(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """List the allegations in the complainant's words, with the decision on each."""
    now = timezone.now()
    case = open_case(actor=request.user, case_id=case_id, now=now)
    note_viewed(CASE_VIEWED, actor=request.user, case=case, now=now)
    allegations = findings_selectors.allegations_of(case)
    rows = findings_selectors.allegation_rows(allegations, points_to_answer(case))
    return render(request, "reviews/_allegation_decisions.html", {"case": case, "rows": rows})
