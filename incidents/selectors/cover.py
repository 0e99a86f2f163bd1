"""Covers for absence: whom a person may act for, who acts for whom in a team."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Delegation, Membership, User
from accounts.models.delegations import DelegationQuerySet
from accounts.roles import Permission
from bwcportal.errors import NotFound

PAST_SHOWN = 20
# More than this at once for one team is no list to read but a mistake to look into.
MOST_SHOWN = 100


@dataclass(frozen=True)
class CoverPicture:
    """What the page of covers shows: for the person, by the person, of the team, and the past."""

    mine: list[Delegation]
    to_act: list[Delegation]
    to_come: list[Delegation]
    of_team: list[Delegation]
    past: list[Delegation]


def covers_visible_to(user: User, *, now: datetime) -> DelegationQuerySet:
    """Keep the covers that a person may know of: for them, by them, and of the teams they supervise.

    It is the person's own question, also while they act for somebody.
    """
    known = Q(absent_id=user.pk) | Q(deputy_id=user.pk)
    if user.acting_for is None and user.has_role_permission(Permission.SET_COVER):
        known |= Q(absent__in=_members_of(user.team_ids, now=now))
    return (
        Delegation.objects.filter(known)
        .select_related("absent__person", "deputy__person", "made_by__person", "ended_by__person")
        .order_by("since", "id")
    )


def cover_of_id(user: User, delegation_id: UUID, *, now: datetime) -> Delegation:
    """Find one cover that the person may know of; raise NotFound for any other id."""
    cover = covers_visible_to(user, now=now).filter(pk=delegation_id).first()
    if cover is None:
        raise NotFound
    return cover


def covers_to_act_by(user: User, *, now: datetime) -> list[Delegation]:
    """List the covers by which the person may act for somebody now (1 query)."""
    return list(
        Delegation.objects.in_force(now)
        .filter(deputy_id=user.pk, absent__is_active=True)
        .select_related("absent__person")
        .order_by("until", "id")
    )


def picture_of_covers(user: User, *, now: datetime) -> CoverPicture:
    """Sort the covers that the person may know of into those that matter to them (2 queries)."""
    known = covers_visible_to(user, now=now)
    current = list(known.not_over(now)[:MOST_SHOWN])
    current_ids = {cover.pk for cover in current}
    past = [
        cover
        for cover in known.order_by("-until", "-id")[: PAST_SHOWN + MOST_SHOWN]
        if cover.pk not in current_ids
    ]
    return CoverPicture(
        mine=[cover for cover in current if cover.absent_id == user.pk],
        to_act=[
            cover
            for cover in current
            if cover.deputy_id == user.pk and cover.since <= now and cover.absent.is_active
        ],
        to_come=[cover for cover in current if cover.deputy_id == user.pk and cover.since > now],
        of_team=[cover for cover in current if user.pk not in {cover.absent_id, cover.deputy_id}],
        past=past[:PAST_SHOWN],
    )


def people_to_cover(user: User, *, now: datetime) -> list[User]:
    """List whose cover the person may set: their own, and with the permission the teams' (1 query)."""
    if not user.has_role_permission(Permission.SET_COVER):
        return [user]
    others = (
        User.objects.filter(pk__in=_members_of(user.team_ids, now=now), is_active=True)
        .exclude(pk=user.pk)
        .select_related("person")
        .order_by("person__surname", "id")
    )
    return [user, *others]


def shares_a_team(user: User, other: User, *, now: datetime) -> bool:
    """Tell whether two accounts belong to one team now."""
    return _members_of(user.team_ids, now=now).filter(user_id=other.pk).exists()


def _members_of(team_ids: list[UUID], *, now: datetime) -> QuerySet[Any]:
    return Membership.objects.at(now).filter(team_id__in=team_ids).values("user_id")
