"""Cover for absence: who acts for whom; acting for somebody, and stopping."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.roles import Permission
from accounts.services import acting
from bwcportal.errors import DomainError, NotFound, NotNow, NotPermitted
from incidents.forms.cover import CoverForm
from incidents.selectors.cover import cover_of_id, people_to_cover, picture_of_covers
from incidents.services.cover import NewCover, end_cover, set_cover


@require_GET
def cover(request: HttpRequest) -> HttpResponse:
    """Show who acts for the person, for whom they can act, and the covers of their teams."""
    now = timezone.now()
    context = {
        "picture": picture_of_covers(request.user, now=now),
        "for_teams": request.user.has_role_permission(Permission.SET_COVER),
        "now": now,
    }
    return render(request, "incidents/cover.html", context)


@require_http_methods(["GET", "POST"])
def set_new(request: HttpRequest) -> HttpResponse:
    """Ask who is away, who acts for them and until when, and set it."""
    now = timezone.now()
    if request.user.acting_for is not None:
        raise NotNow(
            f"You are acting for {request.user.acting_for.display_name}. Stop that first",
            code="not_while_acting",
        )
    form = CoverForm(request.POST or None, people=people_to_cover(request.user, now=now))
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                made = set_cover(actor=request.user, data=_new_cover(form), now=now)
            except NotFound:
                raise
            except DomainError as error:
                status = error.status
                names = {"since": "first_day", "until": "last_day"}
                name = names.get(error.field, error.field)
                form.add_error(name if name in form.fields else None, error.message)
            else:
                messages.success(
                    request,
                    f"{made.deputy.display_name} can act for {made.absent.display_name}",
                )
                return redirect("incidents:cover")
    return render(request, "incidents/set_cover.html", {"form": form}, status=status)


@require_POST
def end(request: HttpRequest, delegation_id: UUID) -> HttpResponse:
    """End a cover at once."""
    try:
        ended = end_cover(actor=request.user, delegation_id=delegation_id, now=timezone.now())
    except NotPermitted:
        raise
    except NotNow as error:
        messages.warning(request, error.message)
    else:
        messages.success(
            request,
            f"{ended.deputy.display_name} can no longer act for {ended.absent.display_name}",
        )
    return redirect("incidents:cover")


@require_POST
def act_for(request: HttpRequest, delegation_id: UUID) -> HttpResponse:
    """Begin to act for somebody absent; go on to what waits for them."""
    now = timezone.now()
    cover_of_id(request.user, delegation_id, now=now)
    acting.begin(request, actor=request.user, delegation_id=delegation_id, now=now)
    return redirect(resolve_url(settings.LOGIN_REDIRECT_URL))


@require_POST
def stop_acting(request: HttpRequest) -> HttpResponse:
    """Be oneself again."""
    used = acting.stop(request, actor=request.user, now=timezone.now())
    if used is not None:
        messages.success(
            request, f"You have stopped acting for {used.absent.display_name}. You are yourself"
        )
    return redirect(resolve_url(settings.LOGIN_REDIRECT_URL))


def _new_cover(form: CoverForm) -> NewCover:
    since, until = form.period()
    return NewCover(
        absent=form.who_is_away(),
        deputy=form.cleaned_data["deputy"],
        since=since,
        until=until,
        reason=form.cleaned_data["reason"],
    )
