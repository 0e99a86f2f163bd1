"""The people and things that every world begins with, whatever happens in it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta

from accounts.models import PersonLink, User
from accounts.roles import Role
from accounts.services.identities import link_records, record_name
from accounts.services.lines import begin_line
from accounts.services.lost_factors import ask_for_factor_reset
from incidents.models import Camera, CameraIssue
from tests.factories.cases import NOW
from tests.factories.people import BEGINNING, Force, make_person, make_team, make_unit, make_user

# When the crawls are made: all clocks stand still at this moment.
CRAWLED_AT = NOW + timedelta(days=3)
OFFICERS_NUMBER = "2186QX"
# An administrator opens no case, and an outside reviewer gets no grant.
ROLES_OF_MINE = tuple(role for role in Role if role not in {Role.ADMINISTRATOR, Role.OVERSIGHT})


@dataclass
class Stage:
    """What every world begins with: the people, and the recordings that the evidence system has."""

    mine: Force
    other: Force
    me: User
    admin: User
    guest: User
    recordings: list[str]


def set_stage(roles: tuple[Role, ...], recordings: list[str]) -> Stage:
    """Make two forces whose complaints are about the same officers, myself in one, and others."""
    mine = Force()
    other = Force(team=make_team("T3"), other_team=make_team("T4"))
    mine.officer.collar_number = OFFICERS_NUMBER
    mine.officer.save()
    # The database keeps the number before and names the row itself: chance names it anew.
    mine.officer.other_numbers.update(id=uuid.uuid4())
    other.officer, other.second_officer = mine.officer, mine.second_officer
    myself = make_person("Myself", unit=make_unit("ME"))
    me = make_user(*roles, team=mine.team, person=myself)
    admin = make_user(Role.ADMINISTRATOR)
    make_unit()
    camera = Camera.objects.create(serial="X6-00001", model="Camera 3")
    CameraIssue.objects.create(camera=camera, person=mine.officer, since=BEGINNING)
    guest = make_user(Role.AUDITOR)
    _administer(make_user(Role.ADMINISTRATOR), guest, mine)
    return Stage(mine, other, me, admin, guest, recordings)


def _administer(colleague: User, guest: User, force: Force) -> None:
    """Leave what a second administrator does: a request, a line, a name, and one person twice."""
    ask_for_factor_reset(
        actor=colleague,
        user_id=guest.pk,
        reason="Lost the phone",
        now=CRAWLED_AT - timedelta(days=1),
    )
    one, same = make_person("Twice"), make_person("Twyce")
    begin_line(
        actor=colleague,
        person_id=one.pk,
        manager=force.second_officer,
        since=BEGINNING.date(),
        now=NOW,
    )
    record_name(
        actor=colleague,
        person_id=one.pk,
        given_names="Test",
        surname="Before",
        since=None,
        until=None,
        now=NOW,
    )
    link_records(
        actor=colleague,
        person_id=one.pk,
        other_id=same.pk,
        why=PersonLink.Why.values[0],
        reason="Typed twice",
        now=NOW,
    )
