"""Reading the footage of a case for its page: recordings, how they are kept, searches, coverage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from accounts.models import Person, User
from accounts.roles import Permission
from bwcportal import phrasing
from incidents.enums import FootageStatus, PreservationState, SearchResult
from incidents.models import CameraIssue, Complaint, FootageLink, FootageSearch, Preservation
from incidents.permissions import Verdict, check_may, verdict
from incidents.policies import check_may_gather, check_may_report_on
from incidents.selectors.coverage import Coverage, build_coverage
from incidents.services.evidence import SOURCE_LABELS

# A search log longer than this is read in the history.
SEARCHES_SHOWN = 50


@dataclass(frozen=True)
class KeptState:
    """How a recording is kept, in words: the badge's code, the answer and its second line."""

    code: str
    answer: str
    second: str
    is_kept: bool = False
    may_ask: bool = False
    may_check: bool = False


@dataclass(frozen=True)
class RecordingRow:
    """A recording of a case with how it is kept."""

    link: FootageLink
    kept: KeptState

    @property
    def is_lost(self) -> bool:
        """Whether there is nothing left to watch."""
        return self.link.footage.status == FootageStatus.LOST

    @property
    def camera_line(self) -> str:
        """The wearer's surname, or the number the evidence system gave, or that it is not known."""
        footage = self.link.footage
        if footage.wearer:
            return footage.wearer.surname
        return footage.wearer_collar_number or "Wearer not known"


@dataclass(frozen=True)
class SearchRow:
    """A search with what it found: the numbers of those recordings that are attached by now."""

    search: FootageSearch
    where: str
    asked: str
    answer: str
    is_empty: bool
    labels: str


@dataclass(frozen=True)
class FootagePage:
    """Everything the footage page of a case shows."""

    rows: list[RecordingRow]
    searches: list[SearchRow]
    coverage: Coverage | None
    may_search: Verdict
    may_preserve: Verdict
    may_watch: Verdict
    now: datetime
    facts: list[tuple[Any, ...]] = field(default_factory=list)

    @property
    def to_keep(self) -> int:
        """How many recordings can be asked for and are not kept or being asked for."""
        return sum(row.kept.may_ask for row in self.rows)


def footage_page(
    *, user: User, case: Complaint, now: datetime, search_url: str = ""
) -> FootagePage:
    """Read the footage page of a case that was opened for this person: six queries, whatever its size.

    `search_url` is where a search is recorded; the board links to it for who may.
    """
    links = links_of(case)
    searches = list(
        FootageSearch.objects.filter(complaint=case)
        .select_related("searched_by__person")
        .order_by("-searched_at", "-id")[:SEARCHES_SHOWN]
    )
    may_search = verdict(lambda: _check_search(user, case))
    people = officers_of(case, links=links, searches=searches)
    coverage = build_coverage(
        case,
        people=people,
        with_camera=_cameras(case, people),
        links=links,
        searches=searches,
        search_url=search_url if may_search.allowed else "",
    )
    rows = [RecordingRow(link, kept_state(link, now=now)) for link in links]
    return FootagePage(
        rows=rows,
        searches=_search_rows(searches, links),
        coverage=coverage,
        may_search=may_search,
        may_preserve=verdict(lambda: _check_preserve(user, case)),
        may_watch=verdict(lambda: check_may(user, Permission.WATCH_FOOTAGE)),
        now=now,
        facts=_facts(rows, coverage, now),
    )


def _check_search(user: User, case: Complaint) -> None:
    check_may(user, Permission.SEARCH_FOOTAGE)
    check_may_gather(case)


def _check_preserve(user: User, case: Complaint) -> None:
    check_may(user, Permission.PRESERVE_FOOTAGE)
    check_may_report_on(case)


def links_of(case: Complaint) -> list[FootageLink]:
    """List the recordings of a case by number, each with its wearer and how it is kept."""
    return list(
        case.footage_links.select_related("footage__wearer", "preservation").order_by("number")
    )


def officers_of(
    case: Complaint,
    *,
    links: Iterable[FootageLink] = (),
    searches: Iterable[FootageSearch] = (),
) -> list[Person]:
    """List the officers whom the footage of a case concerns: complained about, seen, searched for."""
    numbers = {number for search in searches for number in search.collar_numbers}
    worn_by = {link.footage.wearer_id for link in links if link.footage.wearer_id}
    concerned = Q(complained_about_in__complaint=case) | Q(pk__in=worn_by)
    if numbers:
        concerned |= Q(collar_number__in=numbers)
    return list(Person.objects.filter(concerned).distinct().order_by("surname", "pk"))


def _cameras(case: Complaint, people: Sequence[Person]) -> dict[Any, str]:
    """Give the mount of the camera that each person had at the time of the incident."""
    incident = case.incident
    if incident is None:
        return {}
    issues = CameraIssue.objects.filter(
        Q(until__isnull=True) | Q(until__gt=incident.starts_at),
        person__in=[person.pk for person in people],
        since__lte=incident.ends_at,
    )
    return dict(issues.order_by("since").values_list("person_id", "camera__mount"))


def kept_state(link: FootageLink, *, now: datetime) -> KeptState:
    """Say how a recording is kept. `link` comes with its footage and preservation."""
    footage = link.footage
    preservation: Preservation | None = getattr(link, "preservation", None)
    if footage.status == FootageStatus.LOST:
        receipt = preservation.receipt_number if preservation else ""
        noticed = _moment(footage.lost_noticed_at, now)
        return KeptState("lost", receipt or "No receipt", f"Noticed {noticed}. {link.lost_reason}")
    deletes = _deletes(footage.auto_delete_at, now)
    if preservation is None or preservation.state == PreservationState.RELEASED:
        soon = footage.auto_delete_at and footage.auto_delete_at - now <= phrasing.LAST_DAYS
        return KeptState(
            "at_risk" if soon else "not_requested", "Not asked for", deletes, may_ask=True
        )
    return _ANSWERS[PreservationState(preservation.state)](preservation, deletes, now)


def _moment(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return ""
    day = phrasing.short_date(moment, today=phrasing.london_day(now))
    return f"{day}, {phrasing.clock_time(moment)}"


def _deletes(at: datetime | None, now: datetime) -> str:
    return f"Auto-deletes {_moment(at, now)}" if at else "No date of auto-deletion known"


def _requested(preservation: Preservation, deletes: str, now: datetime) -> KeptState:
    asked = f"Asked {_moment(preservation.requested_at, now)}, no answer yet"
    return KeptState("requested", asked, f"The portal asks again every 15 minutes. {deletes}")


def _preserved(preservation: Preservation, deletes: str, now: datetime) -> KeptState:
    receipt = f"{preservation.receipt_number}, {_moment(preservation.receipt_at, now)}"
    if preservation.last_checked_at:
        seen = f"Seen on hold {_moment(preservation.last_checked_at, now)}. File unchanged"
    else:
        seen = "SHA-256 taken when it was preserved. Checked every night"
    return KeptState("preserved", receipt, seen, is_kept=True, may_check=True)


def _unconfirmed(preservation: Preservation, deletes: str, now: datetime) -> KeptState:
    receipt = f"{preservation.receipt_number}, {_moment(preservation.receipt_at, now)}"
    return KeptState(
        "unconfirmed",
        receipt,
        f"{preservation.last_answer}. {deletes}",
        may_ask=not preservation.file_changed,
        may_check=True,
    )


def _refused(preservation: Preservation, deletes: str, now: datetime) -> KeptState:
    said = f"Refused {_moment(preservation.last_attempt_at, now)}"
    return KeptState("refused", said, f"{preservation.last_answer}. {deletes}", may_ask=True)


_ANSWERS = {
    PreservationState.REQUESTED: _requested,
    PreservationState.PRESERVED: _preserved,
    PreservationState.UNCONFIRMED: _unconfirmed,
    PreservationState.REFUSED: _refused,
}


def _facts(
    rows: Sequence[RecordingRow], coverage: Coverage | None, now: datetime
) -> list[tuple[Any, ...]]:
    there = [row for row in rows if not row.is_lost]
    total = sum(row.link.footage.duration_ms for row in there)
    facts: list[tuple[Any, ...]] = []
    if coverage:
        facts.append(
            (coverage.people, _noun(coverage.people, "officer or camera", "officers and cameras"))
        )
    found = _noun(len(there), "recording found", "recordings found")
    facts.append((len(there), f"{found}, {phrasing.length(total)} in all" if there else found))
    open_rows = [row for row in there if not row.kept.is_kept]
    if open_rows:
        dates = [row.link.footage.auto_delete_at for row in open_rows]
        first = min((date for date in dates if date), default=None)
        when = f", auto-delete {phrasing.due_in(first, now)}" if first else ""
        facts.append((len(open_rows), f"not preserved yet{when}", "warn"))
    if coverage and coverage.unexplained:
        gaps = _noun(coverage.unexplained, "gap not explained", "gaps not explained")
        facts.append((coverage.unexplained, gaps, "bad"))
    if len(rows) > len(there):
        lost = len(rows) - len(there)
        facts.append((lost, _noun(lost, "recording lost", "recordings lost"), "bad"))
    return facts


def _noun(count: int, one: str, many: str) -> str:
    return one if count == 1 else many


def _search_rows(
    searches: Sequence[FootageSearch], links: Sequence[FootageLink]
) -> list[SearchRow]:
    labels = {link.footage.external_id: link.label for link in links}
    return [search_row(search, labels) for search in searches]


def search_row(search: FootageSearch, labels: dict[str, str]) -> SearchRow:
    """Put a search into words. `labels` are the numbers of attached recordings by identifier."""
    attached = [labels[each] for each in search.found_external_ids if each in labels]
    if search.result == SearchResult.FOUND:
        answer = f"{search.found_count} found"
    else:
        answer = SearchResult(search.result).label
    return SearchRow(
        search=search,
        where=SOURCE_LABELS.get(search.source, search.source)
        if search.source
        else search.place or "By hand",
        asked=_asked(search),
        answer=answer,
        is_empty=search.result != SearchResult.FOUND,
        labels=", ".join(sorted(attached, key=lambda label: int(label[1:]))),
    )


def _asked(search: FootageSearch) -> str:
    who = ", ".join(search.collar_numbers)
    if search.camera_serial:
        who = f"{who}, camera {search.camera_serial}" if who else f"Camera {search.camera_serial}"
    start, end = search.window_from, search.window_to
    day = phrasing.short_date(start, today=phrasing.london_day(search.searched_at))
    last = (
        ""
        if phrasing.london_day(start) == phrasing.london_day(end)
        else (phrasing.short_date(end, today=phrasing.london_day(search.searched_at)) + " ")
    )
    return (
        f"{who or 'Any camera'}, {day} {phrasing.clock_time(start)} to "
        f"{last}{phrasing.clock_time(end)}"
    )
