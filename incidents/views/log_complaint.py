"""Logging a complaint, in four pages and a check. What is typed is kept from the first answer on."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.roles import Permission
from bwcportal.errors import DomainError, Invalid, NotFound
from bwcportal.form_markup import summary_lines
from incidents import deadlines
from incidents.forms import log_pages
from incidents.forms.log_pages import BY_KEY, PAGES, Answers, PageForms, Typed
from incidents.permissions import check_may
from incidents.selectors.drafts import drafts_of, find_draft, title_of
from incidents.selectors.officers import find_officers
from incidents.services import drafts

CHECK = "check"
_NOT_KEPT = {"csrfmiddlewaretoken", "draft", "page", "continue", "later", "add", "remove"}
KEYS = [page.key for page in PAGES]


@require_http_methods(["GET", "POST"])
def log_complaint(request: HttpRequest) -> HttpResponse:
    """Show or take one page of a complaint that is being logged; `page=check` ends it."""
    check_may(request.user, Permission.LOG_COMPLAINT)
    if request.method == "POST":
        return _take(request)
    page = _page_key(request.GET.get("page", KEYS[0]))
    if "draft" not in request.GET:
        return _show(request, uuid.uuid4(), {}, KEYS[0], drafts=drafts_of(request.user))
    draft = find_draft(request.user, _draft_id(request.GET.get("draft", "")))
    if page == CHECK:
        return _show_check(request, draft.pk, draft.answers)
    return _show(request, draft.pk, draft.answers, page)


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep what has been typed so far, and answer with the footage clock as a fragment."""
    check_may(request.user, Permission.LOG_COMPLAINT)
    page = _page_key(request.POST.get("page", ""))
    draft = drafts.save_answers(
        actor=request.user,
        draft_id=_draft_id(request.POST.get("draft", "")),
        page=page,
        answers=_typed(request),
        now=timezone.now(),
        settled={log_pages.ROWS},
    )
    return render(request, "incidents/_log_clock.html", {"clock": footage_words(draft.answers)})


@require_POST
def throw_away(request: HttpRequest) -> HttpResponse:
    """Throw an unfinished complaint away."""
    check_may(request.user, Permission.LOG_COMPLAINT)
    drafts.throw_away(actor=request.user, draft_id=_draft_id(request.POST.get("draft", "")))
    messages.success(request, "Thrown away. Nothing of it is kept")
    return redirect("incidents:log-complaint")


@require_GET
def officers(request: HttpRequest) -> HttpResponse:
    """Suggest officers whose number or surname begins with what was typed, as options of a list."""
    check_may(request.user, Permission.LOG_COMPLAINT)
    typed = next((value for key, value in request.GET.items() if key.endswith("officer")), "")
    return render(request, "incidents/_officer_options.html", {"people": find_officers(typed)})


def footage_words(answers: Answers) -> dict[str, Any] | None:
    """Say when the footage of the incident goes, from whatever is known of it; None without a date."""
    form = log_pages.page_forms("incident", user=None, answers=answers, bound=True).single  # type: ignore[arg-type]
    form.is_valid()  # type: ignore[union-attr]
    cleaned = form.cleaned_data  # type: ignore[union-attr]
    day = cleaned.get("happened_on")
    if day is None:
        return None
    starts_at, is_known = cleaned.get("starts_at"), cleaned.get("start_is_known", False)
    if starts_at is None:
        starts_at, is_known = deadlines.start_of_day(day), False
    moment = starts_at + timedelta(days=settings.AUTO_DELETE_DAYS)
    return {
        "day": day,
        "moment": moment,
        "is_known": is_known,
        "time_given": bool(is_known),
        "days": settings.AUTO_DELETE_DAYS,
        "is_over": moment <= timezone.now(),
    }


def _take(request: HttpRequest) -> HttpResponse:
    draft_id = _draft_id(request.POST.get("draft", ""))
    page = _page_key(request.POST.get("page", ""))
    now = timezone.now()
    if page == CHECK:
        return _log(request, draft_id, now)
    typed = _typed(request)
    to = f"#{KEYS[0]}"
    if "add" in request.POST:
        typed = log_pages.with_row(typed)
        to = f"#row-{log_pages.row_numbers(typed)[-1]}"
    elif "remove" in request.POST:
        typed = log_pages.without_row(typed, request.POST["remove"])
        to = "#rows"
    draft = drafts.save_answers(
        actor=request.user, draft_id=draft_id, page=page, answers=typed, now=now
    )
    if "later" in request.POST:
        messages.success(request, f"Kept for {drafts.KEPT_FOR.days} days, to finish later")
        return redirect("incidents:log-complaint")
    if "add" in request.POST or "remove" in request.POST:
        return redirect(address(draft_id, page) + to)
    forms = log_pages.page_forms(page, user=request.user, answers=draft.answers, bound=True)
    if not forms.are_valid():
        return _show(request, draft_id, draft.answers, page, forms=forms, status=400)
    return redirect(address(draft_id, [*KEYS, CHECK][KEYS.index(page) + 1]))


def _log(request: HttpRequest, draft_id: UUID, now: datetime) -> HttpResponse:
    draft = find_draft(request.user, draft_id)
    pages = log_pages.every_page(user=request.user, answers=draft.answers)
    if not log_pages.is_complete(pages):
        return _show_check(request, draft_id, draft.answers, status=400)
    try:
        case = drafts.log_draft(
            actor=request.user, draft_id=draft_id, data=log_pages.compose(pages), now=now
        )
    except Invalid as error:
        return _show_check(request, draft_id, draft.answers, refused=error, status=400)
    messages.success(request, f"Logged as {case.reference}")
    return redirect("incidents:case", case_id=case.pk)


def address(draft_id: UUID, page: str) -> str:
    """Give the address of one page of a draft."""
    return f"{reverse('incidents:log-complaint')}?draft={draft_id}&page={page}"


def _show(
    request: HttpRequest,
    draft_id: UUID,
    answers: Answers,
    page: str,
    *,
    forms: PageForms | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    forms = forms or log_pages.page_forms(page, user=request.user, answers=answers, bound=False)
    position = KEYS.index(page)
    unfinished = [
        {"title": title_of(draft), "saved_at": draft.saved_at, "url": address(draft.pk, KEYS[0])}
        for draft in more.get("drafts", [])
    ]
    context = {
        "page": BY_KEY[page],
        "number": position + 1,
        "count": len(PAGES),
        "draft_id": draft_id,
        "forms": forms,
        "lines": summary_lines(forms.all),
        "officers_known": page == "allegations"
        and log_pages.officer_choices(answers.get("officers", {})),
        "clock": footage_words(answers),
        "unfinished": unfinished,
        "back": address(draft_id, KEYS[position - 1]) if position else "",
    }
    return render(request, "incidents/log_complaint.html", context, status=status)


def _show_check(
    request: HttpRequest,
    draft_id: UUID,
    answers: Answers,
    *,
    refused: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    pages = log_pages.every_page(user=request.user, answers=answers)
    parts = []
    for page in PAGES:
        forms = pages[page.key]
        is_complete = forms.are_valid()
        parts.append(
            {
                "page": page,
                "url": address(draft_id, page.key),
                "forms": forms,
                "is_complete": is_complete,
                "problems": [line["words"] for line in summary_lines(forms.all)],
            }
        )
    names = dict(log_pages.officer_choices(answers.get("officers", {})))
    context = {
        "draft_id": draft_id,
        "parts": parts,
        "is_complete": all(part["is_complete"] for part in parts),
        "refused": refused,
        "officers": names,
        "allegations": log_pages.allegation_words(pages["allegations"], names),
        "clock": footage_words(answers),
        "back": address(draft_id, KEYS[-1]),
    }
    return render(request, "incidents/log_check.html", context, status=status)


def _typed(request: HttpRequest) -> Typed:
    return {name: texts for name, texts in request.POST.lists() if name not in _NOT_KEPT and texts}


def _page_key(text: str) -> str:
    if text not in {*KEYS, CHECK}:
        raise NotFound
    return text


def _draft_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
