"""Teams and units for who administers them. A team's cases are not read here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import CommandUnit, Membership, Team
from accounts.selectors.paging import ListPage, take_page
from bwcportal.errors import NotFound

OPEN, CLOSED, EITHER = "open", "closed", "either"
MEMBERS_SHOWN = 200
PAST_SHOWN = 50


@dataclass(frozen=True)
class TeamPage:
    """A team with its members now and to come, and those of before, the last to leave first."""

    team: Team
    members: list[Membership]
    past: list[Membership]


def list_teams(*, text: str, state: str, now: datetime, after: str = "") -> ListPage:
    """List teams by name, 25 to a page, each with how many accounts are in it now (3 queries).

    Raises Invalid for a cursor that was not made here.
    """
    members = (
        Membership.objects.at(now)
        .filter(team=OuterRef("pk"))
        .order_by()
        .values("team")
        .annotate(how_many=Count("user_id", distinct=True))
        .values("how_many")
    )
    shown = Team.objects.select_related("unit").annotate(
        member_count=Coalesce(Subquery(members), 0)
    )
    teams = Team.objects.all()
    words = " ".join(text.split())
    if words:
        teams = teams.filter(Q(name__icontains=words) | Q(code__istartswith=words))
    if state in {OPEN, CLOSED}:
        teams = teams.filter(closed_at__isnull=state == OPEN)
    return take_page(teams, by="name", load=shown, after=after)


def team_page(team_id: UUID, *, now: datetime) -> TeamPage:
    """Read a team with its members (3 queries); raise NotFound."""
    team = get_team(team_id)
    everybody = Membership.objects.filter(team=team).select_related(
        "user__person", "given_by__person", "ended_by__person"
    )
    members = everybody.not_over(now).order_by("user__person__surname", "since", "id")
    past = everybody.over(now).order_by("-until", "id")
    return TeamPage(team, list(members[:MEMBERS_SHOWN]), list(past[:PAST_SHOWN]))


def get_team(team_id: UUID) -> Team:
    """Find a team, open or closed; raise NotFound."""
    team = Team.objects.select_related("unit").filter(pk=team_id).first()
    if team is None:
        raise NotFound
    return team


def list_units() -> QuerySet[CommandUnit]:
    """List the units by name, each with how many people and teams it has (1 query)."""
    people = _how_many("people")
    teams = _how_many("teams")
    return CommandUnit.objects.annotate(people_count=people, team_count=teams).order_by("name")


def get_unit(unit_id: UUID) -> CommandUnit:
    """Find a unit; raise NotFound."""
    unit = CommandUnit.objects.filter(pk=unit_id).first()
    if unit is None:
        raise NotFound
    return unit


def _how_many(relation: str) -> Coalesce:
    # One subquery for each: joining both relations at once would multiply their rows.
    model = CommandUnit._meta.get_field(relation).related_model
    counted = (
        model.objects.filter(unit=OuterRef("pk"))  # type: ignore[union-attr]
        .order_by()
        .values("unit")
        .annotate(how_many=Count("pk"))
        .values("how_many")
    )
    return Coalesce(Subquery(counted), 0)
