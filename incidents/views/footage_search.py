"""Searching for footage: the question, what it found, and attaching what belongs to the case."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.roles import Permission
from bwcportal.errors import DomainError, NotFound
from bwcportal.phrasing import counted
from incidents.enums import PreservationState, SearchResult
from incidents.events import FOOTAGE_VIEWED
from incidents.footage_sources.errors import SourceUnavailable
from incidents.forms.footage import AttachForm, FootageSearchForm, starting_values
from incidents.permissions import check_may, verdict
from incidents.policies import check_may_gather
from incidents.selectors.casebar import build_casebar
from incidents.selectors.footage import links_of, officers_of, search_row
from incidents.selectors.found_footage import Hit, hits_of, read_search
from incidents.services.footage import attach_footage, record_search, search_footage
from incidents.services.opening import open_case
from incidents.services.preservation import request_preservation
from incidents.services.viewing import note_viewed
from incidents.views.footage import tell_what_became

# Refusals that a page shows beside the form, with everything that was typed.
_SHOWN_ON_FORM = (400, 409)


@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Ask what to search for, search or record the fact, and go to the result."""
    now = timezone.now()
    case = open_case(actor=request.user, case_id=case_id, now=now)
    check_may(request.user, Permission.SEARCH_FOOTAGE)
    check_may_gather(case)
    officers = officers_of(case, links=links_of(case))
    if request.method != "POST":
        note_viewed(FOOTAGE_VIEWED, actor=request.user, case=case, now=now)
        initial = starting_values(case.incident, officers, request.GET.dict())
        return _show_form(request, case, FootageSearchForm(officers=officers, initial=initial))
    form = FootageSearchForm(request.POST, officers=officers)
    if not form.is_valid():
        return _show_form(request, case, form, status=400)
    try:
        return _search(request, case, form)
    except DomainError as error:
        if error.status not in _SHOWN_ON_FORM:
            raise
        field = error.field if error.field in form.fields else None
        form.add_error(field, error.message)
        silent = isinstance(error, SourceUnavailable)
        return _show_form(request, case, form, status=error.status, silent=silent)


def _show_form(
    request: HttpRequest,
    case: Any,
    form: FootageSearchForm,
    *,
    status: int = 200,
    silent: bool = False,
) -> HttpResponse:
    context = {
        "case": case,
        "form": form,
        "silent": silent,
        "casebar": build_casebar(user=request.user, case=case, current="footage"),
    }
    return render(request, "incidents/footage_search.html", context, status=status)


def _search(request: HttpRequest, case: Any, form: FootageSearchForm) -> HttpResponse:
    now = timezone.now()
    if form.by_hand:
        data = form.cleaned_data
        record_search(
            actor=request.user,
            case_id=case.pk,
            criteria=form.criteria(),
            result=SearchResult(data["result"]),
            place=data["place"],
            note=data["note"],
            now=now,
        )
        messages.success(request, "The search is recorded")
        return redirect("incidents:footage", case.pk)
    made, found = search_footage(
        actor=request.user, case_id=case.pk, criteria=form.criteria(), now=now
    )
    if not found:
        messages.warning(request, "The evidence system found nothing. The search is recorded")
    return redirect("incidents:footage-search-result", case.pk, made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def result(request: HttpRequest, case_id: UUID, search_id: UUID) -> HttpResponse:
    """Show what a search found, and attach what belongs to the case."""
    now = timezone.now()
    case = open_case(actor=request.user, case_id=case_id, now=now)
    made = read_search(user=request.user, case_id=case_id, search_id=search_id)
    if made is None:
        raise NotFound
    if request.method == "POST":
        check_may(request.user, Permission.SEARCH_FOOTAGE)
        check_may_gather(case)
        form = AttachForm(request.POST, external_ids=made.found_external_ids)
        if form.is_valid():
            return _attach(request, case, made, form)
        return _show_result(request, case, made, form, status=400)
    note_viewed(
        FOOTAGE_VIEWED, actor=request.user, case=case, now=now, subject=made.audit_subject()
    )
    chosen = {"recordings": made.found_external_ids}
    form = AttachForm(external_ids=made.found_external_ids, initial=chosen)
    return _show_result(request, case, made, form)


def _show_result(
    request: HttpRequest,
    case: Any,
    made: Any,
    form: AttachForm,
    *,
    status: int = 200,
) -> HttpResponse:
    hits: list[Hit] = []
    silence = ""
    try:
        hits = hits_of(made)
    except SourceUnavailable as error:
        silence = error.message
    context = {
        "case": case,
        "row": search_row(made, {}),
        "hits": hits,
        "to_attach": sum(hit.can_attach for hit in hits),
        "silence": silence,
        "form": form,
        "may_search": verdict(lambda: _check_search(request, case)),
        "casebar": build_casebar(user=request.user, case=case, current="footage"),
    }
    return render(request, "incidents/footage_found.html", context, status=status)


def _check_search(request: HttpRequest, case: Any) -> None:
    check_may(request.user, Permission.SEARCH_FOOTAGE)
    check_may_gather(case)


def _attach(request: HttpRequest, case: Any, made: Any, form: AttachForm) -> HttpResponse:
    """Attach each recording by itself, so that one that is gone does not stop the others."""
    links = []
    for external_id in form.cleaned_data["recordings"]:
        try:
            links.append(
                attach_footage(
                    actor=request.user,
                    case_id=case.pk,
                    external_id=external_id,
                    reason=form.cleaned_data["reason"],
                    now=timezone.now(),
                )
            )
        except DomainError as error:
            if error.status not in _SHOWN_ON_FORM:
                raise
            form.add_error(error.field if error.field in form.fields else None, error.message)
    if not links:
        return _show_result(request, case, made, form, status=409)
    labels = ", ".join(link.label for link in links)
    messages.success(request, f"{counted(len(links), 'recording')} attached: {labels}")
    for sentence in form.non_field_errors():
        messages.error(request, sentence)
    if form.cleaned_data.get("preserve") and request.user.has_role_permission(
        Permission.PRESERVE_FOOTAGE
    ):
        states = [
            request_preservation(actor=request.user, link_id=link.pk, now=timezone.now()).state
            for link in links
        ]
        tell_what_became(request, [PreservationState(state) for state in states])
    return redirect("incidents:footage", case.pk)
