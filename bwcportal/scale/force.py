"""The people of the made-up force: units, teams, staff with accounts, officers with cameras."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle, product
from random import Random

from accounts.models import CommandUnit, Membership, Person, RoleAssignment, Team, User
from accounts.roles import Role
from bwcportal.scale.tables import Table, flag

# Everything is counted back from this moment, so that a size and a seed give the same rows for ever.
NEWEST = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
BEGINNING = "2018-01-01T00:00:00Z"
PREFIX = "scale-"
FEW = 5

_FIRST = [
    "Ash",
    "Bar",
    "Brad",
    "Clif",
    "Cran",
    "Dal",
    "Ed",
    "Fair",
    "Farn",
    "Graf",
    "Hals",
    "Har",
    "Hol",
    "Ken",
    "Lang",
    "Lin",
    "Mar",
    "Mel",
    "Nor",
    "Oak",
    "Pem",
    "Quin",
    "Rad",
    "Ros",
    "Sel",
    "Stan",
    "Thorn",
    "Up",
    "Wal",
    "Whit",
]
_LAST = [
    "bourne",
    "brook",
    "bury",
    "combe",
    "cott",
    "dale",
    "den",
    "field",
    "ford",
    "gate",
    "ham",
    "hurst",
    "land",
    "ley",
    "lock",
    "low",
    "man",
    "mere",
    "more",
    "ridge",
    "sall",
    "shaw",
    "side",
    "stead",
    "stock",
    "ston",
    "tham",
    "thorpe",
    "ton",
    "wick",
    "with",
    "wood",
    "worth",
]
SURNAMES = [first + last for first, last in product(_FIRST, _LAST)]


@dataclass
class Force:
    """Identifiers of the people made, for the cases that name them."""

    teams: list[str] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    staff: list[str] = field(default_factory=list)
    officers: list[str] = field(default_factory=list)
    investigators: list[str] = field(default_factory=list)
    supervisors: list[str] = field(default_factory=list)
    handlers: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Size:
    """How many of everything there is for a number of complaints."""

    complaints: int

    @property
    def users(self) -> int:
        """10,000 for a million, 60 at least."""
        return max(60, self.complaints // 100)

    @property
    def teams(self) -> int:
        """500 for a million, 5 at least."""
        return max(5, self.complaints // 2000)

    @property
    def officers(self) -> int:
        """Three for each account."""
        return 3 * self.users


def identifier(random: Random) -> str:
    """Make an identifier, as random as those of the portal."""
    return f"{random.getrandbits(128):032x}"


def make_force(size: Size, random: Random) -> tuple[Force, list[Table]]:
    """Write everybody, and give them with the tables to load, in order."""
    units = Table(CommandUnit, "id", "code", "name", "kind")
    teams = Table(Team, "id", "code", "name", "unit_id")
    people = Table(
        Person, "id", "rank", "collar_number", "given_names", "surname", "unit_id", "is_officer"
    )
    users = Table(User, "id", "username", "password", "person_id", "created_at")
    roles = Table(RoleAssignment, "user_id", "role", "since", "reason")
    places = Table(Membership, "user_id", "team_id", "since", "reason")
    force = Force()
    for number in range(40):
        force.units.append(identifier(random))
        units.add(force.units[-1], f"S{number:03d}", f"Scale borough {number}", "BOROUGH")
    for number in range(size.teams):
        force.teams.append(identifier(random))
        name = f"Complaints team S{number:03d}"
        teams.add(force.teams[-1], f"S{number:03d}", name, force.units[number % 40])
    surnames = cycle(SURNAMES)
    for number in range(size.users + size.officers):
        person = identifier(random)
        is_staff = number < size.users
        (force.staff if is_staff else force.officers).append(person)
        people.add(
            person,
            "DS" if is_staff else "PC",
            f"{number:06d}S",
            "Alex",
            next(surnames),
            force.units[number % 40],
            flag(not is_staff),
        )
    for number, (role, kind, own) in enumerate(_posts(size)):
        user = identifier(random)
        users.add(user, f"{PREFIX}{kind}-{number:05d}", "!", force.staff[number], BEGINNING)
        roles.add(user, role.value, BEGINNING, "Seeded")
        for team in own:
            places.add(user, force.teams[team], BEGINNING, "Seeded")
        if kind == "investigator":
            force.investigators.append(user)
        elif kind == "supervisor":
            force.supervisors.append(user)
        elif kind == "handler":
            force.handlers.append(user)
    return force, [units, teams, people, users, roles, places]


def _posts(size: Size) -> Iterator[tuple[Role, str, list[int]]]:
    """Say of every account which role it has, what it is called by and to which teams it belongs.

    A few are in a fifth of all teams, a few in none at all: the two ends of what a list must bear.
    """
    for number in range(size.users):
        team = [number % size.teams]
        if number < FEW:
            yield Role.SUPERVISOR, "wide", list(range(max(1, size.teams // 5)))
        elif number < 2 * FEW:
            yield Role.INVESTIGATOR, "none", []
        elif number < 3 * FEW:
            yield Role.RETENTION_OFFICER, "retention", list(range(max(1, size.teams // 5)))
        elif number % 20 == 0:
            yield Role.COMPLAINT_HANDLER, "handler", team
        elif number % 20 == 1:
            yield Role.SUPERVISOR, "supervisor", team
        else:
            yield Role.INVESTIGATOR, "investigator", team
