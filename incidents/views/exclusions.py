"""Keeping a person out of a case, and ending that, from the list of who can see it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.roles import Permission
from bwcportal.errors import NotFound
from incidents.forms.acts import ReasonForm
from incidents.forms.officers import KeepOutForm
from incidents.permissions import check_may
from incidents.selectors.subjects import exclusion_of
from incidents.services import excluding
from incidents.views.acting import Act, load, run


@require_http_methods(["GET", "POST"])
def keep_out(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Keep a person out of the case, with the reason."""
    case = load(request, case_id)
    check_may(request.user, Permission.GRANT_ACCESS)
    form = KeepOutForm(request.POST or None)

    def perform(cleaned: dict[str, Any]) -> object:
        return excluding.exclude_person(
            actor=request.user, case_id=case_id, now=timezone.now(), **cleaned
        )

    act = Act(
        "Keep somebody out of this case",
        "Keep them out",
        "To them the case does not exist from then on: no team, grant or role opens it, whichever "
        "account they use, and nothing tells them why. If it was given to them, it needs somebody new.",
        tab="access",
    )
    answer = run(
        request, case=case, act=act, form=form, perform=perform, done="They are kept out",
        to="incidents:access",
    )  # fmt: skip
    if answer.status_code == 302 and set(request.user.person_ids) & set(
        form.cleaned_data["person"].ids
    ):
        list(messages.get_messages(request))
        messages.success(request, "You are kept out of that case from now on")
        return redirect("reviews:my-work")
    return answer


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, case_id: UUID, person_id: UUID) -> HttpResponse:
    """End what keeps a person out, with the reason."""
    case = load(request, case_id)
    check_may(request.user, Permission.GRANT_ACCESS)
    found = exclusion_of(case, person_id)
    if found is None:
        raise NotFound

    def perform(cleaned: dict[str, Any]) -> object:
        return excluding.end_exclusion(
            actor=request.user,
            case_id=case_id,
            person_id=person_id,
            reason=cleaned["reason"],
            now=timezone.now(),
        )

    act = Act(
        f"Let {found.person.title} back in",
        "End keeping them out",
        f"Kept out because: {found.reason}. When this ends, whatever opens the case to them opens "
        "it again: their team, or a personal grant.",
        tab="access",
    )
    form = ReasonForm(request.POST or None)
    return run(
        request, case=case, act=act, form=form, perform=perform, done="They are kept out no more",
        to="incidents:access",
    )  # fmt: skip
