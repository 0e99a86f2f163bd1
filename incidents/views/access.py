"""Who can see a case; opening it to one person, and closing it again."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.list_addresses import read_address
from accounts.roles import Permission
from bwcportal.errors import NotFound
from incidents.deadlines import end_of_day
from incidents.events import ACCESS_VIEWED
from incidents.forms.access import AsAtForm
from incidents.forms.acts import GiveAccessForm, ReasonForm
from incidents.forms.giving import SeatForm
from incidents.permissions import check_may, verdict
from incidents.selectors.access import granted_user, who_can_see
from incidents.selectors.access_changes import changes_since, lost_before, turning_points
from incidents.selectors.access_history import read_history
from incidents.selectors.casebar import build_casebar
from incidents.selectors.subjects import declared_out
from incidents.services import relocating
from incidents.services.access import check_can_be_given, grant_access
from incidents.services.access import end_access as end
from incidents.services.access import give_seat as seat
from incidents.services.viewing import note_viewed
from incidents.views.acting import Act, load, run


@require_GET
def access(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show who can see the case now, or could at a past moment, who is kept out, and what changed."""
    now = timezone.now()
    case = load(request, case_id)
    check_may(request.user, Permission.SEE_HISTORY)
    asked = read_address(request.GET, ("on", "time"))
    form = AsAtForm(asked if any(asked.values()) else None)
    then = form.cleaned_data["at"] if form.is_bound and form.is_valid() else None
    at = then or now
    details = {"at": then} if then else {}
    note_viewed(ACCESS_VIEWED, actor=request.user, case=case, now=now, details=details)
    history = read_history(case, until=now)
    up_to_then = replace(history, until=at)
    context = {
        "case": case,
        "casebar": build_casebar(user=request.user, case=case, current="access", now=now),
        "form": form,
        "picture": who_can_see(case, at=at),
        "lost": lost_before(up_to_then),
        "changes": changes_since(history, then) if then else [],
        "turns": turning_points(history),
        "is_past": then is not None,
        "declared_out": declared_out(case) if then is None else set(),
        "now": now,
        "asked": request.GET.urlencode() if then else "",
        "may_grant": verdict(lambda: check_may(request.user, Permission.GRANT_ACCESS)),
        "relocations": [] if then else _relocations(request.user, case),
        "sees_reach": request.user.has_role_permission(Permission.SEE_REACH),
    }
    return render(request, "incidents/access.html", context, status=400 if form.errors else 200)


def _relocations(user: Any, case: Any) -> list[tuple[str, str]]:
    """List the further acts on the access, as (address, words): those that may and can be done."""
    acts = (
        ("give-seat", "Oversight seat", Permission.GRANT_ACCESS, check_can_be_given),
        ("transfer", "Move to another team", Permission.MANAGE_CASE, relocating.check_can_be_moved),
        ("restrict", "Restrict", Permission.RESTRICT_CASE, relocating.check_can_be_restricted),
        (
            "lift-restriction",
            "Lift the restriction",
            Permission.RESTRICT_CASE,
            relocating.check_can_be_opened,
        ),
    )
    return [
        (reverse(f"incidents:{name}", args=[case.pk]), words)
        for name, words, permission, check in acts
        if user.has_role_permission(permission) and verdict(partial(check, case)).allowed
    ]


@require_http_methods(["GET", "POST"])
def give_access(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Open the case to one person, with a reason and if wanted a last day."""
    case = load(request, case_id)
    check_may(request.user, Permission.GRANT_ACCESS)
    form = GiveAccessForm(request.POST or None)

    def perform(cleaned: dict[str, Any]) -> object:
        last_day = cleaned["expires_on"]
        return grant_access(
            actor=request.user,
            case_id=case_id,
            user=cleaned["user"],
            reason=cleaned["reason"],
            expires_at=end_of_day(last_day) if last_day else None,
            now=timezone.now(),
        )

    act = Act(
        "Give somebody access",
        "Give access",
        "The case opens to one named person, besides the team. Their name, your name and the "
        "reason stand on the list of who can see it.",
        tab="access",
        template="incidents/give_access.html",
    )
    return run(
        request, case=case, act=act, form=form, perform=perform, done="Access is given",
        to="incidents:access", fields={"user": "who", "expires_at": "expires_on"},
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def give_seat(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Give an outside reviewer a seat in the case: read-only, with an end."""
    case = load(request, case_id)
    check_may(request.user, Permission.GRANT_ACCESS)
    form = SeatForm(request.POST or None)

    def perform(cleaned: dict[str, Any]) -> object:
        return seat(
            actor=request.user,
            case_id=case_id,
            user=cleaned["user"],
            reason=cleaned["reason"],
            expires_at=end_of_day(cleaned["expires_on"]),
            now=timezone.now(),
        )

    act = Act(
        "Give an oversight seat",
        "Give the seat",
        "An outside reviewer reads this one case for a time.",
        tab="access",
        template="incidents/give_seat.html",
    )
    return run(
        request, case=case, act=act, form=form, perform=perform, done="The seat is given",
        to="incidents:access", fields={"user": "who", "expires_at": "expires_on"},
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def end_access(request: HttpRequest, case_id: UUID, user_id: UUID) -> HttpResponse:
    """End a person's own access to the case, with the reason."""
    case = load(request, case_id)
    check_may(request.user, Permission.GRANT_ACCESS)
    user = granted_user(case, user_id)
    if user is None:
        raise NotFound

    def perform(cleaned: dict[str, Any]) -> object:
        return end(
            actor=request.user,
            case_id=case_id,
            user=user,
            reason=cleaned["reason"],
            now=timezone.now(),
        )

    act = Act(
        f"End the access of {user.display_name}",
        "End access",
        "Their personal grant ends at once. If they are in the team of a case that is not "
        "restricted, it stays open to them that way.",
        tab="access",
    )
    form = ReasonForm(request.POST or None)
    return run(
        request, case=case, act=act, form=form, perform=perform, done="Access is ended",
        to="incidents:access",
    )  # fmt: skip
