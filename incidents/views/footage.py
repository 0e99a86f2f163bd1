"""The footage of a case: what was found, how it is kept, and asking for it to be kept."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.roles import Permission
from bwcportal.errors import DomainError, NotFound
from bwcportal.phrasing import counted
from incidents.enums import PreservationState
from incidents.events import FOOTAGE_VIEWED
from incidents.forms.footage import LossForm
from incidents.permissions import check_may
from incidents.selectors.casebar import build_casebar
from incidents.selectors.footage import footage_page
from incidents.services.losses import mark_lost
from incidents.services.opening import open_case, open_link
from incidents.services.preservation import request_preservation, request_preservation_of_all
from incidents.services.preservation_checks import check_preservation
from incidents.services.viewing import note_viewed


@require_safe
def footage(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show what each camera should hold, what was found and how it is kept."""
    now = timezone.now()
    case = open_case(actor=request.user, case_id=case_id, now=now)
    note_viewed(FOOTAGE_VIEWED, actor=request.user, case=case, now=now)
    search_url = reverse("incidents:footage-search", args=[case_id])
    context = {
        "case": case,
        "casebar": build_casebar(user=request.user, case=case, current="footage"),
        "page": footage_page(user=request.user, case=case, now=now, search_url=search_url),
    }
    return render(request, "incidents/footage.html", context)


@require_POST
def preserve_all(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Ask for every recording of the case that nobody keeps yet; `back=my-work` returns there."""
    done = request_preservation_of_all(actor=request.user, case_id=case_id, now=timezone.now())
    tell_what_became(request, [PreservationState(each.state) for each in done])
    if request.POST.get("back") == "my-work":
        return redirect("reviews:my-work")
    return redirect("incidents:footage", case_id)


@require_POST
def preserve(request: HttpRequest, case_id: UUID, link_id: UUID) -> HttpResponse:
    """Ask for one recording to be kept."""
    now = timezone.now()
    _check_of_case(request, case_id, link_id)
    done = request_preservation(actor=request.user, link_id=link_id, now=now)
    tell_what_became(request, [PreservationState(done.state)])
    return redirect("incidents:footage", case_id)


def tell_what_became(request: HttpRequest, states: Iterable[PreservationState]) -> None:
    """Say on the next page what the evidence system answered to one or several requests."""
    listed = list(states)
    kept = listed.count(PreservationState.PRESERVED)
    waiting = listed.count(PreservationState.REQUESTED)
    rest = len(listed) - kept - waiting
    if kept:
        messages.success(request, f"{counted(kept, 'recording')} preserved")
    if waiting:
        messages.warning(
            request,
            f"{counted(waiting, 'recording')} asked for, and the evidence system has not answered. "
            "Nothing is lost: the portal asks again every 15 minutes",
        )
    if rest:
        messages.error(
            request, f"{counted(rest, 'recording')} not preserved. The reasons are in the table"
        )
    if not listed:
        messages.success(request, "Every recording of this case is preserved already")


def _check_of_case(request: HttpRequest, case_id: UUID, link_id: UUID) -> None:
    """Raise NotFound unless the recording is in the case of the address, and both may be known of."""
    link = open_link(actor=request.user, link_id=link_id, now=timezone.now())
    if link.complaint_id != case_id:
        raise NotFound


@require_POST
def check_now(request: HttpRequest, case_id: UUID, link_id: UUID) -> HttpResponse:
    """Ask the evidence system now whether it keeps one recording."""
    _check_of_case(request, case_id, link_id)
    seen = check_preservation(actor=request.user, link_id=link_id, now=timezone.now())
    level, words = _SEEN[seen]
    messages.add_message(request, level, words)
    return redirect("incidents:footage", case_id)


_SEEN = {
    "kept": (messages.SUCCESS, "Seen on hold just now, and the file is unchanged"),
    "in_doubt": (messages.WARNING, "Checked just now, and something is wrong. The table says what"),
    "lost": (messages.ERROR, "The evidence system no longer has this recording. It is marked lost"),
    "looked_at": (
        messages.WARNING,
        "The recording is there, and nobody has asked for it to be kept",
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
def report_lost(request: HttpRequest, case_id: UUID, link_id: UUID) -> HttpResponse:
    """Report that a recording is lost; what the evidence system still holds is not."""
    now = timezone.now()
    case = open_case(actor=request.user, case_id=case_id, now=now)
    link = open_link(actor=request.user, link_id=link_id, now=now)
    if link.complaint_id != case_id:
        raise NotFound
    check_may(request.user, Permission.PRESERVE_FOOTAGE)
    form = LossForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound:
        answer = _try_to_report(request, form, link_id)
        if isinstance(answer, HttpResponseRedirect):
            return answer
        status = answer
    note_viewed(FOOTAGE_VIEWED, actor=request.user, case=case, now=now)
    context = {
        "case": case,
        "link": link,
        "form": form,
        "casebar": build_casebar(user=request.user, case=case, current="footage"),
    }
    return render(request, "incidents/footage_lost.html", context, status=status)


def _try_to_report(
    request: HttpRequest, form: LossForm, link_id: UUID
) -> HttpResponseRedirect | int:
    """Report the loss, or put the refusal on the form and give its status."""
    if not form.is_valid():
        return 400
    try:
        mark_lost(
            actor=request.user,
            link_id=link_id,
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
        )
    except NotFound:
        raise
    except DomainError as error:
        form.add_error(error.field or None, error.message)
        return error.status
    messages.success(request, "The loss is recorded")
    case_id = open_link(actor=request.user, link_id=link_id, now=timezone.now()).complaint_id
    return HttpResponseRedirect(reverse("incidents:footage", args=[case_id]))
