"""What each role may do, and the access matrix of the addresses, made readable.

The matrix is docs/reference/access.csv, which the tests walk address by address.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby

from django.conf import settings
from django.db.models import Count

from accounts.models import RoleAssignment
from accounts.roles import ABOUT, CLASHES, PERMISSIONS, Permission, Role

MATRIX = settings.BASE_DIR / "docs" / "reference" / "access.csv"
_PARTS = {
    "": "Health and components",
    "accounts": "Accounts and administration",
    "incidents": "Cases and footage",
    "reviews": "Review and sign-off",
    "retention": "Retention and disposal",
    "audit": "The record of events",
}
_API = "The API"


@dataclass(frozen=True)
class RoleGuide:
    """One role in words: what it is for, what it may do, what it cannot be combined with."""

    role: Role
    about: str
    permissions: list[str]
    clashes: list[tuple[str, str]]
    holders: int


@dataclass(frozen=True)
class MatrixRow:
    """One address and method: the act it needs, the roles that may, and what else is asked."""

    route: str
    method: str
    needs: str
    roles: list[Role]
    everybody: bool
    about_object: str
    notes: str


@dataclass(frozen=True)
class MatrixPart:
    """The rows of one part of the portal."""

    title: str
    rows: list[MatrixRow]


def role_guide(*, now: datetime) -> list[RoleGuide]:
    """Explain each role from the code, with how many open accounts hold it now (1 query)."""
    held = RoleAssignment.objects.at(now).filter(user__is_active=True)
    counts = dict(
        held.order_by().values_list("role").annotate(how_many=Count("user_id", distinct=True))
    )
    return [
        RoleGuide(
            role,
            ABOUT[role],
            [permission.label for permission in Permission if permission in PERMISSIONS[role]],
            _clashes_of(role),
            counts.get(role.value, 0),
        )
        for role in Role
    ]


def access_matrix(*, role: str = "", text: str = "") -> list[MatrixPart]:
    """Give the matrix in parts; with a role only what it may do, with a text only what has it."""
    wanted = text.strip().lower()
    rows = [
        row
        for row in _rows()
        if (not role or row.everybody or any(each.value == role for each in row.roles))
        and (not wanted or wanted in f"{row.route} {row.needs} {row.notes}".lower())
    ]
    parts = groupby(rows, key=lambda row: _part_of(row.route))
    return [MatrixPart(title, list(mine)) for title, mine in parts]


@cache
def _rows() -> tuple[MatrixRow, ...]:
    with MATRIX.open(newline="", encoding="utf-8") as lines:
        rows = [_row(cells) for cells in csv.DictReader(lines)]
    order = [*_PARTS.values(), _API]
    return tuple(sorted(rows, key=lambda row: order.index(_part_of(row.route))))


def _row(cells: dict[str, str]) -> MatrixRow:
    permission = Permission(cells["permission"]) if cells["permission"] else None
    is_open = cells["object"] == "open"
    needs = permission.label if permission else "Being signed in"
    return MatrixRow(
        cells["route"],
        cells["method"],
        "Nothing: open to anybody" if is_open else needs,
        [role for role in Role if permission in PERMISSIONS[role]] if permission else [],
        permission is None,
        "" if cells["object"] in {"none", "open"} else cells["object"].removesuffix("_id"),
        cells["notes"],
    )


def _part_of(route: str) -> str:
    app, colon, _ = route.partition(":")
    if colon:
        return _PARTS[app]
    return _API if "api" in route.split("-") else _PARTS[""]


def _clashes_of(role: Role) -> list[tuple[str, str]]:
    """List what a role cannot be combined with: (roles in words, why)."""
    found = [
        ([other for other in Role if other in clash.others], clash.why)
        for clash in CLASHES
        if clash.role == role
    ]
    found += [([clash.role], clash.why) for clash in CLASHES if role in clash.others]
    whole = len(Role) - 1
    found = [each for each in found if len(each[0]) == whole] or found
    return [
        ("Every other role" if len(roles) == whole else ", ".join(r.label for r in roles), why)
        for roles, why in found
    ]
