"""A small force: two teams, and one account for each role in each team."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

from accounts.models import CommandUnit, Membership, Person, RoleAssignment, Team, User
from accounts.roles import Role

BEGINNING = datetime(2019, 1, 1, tzinfo=UTC)
# An administrator opens no case, so somebody who is to be refused cases one by one is none.
ON_CASES = tuple(role for role in Role if role != Role.ADMINISTRATOR)
_numbers = count(1000)


def make_unit(code: str = "NB", *, armed: bool = False) -> CommandUnit:
    """Make or find a command unit."""
    unit, _ = CommandUnit.objects.get_or_create(
        code=code,
        defaults={"name": f"{code} borough", "kind": CommandUnit.Kind.BOROUGH, "is_armed": armed},
    )
    return unit


def make_person(
    surname: str = "Example", *, rank: str = "PC", unit: CommandUnit | None = None
) -> Person:
    """Make a person with a fresh collar number."""
    return Person.objects.create(
        rank=rank,
        collar_number=f"{next(_numbers)}QX",
        given_names="Test",
        surname=surname,
        unit=unit or make_unit(),
    )


def make_team(code: str) -> Team:
    """Make or find a team."""
    team, _ = Team.objects.get_or_create(
        code=code, defaults={"name": f"Complaints team {code}", "unit": make_unit("PS")}
    )
    return team


def make_user(*roles: Role, team: Team | None = None, person: Person | None = None) -> User:
    """Make an open account with the roles, in the team if one is given. The password is unusable."""
    user = User(
        username=f"user{next(_numbers)}",
        person=person or make_person(f"Staff{next(_numbers)}", rank="DS", unit=make_unit("PS")),
    )
    user.set_unusable_password()
    user.save()
    for role in roles:
        RoleAssignment.objects.create(user=user, role=role, since=BEGINNING)
    if team is not None:
        Membership.objects.create(user=user, team=team, since=BEGINNING)
    return user


@dataclass
class Force:
    """The people whom most tests need. `stranger` has every role on cases, in another team."""

    team: Team = field(default_factory=lambda: make_team("T1"))
    other_team: Team = field(default_factory=lambda: make_team("T2"))

    def __post_init__(self) -> None:
        self.handler = make_user(Role.COMPLAINT_HANDLER, team=self.team)
        self.investigator = make_user(Role.INVESTIGATOR, team=self.team)
        self.supervisor = make_user(Role.SUPERVISOR, team=self.team)
        self.retention_officer = make_user(Role.RETENTION_OFFICER, team=self.team)
        self.second_retention_officer = make_user(Role.RETENTION_OFFICER, team=self.team)
        self.auditor = make_user(Role.AUDITOR, team=self.team)
        self.stranger = make_user(*ON_CASES, team=self.other_team)
        self.officer = make_person("Brannick")
        self.second_officer = make_person("Ludgate")
