"""A conflict that came up after a case was given to somebody, and links between cases."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.roles import Permission
from bwcportal.errors import NotFound
from incidents.conflicts import HARD
from incidents.enums import ConflictKind
from incidents.forms.acts import ReasonForm
from incidents.forms.officers import LinkForm
from incidents.permissions import check_may
from incidents.selectors.conflicts import concern_in, links_by_hand, sentence
from incidents.selectors.overview import can
from incidents.services import conflicts, linking
from incidents.views.acting import Act, load, run


@require_http_methods(["GET", "POST"])
def concern(request: HttpRequest, case_id: UUID, concern_id: UUID) -> HttpResponse:
    """Show a conflict; record why the assignment stands in spite of it."""
    case = load(request, case_id)
    check_may(request.user, Permission.SIGN_OFF)
    found = concern_in(request.user, case, concern_id)
    if found is None:
        raise NotFound

    def perform(cleaned: dict[str, Any]) -> object:
        return conflicts.let_stand(
            actor=request.user,
            concern_id=concern_id,
            reason=cleaned["reason"],
            now=timezone.now(),
        )

    act = Act(
        "A conflict of somebody who has this case",
        "Record why it stands",
        template="incidents/concern.html",
        extra={
            "concern": found,
            "is_hard": ConflictKind(found.kind) in HARD,
            "words": sentence(found.kind, found.user, found.about, found.because),
            "may_reassign": can(request.user, case, "decide_handling").allowed,
        },
    )
    form = ReasonForm(request.POST or None)
    return run(
        request, case=case, act=act, form=form, perform=perform,
        done="It is recorded why the assignment stands",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Link the case to another that the person can see, and show the links there are."""
    case = load(request, case_id)
    check_may(request.user, Permission.MANAGE_CASE)
    form = LinkForm(request.POST or None)

    def perform(cleaned: dict[str, Any]) -> object:
        return linking.link_cases(
            actor=request.user, case_id=case_id, now=timezone.now(), **cleaned
        )

    act = Act(
        "Link this case to another",
        "Link the cases",
        "For cases that belong together, such as two complaints about one evening. Whoever is "
        "complained about in one is not given the other.",
        template="incidents/link_cases.html",
        extra={"links": links_by_hand(request.user, case)},
    )
    return run(request, case=case, act=act, form=form, perform=perform, done="The cases are linked")


@require_http_methods(["GET", "POST"])
def unlink(request: HttpRequest, case_id: UUID, other_id: UUID) -> HttpResponse:
    """End the link to another case, with a reason."""
    case = load(request, case_id)
    check_may(request.user, Permission.MANAGE_CASE)
    other = next(
        (other for _, other in links_by_hand(request.user, case) if other.pk == other_id), None
    )
    if other is None:
        raise NotFound

    def perform(cleaned: dict[str, Any]) -> object:
        return linking.unlink_cases(
            actor=request.user,
            case_id=case_id,
            other_id=other_id,
            reason=cleaned["reason"],
            now=timezone.now(),
        )

    act = Act(f"End the link to {other.reference}", "End the link")
    form = ReasonForm(request.POST or None)
    return run(request, case=case, act=act, form=form, perform=perform, done="The link is ended")
