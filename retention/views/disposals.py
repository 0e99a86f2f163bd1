"""What is due: the list, one disposal with its approvals, and the certificate that remains."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.branched_lists import PAGE_SIZES
from accounts.list_addresses import one_of, page_size, read_address
from accounts.proving import Proving
from accounts.roles import Permission
from accounts.services.step_up import ProofNeeded, StepUpAct
from audit.recorder import record_consultation
from audit.values import Subject
from bwcportal.errors import DomainError
from incidents.permissions import check_may, verdict
from incidents.selectors.casebar import build_casebar
from incidents.services.viewing import note_viewed
from retention import selectors
from retention.enums import DisposalState
from retention.events import CERTIFICATE_VIEWED, DISPOSALS_VIEWED, RETENTION_VIEWED
from retention.forms import KeepForm, ReasonForm
from retention.permissions import check_can_approve, check_can_see_disposals
from retention.policies import APPROVALS_NEEDED, check_can_be_decided, check_not_paused
from retention.services import disposing


@require_GET
def disposal_list(request: HttpRequest) -> HttpResponse:
    """List what is due, proposed, approved and destroyed among the cases the person may see."""
    check_can_see_disposals(request.user)
    now = timezone.now()
    asked = read_address(request.GET, ("state", "size", "after"))
    state = one_of(asked["state"], DisposalState.values, name="state")
    size = page_size(asked["size"])
    page = selectors.list_disposals(request.user, state=state, after=asked["after"], size=size)
    record_consultation(
        DISPOSALS_VIEWED,
        actor=request.user.audit_actor(),
        subject=Subject("disposal_list", "", state or "all"),
        now=now,
        details={"shown": len(page.rows)},
    )
    kept = {name: value for name, value in asked.items() if value and name != "after"}
    address = reverse("retention:disposal-list")
    following = urlencode({**kept, "after": page.next_after})
    context = {
        "page": page,
        "rows": page.rows,
        "state": state,
        "states": DisposalState.choices,
        "size": size,
        "sizes": PAGE_SIZES,
        "needed": APPROVALS_NEEDED,
        "later": f"{address}?{following}" if page.next_after else "",
        "first": f"{address}?{urlencode(kept)}" if asked["after"] else "",
    }
    return render(request, "retention/disposal_list.html", context)


@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """Show, as a fragment of My work, how many disposals wait for the person."""
    may = request.user.has_role_permission(Permission.APPROVE_DISPOSAL)
    count = selectors.waiting_for(request.user) if may else None
    return render(request, "retention/_waiting.html", {"count": count})


@require_GET
def disposal(request: HttpRequest, disposal_id: UUID) -> HttpResponse:
    """Show one disposal: what would go, by which rule, who approved it."""
    row = selectors.find_disposal(request.user, disposal_id)
    check_can_see_disposals(request.user)
    return _page(request, row, ReasonForm(**_APPROVE), KeepForm(**_KEEP))


@require_http_methods(["POST"])
def approve(request: HttpRequest, disposal_id: UUID) -> HttpResponse:
    """Approve the disposal, as the first or the second person."""
    row = selectors.find_disposal(request.user, disposal_id)
    check_can_see_disposals(request.user)
    now, form = timezone.now(), ReasonForm(request.POST, **_APPROVE)
    proving = _proving(request, row)
    shown = proving.take(now=now)
    if not form.is_valid() or not shown:
        status = proving.status
        return _page(request, row, form, KeepForm(**_KEEP), proving=proving, status=status)
    try:
        done = disposing.approve(
            actor=request.user,
            disposal_id=disposal_id,
            reason=form.cleaned_data["reason"],
            proof=proving.proof,
            now=now,
        )
    except ProofNeeded:
        proving.ask()
        return _page(request, row, form, KeepForm(**_KEEP), proving=proving, status=400)
    if done.state == DisposalState.APPROVED:
        messages.success(request, "Approved by two people. The worker destroys the record next")
    else:
        messages.success(request, "Approved. A second person must approve it too")
    return redirect("retention:disposal", disposal_id=disposal_id)


@require_http_methods(["POST"])
def stop(request: HttpRequest, disposal_id: UUID) -> HttpResponse:
    """Keep the record: stop the disposal and say until when."""
    row = selectors.find_disposal(request.user, disposal_id)
    check_can_see_disposals(request.user)
    form = KeepForm(request.POST, **_KEEP)
    if form.is_valid():
        try:
            disposing.stop(
                actor=request.user,
                disposal_id=disposal_id,
                reason=form.cleaned_data["reason"],
                keep_until=form.cleaned_data["keep_until"],
                now=timezone.now(),
            )
        except DomainError as error:
            if not error.field:
                raise
            form.add_error(error.field, error.message)
        else:
            messages.success(request, "The record is kept. The decision is in its history")
            return redirect("retention:disposal", disposal_id=disposal_id)
    return _page(request, row, ReasonForm(**_APPROVE), form, status=400)


@require_GET
def certificate(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """Show the certificate of a destruction, on one page that prints."""
    row = selectors.find_certificate(request.user, certificate_id)
    check_can_see_disposals(request.user)
    now = timezone.now()
    note_viewed(CERTIFICATE_VIEWED, actor=request.user, case=row.complaint, now=now)
    context = {"certificate": row, "case": row.complaint, **selectors.certificate_rows(row)}
    return render(request, "retention/certificate.html", context)


_APPROVE = {
    "label": "What did you consider?",
    "empty": "Enter what you considered before approving",
    "prefix": "approve",
}
_KEEP = {"label": "Why is it kept?", "empty": "Enter why the record is kept", "prefix": "keep"}


def _proving(request: HttpRequest, row: Any) -> Proving:
    return Proving(request, StepUpAct.APPROVE_DISPOSAL, row.pk, row.complaint.version)


def _page(
    request: HttpRequest,
    row: Any,
    approve_form: ReasonForm,
    keep_form: KeepForm,
    *,
    proving: Proving | None = None,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    case = row.complaint
    note_viewed(RETENTION_VIEWED, actor=request.user, case=case, now=now)

    def may_decide() -> None:
        check_may(request.user, Permission.APPROVE_DISPOSAL)
        check_can_be_decided(row)

    def may_approve() -> None:
        may_decide()
        check_can_approve(request.user, row)
        check_not_paused(case)

    destroyed = row.state == DisposalState.DESTROYED
    context = {
        "disposal": row,
        "case": case,
        "frame": "base.html" if destroyed else "case_base.html",
        "casebar": None
        if destroyed
        else build_casebar(user=request.user, case=case, current="retention"),
        "expiry": selectors.expiry_of(case, now=now),
        "would_go": selectors.what_would_go(case),
        "approvals": row.approvals.select_related("approver__person").order_by("approved_at", "id"),
        "needed": APPROVALS_NEEDED,
        "certificate": case.certificates.first(),
        "approve": verdict(may_approve),
        "keep": verdict(may_decide),
        "approve_form": approve_form,
        "keep_form": keep_form,
        "proving": proving or _proving(request, row),
    }
    return render(request, "retention/disposal.html", context, status=status)
