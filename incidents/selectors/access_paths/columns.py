"""What all providers of paths share: the columns of a path, and how periods meet a stretch of time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import CharField, DateTimeField, F, Q, QuerySet, UUIDField, Value
from django.db.models.functions import Cast

from incidents.models import Complaint

PathRows = QuerySet[Any]
COLUMNS = (
    "path_case",
    "path_user",
    "path_kind",
    "path_since",
    "path_until",
    "path_reason",
    "path_by",
    "path_for",
    "path_ended_by",
    "path_end_reason",
)


@dataclass(frozen=True)
class Path:
    """One way in which a case was open to an account, from `since` until `until` (None: no end).

    `by_id` is the account that gave it; `for_id` the absent person's account acted for;
    `ended_by_id` the account that ended it with `end_reason`, None when it ended by itself.
    """

    case_id: UUID
    user_id: UUID
    kind: str
    since: datetime
    until: datetime | None
    reason: str
    by_id: UUID | None
    for_id: UUID | None
    ended_by_id: UUID | None
    end_reason: str

    def holds_at(self, moment: datetime) -> bool:
        """Tell whether the path was open at a moment."""
        return self.since <= moment and (self.until is None or self.until > moment)


@dataclass(frozen=True)
class Names:
    """What the words of a path may need: names of accounts, and of the team of each case."""

    people: Mapping[UUID, str] = field(default_factory=dict)
    teams: Mapping[UUID, str] = field(default_factory=dict)

    def person(self, user_id: UUID | None) -> str:
        """Name an account."""
        return self.people.get(user_id, "somebody") if user_id else "somebody"


@dataclass(frozen=True)
class Provider:
    """A way in which cases open: its kinds, its rows, its words, and its icon.

    `rows(cases, begin, end)` gives what held at any time from `begin` to `end`, made by `as_paths`.
    `is_standing` False: open only while the holder says so, and not counted among who can see.
    `opens_restricted` True: a way into restricted cases too.
    """

    kinds: tuple[str, ...]
    rows: Callable[[QuerySet[Complaint], datetime, datetime], PathRows]
    words: Callable[[Path, Names], str]
    icon: str
    is_standing: bool = True
    opens_restricted: bool = False


def as_paths(
    rows: QuerySet[Any],
    *,
    case: str,
    user: str,
    kind: Any,
    since: Any,
    until: Any,
    reason: Any = None,
    by: str = "",
    acting_for: str = "",
    ended_by: str = "",
    end_reason: Any = None,
) -> PathRows:
    """Give rows the columns of a path. `case`, `user`, `by` and the like name columns of ids."""
    nobody = Cast(Value(None), UUIDField())
    annotated: PathRows = rows.annotate(
        path_case=F(case),
        path_user=F(user),
        path_kind=Cast(kind, CharField()),
        path_since=Cast(since, DateTimeField()),
        path_until=Cast(until, DateTimeField()),
        path_reason=Cast(Value("") if reason is None else reason, CharField()),
        path_by=F(by) if by else nobody,
        path_for=F(acting_for) if acting_for else nobody,
        path_ended_by=F(ended_by) if ended_by else nobody,
        path_end_reason=Cast(Value("") if end_reason is None else end_reason, CharField()),
    )
    return annotated


def meets(begin: datetime, end: datetime, *, since: str, until: str) -> Q:
    """Keep periods that held at any time from `begin` to `end`; the column of the end may be null."""
    return Q(**{f"{since}__lte": end}) & (
        Q(**{f"{until}__isnull": True}) | Q(**{f"{until}__gt": begin})
    )
