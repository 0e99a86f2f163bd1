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
_OF_A_TEAM = (
    Role.COMPLAINT_HANDLER,
    Role.INVESTIGATOR,
    Role.SUPERVISOR,
    Role.RETENTION_OFFICER,
    Role.RETENTION_OFFICER,
    Role.AUDITOR,
)
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
    person = _new_person(surname, rank, unit or make_unit())
    person.save(force_insert=True)
    return person


def make_team(code: str) -> Team:
    """Make or find a team."""
    team, _ = Team.objects.get_or_create(
        code=code, defaults={"name": f"Complaints team {code}", "unit": make_unit("PS")}
    )
    return team


def make_user(*roles: Role, team: Team | None = None, person: Person | None = None) -> User:
    """Make an open account with the roles, in the team if one is given. The password is unusable."""
    (user,) = make_users([(roles, team, person)])
    return user


def make_users(
    wanted: list[tuple[tuple[Role, ...], Team | None, Person | None]],
) -> list[User]:
    """Make several accounts in few statements: of each the roles, the team, the person if not anew."""
    unit = make_unit("PS") if any(person is None for *_, person in wanted) else None
    users = [_described(person, unit) for *_, person in wanted]
    Person.objects.bulk_create(
        user.person for user, (*_, person) in zip(users, wanted, strict=True) if person is None
    )
    User.objects.bulk_create(users)
    pairs = list(zip(users, wanted, strict=True))
    RoleAssignment.objects.bulk_create(
        RoleAssignment(user=user, role=role, since=BEGINNING)
        for user, (roles, *_) in pairs
        for role in roles
    )
    Membership.objects.bulk_create(
        Membership(user=user, team=team, since=BEGINNING)
        for user, (_, team, _) in pairs
        if team is not None
    )
    return users


def _described(person: Person | None, unit: CommandUnit | None) -> User:
    name = f"user{next(_numbers)}"
    if person is None:
        person = _new_person(f"Staff{next(_numbers)}", "DS", unit)
    user = User(username=name, person=person)
    user.set_unusable_password()
    return user


def _new_person(surname: str, rank: str, unit: CommandUnit | None) -> Person:
    return Person(
        rank=rank,
        collar_number=f"{next(_numbers)}QX",
        given_names="Test",
        surname=surname,
        unit=unit,
    )


@dataclass
class Force:
    """The people whom most tests need. `stranger` has every role on cases, in another team."""

    team: Team = field(default_factory=lambda: make_team("T1"))
    other_team: Team = field(default_factory=lambda: make_team("T2"))

    def __post_init__(self) -> None:
        (
            self.handler,
            self.investigator,
            self.supervisor,
            self.retention_officer,
            self.second_retention_officer,
            self.auditor,
            self.stranger,
        ) = make_users(
            [
                *(((role,), self.team, None) for role in _OF_A_TEAM),
                (ON_CASES, self.other_team, None),
            ]
        )
        self.officer = make_person("Brannick")
        self.second_officer = make_person("Ludgate")
