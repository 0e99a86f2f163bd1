"""What each role may do, and the access matrix of the addresses, made readable.

The matrix is docs/reference/access.csv, which the tests walk address by address.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cache
from itertools import groupby

from django.conf import settings
from django.db.models import Count
from django.utils.text import slugify

from accounts.models import RoleAssignment
from accounts.roles import ABOUT, CLASHES, PERMISSIONS, Permission, Role

MATRIX = settings.BASE_DIR / "docs" / "reference" / "access.csv"
# The areas of the page in their order, with the routes that each holds; the first that fits counts.
_AREAS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Signing in and one’s own account",  # noqa: RUF001
        (
            *("accounts:sign-*", "accounts:second-factor", "accounts:single-*", "accounts:set-up*"),
            *("accounts:own-*", "accounts:step-up*", "accounts:end-session"),
            *("accounts:end-other-sessions", "accounts:*interest*"),
        ),
    ),
    (
        "Teams and units",
        (
            *("accounts:team*", "accounts:*-team", "accounts:*-member", "accounts:unit*"),
            *("accounts:*-unit", "incidents:close-team"),
        ),
    ),
    ("People, accounts and roles", ("accounts:*", "incidents:*personal-access")),
    ("Reference data", ("incidents:reference*",)),
    (
        "Footage",
        ("incidents:footage*", "incidents:*preserv*", "incidents:*lost", "incidents:stream"),
    ),
    (
        "Who can see a case",
        (
            *("incidents:access", "incidents:export-*", "incidents:give-*", "incidents:end-access"),
            *("incidents:reach", "incidents:bulk-*", "incidents:transfer", "incidents:*arrival"),
            *("incidents:*restrict*", "incidents:keep-out", "incidents:end-exclusion"),
        ),
    ),
    ("Emergency access", ("incidents:*emergenc*", "incidents:break-glass")),
    ("Cover for absence", ("incidents:*cover", "incidents:act-for", "incidents:stop-acting")),
    ("Cases", ("incidents:*",)),
    ("Review room and marks", ("reviews:room*", "reviews:mark*")),
    ("Findings and sign-off", ("reviews:*",)),
    ("Retention and disposal", ("retention:*",)),
    ("API: the caller", ("api-me", "api-interest*", "api-step-ups", "api-schema", "guide-to-api")),
    ("API: cover and emergencies", ("api-delegation*", "api-*emergenc*")),
    (
        "API: who can see a complaint",
        (
            *("api-access*", "api-seat", "api-bulk-*", "api-transfer", "api-*restrict*"),
            *("api-exclusion*",),
        ),
    ),
    (
        "API: footage",
        ("api-search*", "api-footage*", "api-playback", "api-preserv*", "api-camera*"),
    ),
    (
        "API: review and sign-off",
        (
            *("api-annot*", "api-viewings", "api-allegation*", "api-decide", "api-finding*"),
            *("api-review*", "api-readiness", "api-submit", "api-answer-*", "api-signoff*"),
        ),
    ),
    (
        "API: retention and disposal",
        (
            *("api-finalise", "api-reopen", "api-retention", "api-hold*", "api-disposal*"),
            *("api-certificate*",),
        ),
    ),
    (
        "API: officers, units and reference data",
        ("api-officer*", "api-unit*", "api-colleague*", "api-reference*"),
    ),
    ("API: complaints", ("api-*",)),
    ("Health and components", ("*",)),
)


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
    """One address: its methods, the act they need, the roles that may, and what else is asked.

    Methods of an address for which anything of that differs are rows of their own.
    """

    route: str
    methods: tuple[str, ...]
    needs: str
    roles: list[Role]
    everybody: bool
    about_object: str
    notes: str


@dataclass(frozen=True)
class MatrixPart:
    """The rows of one area of the portal."""

    title: str
    rows: list[MatrixRow]

    @property
    def anchor(self) -> str:
        """Name the area in the address of the page, the same however the page is narrowed."""
        return slugify(self.title)


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
    """Give the matrix by areas; with a role only what it may do, with a text only what has it."""
    wanted = text.strip().lower()
    rows = [
        row
        for row in _rows()
        if (not role or row.everybody or any(each.value == role for each in row.roles))
        and (not wanted or wanted in f"{row.route} {row.needs} {row.notes}".lower())
    ]
    parts = groupby(rows, key=lambda row: _area_of(row.route))
    return [MatrixPart(title, list(mine)) for title, mine in parts]


@cache
def _rows() -> tuple[MatrixRow, ...]:
    with MATRIX.open(newline="", encoding="utf-8") as lines:
        rows = [_row(cells) for cells in csv.DictReader(lines)]
    order = [title for title, _ in _AREAS]
    rows.sort(key=lambda row: order.index(_area_of(row.route)))
    return tuple(_joined(rows))


def _joined(rows: Iterable[MatrixRow]) -> Iterator[MatrixRow]:
    """Give one row for the methods of an address that are alike in everything else."""
    for _, alike in groupby(rows, key=lambda row: replace(row, methods=())):
        same = list(alike)
        yield replace(same[0], methods=tuple(row.methods[0] for row in same))


def _row(cells: dict[str, str]) -> MatrixRow:
    permission = Permission(cells["permission"]) if cells["permission"] else None
    is_open = cells["object"] == "open"
    needs = permission.label if permission else "Being signed in"
    return MatrixRow(
        cells["route"],
        (cells["method"],),
        "Nothing: open to anybody" if is_open else needs,
        [role for role in Role if permission in PERMISSIONS[role]] if permission else [],
        permission is None,
        "" if cells["object"] in {"none", "open"} else cells["object"].removesuffix("_id"),
        cells["notes"],
    )


def _area_of(route: str) -> str:
    return next(
        title for title, held in _AREAS if any(fnmatchcase(route, pattern) for pattern in held)
    )


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
