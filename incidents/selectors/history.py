"""The history of a case as its page shows it: the record's rows in words, with their seal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from accounts.models import User
from accounts.roles import Permission
from audit.enums import Operation, Outcome
from audit.of_case import actors_of_case, numbers_of
from audit.selectors import HistoryRow, search
from bwcportal.phrasing import number
from incidents.deadlines import start_of_day
from incidents.enums import CaseState, Handling, SearchResult
from incidents.models import Complaint

PAGE_SIZE = 50
# The sealer runs every second; an event that waits a minute means that it does not run.
LATE_AFTER = timedelta(minutes=1)
REFUSED = "REFUSED"


@dataclass(frozen=True)
class HistoryFilters:
    """What the history is narrowed to; days are London days, both inclusive."""

    operation: str = ""
    actor_id: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class CaseHistory:
    """One page for the ledger, the cursor of the older page, and the pill of the seal."""

    events: list[dict[str, Any]]
    next_before: UUID | None
    seal: tuple[str, str]


def history_of(
    user: User,
    case: Complaint,
    filters: HistoryFilters,
    *,
    now: datetime,
    before: UUID | None = None,
) -> CaseHistory:
    """Read a page of a case's history, newest first. Refusals are for those who may see them."""
    page = search(
        case_id=case.pk,
        before=before,
        limit=PAGE_SIZE,
        operation=filters.operation if filters.operation in Operation.values else "",
        outcome=_outcome(user, filters),
        actor_id=filters.actor_id,
        since=start_of_day(filters.since) if filters.since else None,
        until=start_of_day(filters.until + timedelta(days=1)) if filters.until else None,
    )
    numbers = numbers_of(row.uuid for row in page.rows)
    # Whoever is not shown refusals would read them from the gaps that they leave in the numbers.
    counted = may_see_refusals(user)
    events = [
        {
            **in_words(row),
            "sealed": row.uuid in numbers,
            "number": numbers.get(row.uuid) if counted else None,
        }
        for row in page.rows
    ]
    waiting = [row for row in page.rows if row.uuid not in numbers]
    return CaseHistory(events, page.next_before, _seal(waiting, len(page.rows), now))


def may_see_refusals(user: User) -> bool:
    """Tell whether this person may know who was refused a case."""
    return user.has_role_permission(Permission.SEE_REFUSALS)


def operation_choices(user: User) -> list[tuple[str, str]]:
    """List what the history can be narrowed to."""
    choices = [(operation.value, operation.label) for operation in Operation]
    return [*choices, (REFUSED, "Refused")] if may_see_refusals(user) else choices


def actor_choices(case: Complaint) -> list[tuple[str, str]]:
    """List who is in the history of a case."""
    return actors_of_case(case.pk)


def in_words(row: HistoryRow) -> dict[str, Any]:
    """Say one event for the ledger: what happened, who did it, and why."""
    sentence = row.sentence[:1].upper() + row.sentence[1:]
    part = _part(row)
    was, now = _change(row)
    role = f", {row.actor_role.lower()}" if row.actor_role else ""
    return {
        "at": row.occurred_at,
        "operation": row.operation.value,
        "what": f"{sentence}: {part}" if part else sentence,
        "who": f"{row.actor_name}{role}",
        "was": was,
        "now": now,
        "purpose": str(row.personal.get("reason") or row.purpose),
        "refused": row.outcome == Outcome.DENIED,
    }


def _part(row: HistoryRow) -> str:
    """Name the part of the case that an event is about; a search is named by what it found."""
    if row.subject_type == "complaint":
        return ""
    if row.subject_type == "footage_search" and row.subject_label in SearchResult.values:
        return SearchResult(row.subject_label).label.lower()
    return row.subject_label


def _outcome(user: User, filters: HistoryFilters) -> str:
    if not may_see_refusals(user):
        return Outcome.ALLOWED.value
    return Outcome.DENIED.value if filters.operation == REFUSED else ""


def _change(row: HistoryRow) -> tuple[str, str]:
    """Find the values before and after: in the erasable part if they name people, else in the leaf."""
    for content in (row.personal, row.details):
        if "now" in content:
            return _say(content.get("was")), _say(content["now"])
    if row.details.get("handling"):
        return _say(row.details.get("was")), _say(row.details["handling"])
    return "", ""


def _say(value: Any) -> str:
    if isinstance(value, dict):
        parts = [f"{name} {_say(part)}" for name, part in sorted(value.items()) if part]
        return ", ".join(parts)
    if isinstance(value, list):
        return ", ".join(_say(part) for part in value)
    text = "" if value is None else str(value)
    if text in CaseState.values:
        return CaseState(text).label
    return Handling(text).label if text in Handling.values else text


def _seal(waiting: list[HistoryRow], shown: int, now: datetime) -> tuple[str, str]:
    """Say how far this page is sealed, from this page alone.

    The size and the time of the newest checkpoint would tell of activity in other cases.
    """
    late = [row for row in waiting if now - row.recorded_at > LATE_AFTER]
    if late:
        return "late", f"Sealing is late: {number(len(late))} not sealed for over a minute"
    if len(waiting) == shown:
        return "waiting", "Being sealed"
    return "sealed", "Sealed: what is new follows within seconds"
