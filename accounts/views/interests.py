"""Declared interests: one's own, and for supervisors those of their teams."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.forms.administration import ReasonForm
from accounts.forms.lines import DeclareForm
from accounts.roles import Permission
from accounts.selectors.interests import interest_of, interests_in_teams, interests_of
from accounts.services import lines
from bwcportal.errors import DomainError, NotFound, NotPermitted


@require_http_methods(["GET", "POST"])
def interests(request: HttpRequest) -> HttpResponse:
    """Show what the person declared, and declare another interest."""
    user: Any = request.user
    form = DeclareForm(request.POST or None, person=user.person)
    status = 200
    if request.method == "POST":
        status = _declare(user, form)
        if status == 302:
            messages.success(request, "Declared. You are not given cases that it concerns")
            return redirect("accounts:interests")
    sees_team = user.has_role_permission(Permission.SIGN_OFF) and bool(user.team_ids)
    context = {
        "form": form,
        "rows": interests_of(user),
        "sees_team": sees_team,
        "team_rows": interests_in_teams(user, now=timezone.now()) if sees_team else [],
    }
    return render(request, "accounts/interests.html", context, status=status)


def _declare(user: Any, form: DeclareForm) -> int:
    if not form.is_valid():
        return 400
    cleaned = form.cleaned_data
    try:
        lines.declare_interest(
            actor=user,
            about_person=cleaned["about_person"],
            about_words=cleaned["about_words"],
            nature=cleaned["nature"],
            now=timezone.now(),
        )
    except NotPermitted:
        raise
    except DomainError as error:
        name = "who" if error.field == "about" else error.field
        form.add_error(name if name in form.fields else None, error.message)
        return error.status
    return 302


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, interest_id: UUID) -> HttpResponse:
    """End one of the person's own interests, with the reason."""
    user: Any = request.user
    found = interest_of(user, interest_id)
    if found is None:
        raise NotFound
    form = ReasonForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        lines.end_interest(
            actor=user,
            interest_id=interest_id,
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
        )
        messages.success(request, "Ended from today on")
        return redirect("accounts:interests")
    if request.method == "POST":
        status = 400
    context = {"form": form, "row": found}
    return render(request, "accounts/end_interest.html", context, status=status)
