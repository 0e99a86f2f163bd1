"""Where the administration touches cases: personal access of a person, and closing a team."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.forms.administration import ReasonForm
from accounts.permissions import check_not_oneself
from accounts.roles import Permission
from accounts.selectors.directory import get_person
from accounts.selectors.teams import get_team
from accounts.views.administering import Act, run, version_sent
from bwcportal.phrasing import counted
from incidents.permissions import check_may
from incidents.selectors.administering import grants_of_person
from incidents.services import administering as acts


@require_GET
def personal_access(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Tell, for the page of a person, how many personal grants are in force."""
    check_may(request.user, Permission.MANAGE_PEOPLE)
    person = get_person(person_id)
    context = {
        "person": person,
        "count": grants_of_person(person.ids, now=timezone.now()),
        "is_oneself": request.user.person_id in person.ids,
    }
    return render(request, "incidents/_personal_access.html", context)


@require_http_methods(["GET", "POST"])
def end_personal_access(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """End all personal access of a person, with the reason, without showing to which cases."""
    check_may(request.user, Permission.MANAGE_PEOPLE)
    person = get_person(person_id)
    check_not_oneself(request.user, person)
    address = reverse("accounts:person", args=[person_id])

    def perform(cleaned: dict[str, Any]) -> object:
        ended = acts.end_all_access(
            actor=request.user, person_id=person_id, now=timezone.now(), **cleaned
        )
        _say(request, ended)
        return ended

    count = grants_of_person(person.ids, now=timezone.now())
    act = Act(
        f"End all personal access of {person.title}",
        "End all personal access",
        "people",
        address,
        person.title,
        lead=f"Personal grants in force: {count}. They end at once, also those for cases that "
        "were given to them to work on. Cases of their team stay open to them: end the membership "
        "too if they should not. Each case records it; you are not told which they are.",
    )
    form = ReasonForm(request.POST or None)
    return run(request, act=act, form=form, perform=perform, done="", to=address)


@require_http_methods(["GET", "POST"])
def close_team(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Close a team that has no cases, with the reason."""
    check_may(request.user, Permission.MANAGE_TEAMS)
    team = get_team(team_id)

    def perform(cleaned: dict[str, Any]) -> object:
        return acts.close_team(
            actor=request.user,
            team_id=team_id,
            version=version_sent(request),
            now=timezone.now(),
            **cleaned,
        )

    act = Act(
        f"Close {team.name}",
        "Close the team",
        "teams",
        reverse("accounts:team", args=[team_id]),
        team.name,
        lead="Its memberships end at once. A team that still has cases cannot be closed: a "
        "supervisor transfers them to another team first.",
        version=team.version,
        now=[("Name", team.name), ("State", "Closed" if team.closed_at else "Open")],
    )
    form = ReasonForm(request.POST or None)
    return run(request, act=act, form=form, perform=perform, done="The team is closed", to=act.back)


def _say(request: HttpRequest, ended: acts.EndedAccess) -> None:
    if ended.ended:
        messages.success(request, f"{counted(ended.ended, 'personal grant')} ended")
    if ended.kept:
        messages.warning(
            request,
            f"{counted(ended.kept, 'personal grant')} stay in force, because nobody else could "
            "open the case. Close the account if they must lose it now",
        )
