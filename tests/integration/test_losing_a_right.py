"""T05: whatever opened a case, when it ends the case is gone from every address in the next request.

Every address of the access matrix that can be read and names something of a case is read by
somebody to whom the case opens in one way; the way ends; every one of them answers 404, as it does
to somebody who never knew. Pages, fragments and the API alike, and a new one without being named here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, User
from accounts.roles import Role
from incidents.models import CaseExclusion
from incidents.services.access import end_access, grant_access
from incidents.services.cover import end_cover
from incidents.services.emergencies import end_emergency
from tests.factories.covers import set_cover_for
from tests.factories.emergencies import open_in_emergency_for
from tests.factories.people import make_user
from tests.factories.world import World
from tests.integration.test_access_matrix import OF_OBJECTS, Row, address

pytestmark = pytest.mark.django_db

# What is not read in the name of the case at hand: a signed address, an own account, a cover.
READ = [
    row
    for row in OF_OBJECTS
    if row.method == "GET"
    and row.object.removesuffix("_id")
    in {
        "case", "allegation", "link", "search", "annotation", "submission", "point", "finding",
        "signoff", "hold", "preservation", "incident", "emergency",
    }
]  # fmt: skip
# An administrator opens no case, and an outside reviewer has a seat.
ROLES = set(Role) - {Role.ADMINISTRATOR, Role.OVERSIGHT}
Ending = tuple[User, Callable[[], Any]]


def by_cover(world: World) -> Ending:
    deputy = make_user(*ROLES)
    cover = set_cover_for(world.force.everything, deputy)
    return deputy, lambda: end_cover(
        actor=world.force.everything, delegation_id=cover.pk, now=timezone.now()
    )


def by_emergency(world: World) -> Ending:
    opener = make_user(*ROLES)
    access = open_in_emergency_for(world.case, opener)
    return opener, lambda: end_emergency(
        actor=world.force.supervisor, emergency_id=access.pk, now=timezone.now()
    )


def by_grant(world: World) -> Ending:
    guest = make_user(*ROLES)
    supervisor = world.force.supervisor
    grant_access(
        actor=supervisor, case_id=world.case.pk, user=guest, reason="Asked", expires_at=None,
        now=timezone.now(),
    )  # fmt: skip
    return guest, lambda: end_access(
        actor=supervisor, case_id=world.case.pk, user=guest, reason="Done", now=timezone.now()
    )


def by_team(world: World) -> Ending:
    member = make_user(*ROLES, team=world.force.team)
    return member, lambda: Membership.objects.filter(user=member).update(until=timezone.now())


def by_not_being_kept_out(world: World) -> Ending:
    member = make_user(*ROLES, team=world.force.team)
    return member, lambda: CaseExclusion.objects.create(
        complaint=world.case, person=member.person, reason="Related",
        made_by=world.force.supervisor, made_at=timezone.now(),
    )  # fmt: skip


def status(client: Client, row: Row, world: World) -> int:
    return client.get(address(row, world.ids), headers={"If-Match": '"1"'}).status_code


def test_the_next_request_finds_nothing_whatever_the_way_in() -> None:
    world = World.make()
    of_the_case: set[str] = set()
    for way in (by_grant, by_emergency, by_cover, by_team, by_not_being_kept_out):
        user, end = way(world)
        client = Client(raise_request_exception=True)
        client.force_login(user)
        if way is by_cover:
            client.post(reverse("incidents:act-for", args=[user.covers.get().pk]))
        readable = [row for row in READ if status(client, row, world) == 200]
        if way is by_grant:
            # To a guest nothing else is open: these addresses are all of the one case.
            of_the_case = {row.route for row in readable}
        # Not everything is for everybody: drafts of other people, a case that is signed elsewhere.
        assert len(readable) >= 25, (way.__name__, [row.route for row in readable])

        end()

        after = {row.route: status(client, row, world) for row in readable}
        left = {route for route, code in after.items() if code != 404}
        if way is by_not_being_kept_out:
            left &= of_the_case
        assert not left, way.__name__
