"""Who is in the demonstration force: units, teams, officers with their cameras, and accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from django.contrib.auth.hashers import make_password

from accounts.factors.codes import enrol_app, new_app_secret
from accounts.factors.rows import factors_of
from accounts.models import CommandUnit, Membership, Person, RoleAssignment, Team, User
from accounts.roles import Role
from incidents.enums import Mount
from incidents.models import Camera, CameraIssue

BEGINNING = datetime(2019, 1, 7, 9, 0, tzinfo=UTC)
# Everybody can read this in the repository: the loader refuses to run outside a demonstration.
PASSWORD = "lantern-harbour-54"  # noqa: S105

UNITS = (
    ("NM", "Northmarsh", "BOROUGH", False),
    ("CA", "Calder", "BOROUGH", False),
    ("TA", "Tarrow", "BOROUGH", False),
    ("AR", "Armed Response", "SPECIALIST", True),
    ("TS", "Territorial Support", "SPECIALIST", False),
    ("PSD", "Professional Standards", "PROFESSIONAL_STANDARDS", False),
)
TEAMS = (
    ("T1", "Complaints team 1", "Northmarsh and Calder"),
    ("T2", "Complaints team 2", "Tarrow"),
    ("T3", "Complaints team 3", "specialist units"),
)

_RANKS = ("PC", "PC", "PC", "PC", "PS", "PC", "PC", "DC")
_SURNAMES = {
    "NM": "Wray Amble Hallow Teal Corrin Dunstow Fewster Garrow",
    "CA": "Brannick Ludgate Marl Tovey Sayle Hexter Ivory Jessel",
    "TA": "Kettlewell Lorimer Maddern Nunley Orchard Pinnock Quaife Rudge",
    "AR": "Sorrel Thane Underhay Varley Wimpole Yarrow Abney Birtle",
    "TS": "Cotter Dray Eastley Frayne Goss Hurdle Inchley Jowitt",
}
_GIVEN = ["Alex", "Bryn", "Casey", "Dale", "Ellis", "Frankie", "Gale", "Harper"]


@dataclass(frozen=True)
class Account:
    """One account of the demonstration: who it is and what it may do."""

    username: str
    rank: str
    number: str
    given: str
    surname: str
    roles: tuple[Role, ...]
    teams: tuple[str, ...]
    what: str


_ALL = ("T1", "T2", "T3")
ACCOUNTS = (
    Account(
        "farrow",
        "Ms",
        "81960",
        "Nell",
        "Farrow",
        (Role.COMPLAINT_HANDLER,),
        ("T1",),
        "logs complaints",
    ),
    Account(
        "orrell", "DS", "7714", "Rowan", "Orrell", (Role.INVESTIGATOR,), ("T1",), "investigates"
    ),
    Account("pell", "DC", "7990", "Ira", "Pell", (Role.INVESTIGATOR,), ("T1",), "investigates"),
    Account("vasey", "DI", "6120", "Marian", "Vasey", (Role.SUPERVISOR,), ("T1",), "signs off"),
    Account(
        "lomas",
        "Mr",
        "83001",
        "Piers",
        "Lomas",
        (Role.COMPLAINT_HANDLER,),
        ("T2",),
        "logs, in another team",
    ),
    Account(
        "harkin",
        "DS",
        "7802",
        "Jude",
        "Harkin",
        (Role.INVESTIGATOR,),
        ("T2",),
        "investigates, in another team",
    ),
    Account(
        "sewell",
        "DI",
        "4417",
        "Robin",
        "Sewell",
        (Role.SUPERVISOR,),
        ("T2", "T3"),
        "signs off, in other teams",
    ),
    Account(
        "strood",
        "DS",
        "7655",
        "Lee",
        "Strood",
        (Role.INVESTIGATOR,),
        ("T3",),
        "investigates specialist units",
    ),
    Account(
        "tennick",
        "Det Supt",
        "3308",
        "Oona",
        "Tennick",
        (Role.APPROPRIATE_AUTHORITY,),
        _ALL,
        "finalises",
    ),
    Account(
        "quillam",
        "Ms",
        "88213",
        "Bea",
        "Quillam",
        (Role.RETENTION_OFFICER,),
        _ALL,
        "approves disposals",
    ),
    Account(
        "ashmoor",
        "Ms",
        "80417",
        "Tilda",
        "Ashmoor",
        (Role.RETENTION_OFFICER,),
        _ALL,
        "approves them too",
    ),
    Account("dorrin", "Ms", "84120", "Wren", "Dorrin", (Role.AUDITOR,), ("T1",), "reads histories"),
    Account(
        "fennel",
        "Mx",
        "90001",
        "Sidney",
        "Fennel",
        (Role.OVERSIGHT,),
        (),
        "oversight, one case only",
    ),
    Account(
        "brisk", "Mr", "85206", "Otis", "Brisk", (Role.DISCLOSURE_OFFICER,), ("T1",), "discloses"
    ),
    Account(
        "umber",
        "Mr",
        "86110",
        "Glen",
        "Umber",
        (Role.ADMINISTRATOR,),
        (),
        "administers, opens no case",
    ),
    Account(
        "tansy",
        "Ms",
        "86111",
        "Ivy",
        "Tansy",
        (Role.ADMINISTRATOR,),
        (),
        "administers too: some acts take two",
    ),
    Account("records-feed", "", "S-0001", "Records", "Feed", (Role.SERVICE,), (), "a machine"),
)
# PC Brannick is complained about, and works in team 1 for now: those cases do not exist for him.
SUBJECT_ACCOUNT = ("brannick", "complained about; sees the team's other cases")
LAST_USERNAME = ACCOUNTS[-1].username


def is_loaded() -> bool:
    """Tell whether the demonstration force was loaded to its end."""
    return User.objects.filter(username=LAST_USERNAME).exists()


def make_units() -> dict[str, CommandUnit]:
    """Make the command units, by code."""
    return {
        code: CommandUnit.objects.create(code=code, name=name, kind=kind, is_armed=armed)
        for code, name, kind, armed in UNITS
    }


def make_teams(unit: CommandUnit) -> dict[str, Team]:
    """Make the complaints teams, by code."""
    return {code: Team.objects.create(code=code, name=name, unit=unit) for code, name, _ in TEAMS}


def make_officers(units: dict[str, CommandUnit]) -> dict[str, Person]:
    """Make eight officers for each unit, by surname, and give each a camera.

    Armed officers wear helmet and cap cameras; detectives have none.
    """
    officers = {}
    number = 2100
    for code, surnames in _SURNAMES.items():
        for index, surname in enumerate(surnames.split()):
            number += 43
            person = Person.objects.create(
                rank=_RANKS[index],
                collar_number=f"{number}QX",
                given_names=_GIVEN[index],
                surname=surname,
                unit=units[code],
            )
            officers[surname] = person
            if person.rank != "DC":
                _issue_camera(person, armed=units[code].is_armed, index=index, number=number)
    return officers


def _issue_camera(person: Person, *, armed: bool, index: int, number: int) -> None:
    mounts = (Mount.HELMET, Mount.CAP) if armed else (Mount.CHEST,)
    camera = Camera.objects.create(
        serial=f"X6-{number * 7 % 90000 + 10000}",
        model="Flex 2" if armed else "Body 3",
        mount=mounts[index % len(mounts)],
    )
    CameraIssue.objects.create(camera=camera, person=person, since=BEGINNING)


def make_account(account: Account, *, unit: CommandUnit, teams: dict[str, Team]) -> User:
    """Make one account with its person, roles and teams."""
    person = Person.objects.create(
        rank=account.rank,
        collar_number=account.number,
        given_names=account.given,
        surname=account.surname,
        unit=unit,
        is_officer=account.rank in {"DC", "DS", "DI", "Det Supt"},
    )
    codes = [teams[code] for code in account.teams]
    return open_account(account.username, person, roles=account.roles, teams=codes)


@cache
def _password_hash() -> str:
    """Hash the one password of all accounts once: each hash takes a fifth of a second on purpose."""
    return make_password(PASSWORD)


def give_factors(*, now: datetime) -> None:
    """Give every account that signs in a second factor, if it has none: an app that nobody holds.

    The demo's own code stands for it, in a demonstration only.
    """
    for user in User.objects.exclude(username=LAST_USERNAME):
        if not factors_of(user):
            enrol_app(user, new_app_secret(), used_period=0, now=now)


def open_account(
    username: str,
    person: Person,
    *,
    roles: tuple[Role, ...],
    teams: list[Team],
    joined: datetime = BEGINNING,
) -> User:
    """Open an account for a person. The service account cannot sign in with a password.

    `joined` is when they came into their teams: whoever was in the team of an officer on the day of
    an incident is not simply given the case.
    """
    user = User(username=username, person=person, created_at=BEGINNING)
    if Role.SERVICE in roles:
        user.set_unusable_password()
    else:
        user.password = _password_hash()
    user.save()
    RoleAssignment.objects.bulk_create(
        RoleAssignment(user=user, role=role, since=BEGINNING) for role in roles
    )
    Membership.objects.bulk_create(Membership(user=user, team=team, since=joined) for team in teams)
    return user
