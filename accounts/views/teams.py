"""Teams and units: the lists, one team with its members, and what is done to them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.forms.administration import AddMemberForm, ReasonForm, TeamForm, UnitForm
from accounts.list_addresses import one_of, read_address
from accounts.permissions import check_may
from accounts.roles import Permission
from accounts.selectors import teams as read
from accounts.services import memberships
from accounts.services import teams as acts
from accounts.views.administering import Act, draw, run, version_sent


@require_GET
def teams(request: HttpRequest) -> HttpResponse:
    """List the teams by name."""
    check_may(request.user, Permission.MANAGE_TEAMS)
    asked = read_address(request.GET, ("q", "state", "after"))
    text = asked["q"]
    state = one_of(asked["state"], (read.OPEN, read.CLOSED, read.EITHER), name="state") or read.OPEN
    page = read.list_teams(text=text, state=state, now=timezone.now(), after=asked["after"])
    kept = {name: value for name, value in asked.items() if value and name != "after"}
    address = reverse("accounts:teams")
    context = {
        "page": page,
        "text": text,
        "state": state,
        "is_narrowed": bool(text) or state != read.OPEN,
        "following": f"{address}?{urlencode({**kept, 'after': page.next_after})}"
        if page.next_after
        else "",
        "first": f"{address}?{urlencode(kept)}" if asked["after"] else "",
    }
    return draw(request, "accounts/teams.html", context, tab="teams")


@require_GET
def team(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Show one team with its members now and before."""
    check_may(request.user, Permission.MANAGE_TEAMS)
    now = timezone.now()
    page = read.team_page(team_id, now=now)
    context = {"page": page, "now": now, "own_person": request.user.person_id}
    return draw(request, "accounts/team.html", context, tab="teams")


@require_http_methods(["GET", "POST"])
def add_team(request: HttpRequest) -> HttpResponse:
    """Add a team."""
    check_may(request.user, Permission.MANAGE_TEAMS)

    def perform(cleaned: dict[str, Any]) -> object:
        return acts.add_team(actor=request.user, now=timezone.now(), **cleaned)

    act = Act(
        "Add a team",
        "Add the team",
        "teams",
        reverse("accounts:teams"),
        "teams",
        lead="A team opens its cases to its members, apart from restricted ones. It begins empty.",
    )
    return run(
        request, act=act, form=TeamForm(request.POST or None), perform=perform,
        done="The team is added", to=lambda added: reverse("accounts:team", args=[added.pk]),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def change_team(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Rename a team or move it to another unit, with the reason."""
    check_may(request.user, Permission.MANAGE_TEAMS)
    found = read.get_team(team_id)
    form = TeamForm(
        request.POST or None,
        has_code=False,
        initial={"name": found.name, "unit": found.unit_id},
    )

    def perform(cleaned: dict[str, Any]) -> object:
        return acts.change_team(
            actor=request.user,
            team_id=team_id,
            version=version_sent(request),
            now=timezone.now(),
            **cleaned,
        )

    act = Act(
        f"Change {found.name}",
        "Save the change",
        "teams",
        reverse("accounts:team", args=[team_id]),
        found.name,
        lead=f"The code {found.code} stays. Past events keep the name of their day.",
        version=found.version,
        now=[("Name", found.name), ("Unit", found.unit.name)],
    )
    return run(
        request, act=act, form=form, perform=perform, done="The team is changed", to=act.back
    )


@require_http_methods(["GET", "POST"])
def reopen_team(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Reopen a closed team, with the reason."""
    check_may(request.user, Permission.MANAGE_TEAMS)
    found = read.get_team(team_id)

    def perform(cleaned: dict[str, Any]) -> object:
        return acts.reopen_team(actor=request.user, team_id=team_id, now=timezone.now(), **cleaned)

    act = Act(
        f"Reopen {found.name}",
        "Reopen the team",
        "teams",
        reverse("accounts:team", args=[team_id]),
        found.name,
        lead="It begins without members.",
    )
    form = ReasonForm(request.POST or None)
    return run(
        request, act=act, form=form, perform=perform, done="The team is open again", to=act.back
    )


@require_http_methods(["GET", "POST"])
def add_member(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Put somebody into the team for a period, with the reason."""
    check_may(request.user, Permission.MANAGE_TEAMS)
    found = read.get_team(team_id)

    def perform(cleaned: dict[str, Any]) -> object:
        return memberships.join_team(
            actor=request.user,
            user_id=cleaned["user"].pk,
            team_id=team_id,
            since=cleaned["since"],
            until=cleaned["until"],
            reason=cleaned["reason"],
            now=timezone.now(),
        )

    act = Act(
        f"Put somebody into {found.name}",
        "Put into the team",
        "teams",
        reverse("accounts:team", args=[team_id]),
        found.name,
        lead="The team's cases open to them, apart from restricted ones and those they are kept "
        "out of.",
    )
    return run(
        request, act=act, form=AddMemberForm(request.POST or None), perform=perform,
        done="They are in the team", to=act.back,
        fields={"since": "begins_on", "until": "ends_on", "team": "who"},
    )  # fmt: skip


@require_GET
def units(request: HttpRequest) -> HttpResponse:
    """List the units of the force."""
    check_may(request.user, Permission.MANAGE_TEAMS)
    return draw(request, "accounts/units.html", {"units": read.list_units()}, tab="units")


@require_http_methods(["GET", "POST"])
def add_unit(request: HttpRequest) -> HttpResponse:
    """Add a unit of the force."""
    check_may(request.user, Permission.MANAGE_TEAMS)

    def perform(cleaned: dict[str, Any]) -> object:
        return acts.add_unit(actor=request.user, now=timezone.now(), **cleaned)

    address = reverse("accounts:units")
    act = Act("Add a unit", "Add the unit", "units", address, "units")
    form = UnitForm(request.POST or None)
    return run(request, act=act, form=form, perform=perform, done="The unit is added", to=address)


@require_http_methods(["GET", "POST"])
def change_unit(request: HttpRequest, unit_id: UUID) -> HttpResponse:
    """Rename a unit or say what it is, with the reason."""
    check_may(request.user, Permission.MANAGE_TEAMS)
    found = read.get_unit(unit_id)
    initial = {"name": found.name, "kind": found.kind, "is_armed": found.is_armed}
    form = UnitForm(request.POST or None, has_code=False, initial=initial)

    def perform(cleaned: dict[str, Any]) -> object:
        return acts.change_unit(
            actor=request.user,
            unit_id=unit_id,
            version=version_sent(request),
            now=timezone.now(),
            **cleaned,
        )

    address = reverse("accounts:units")
    act = Act(
        f"Change {found.name}",
        "Save the change",
        "units",
        address,
        "units",
        lead=f"The code {found.code} stays.",
        version=found.version,
        now=[("Name", found.name), ("Sort", found.get_kind_display())],
    )
    return run(request, act=act, form=form, perform=perform, done="The unit is changed", to=address)
