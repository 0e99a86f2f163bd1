"""What each camera should hold of an incident against what was found: the coverage board.

Expected is the incident's own time, for everybody who had a camera then or whose recording was
found. Absence is what is left of it, explained when a recorded search says why. Shapes follow
`bwcportal.lanes`; everything drawn is said in words beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from accounts.models import Person
from bwcportal import phrasing
from incidents.enums import FootageStatus, Mount, SearchResult
from incidents.footage_sources.protocol import folded
from incidents.models import Complaint, FootageLink, FootageSearch

# A shorter pause is a change of battery, not a gap in what was seen.
SHORTEST_GAP = timedelta(seconds=60)
# A recording further away than this would squeeze the incident into a sliver.
FARTHEST_SHOWN = timedelta(hours=12)
_EXPLAINING = {
    SearchResult.NOT_WORN,
    SearchResult.NOT_ACTIVATED,
    SearchResult.DELETED,
    SearchResult.NONE,
}
Span = tuple[datetime, datetime]


@dataclass
class Wearer:
    """One lane: an officer, or a camera whose wearer is not known, with what was found of them."""

    collar_number: str
    title: str
    detail: list[str] = field(default_factory=list)
    had_camera: bool = False
    links: list[FootageLink] = field(default_factory=list)
    searches: list[FootageSearch] = field(default_factory=list)

    @property
    def recordings(self) -> list[FootageLink]:
        """The recordings that are there, earliest first."""
        there = [link for link in self.links if link.footage.status != FootageStatus.LOST]
        return sorted(there, key=lambda link: link.footage.starts_at)

    @property
    def first_seen(self) -> tuple[datetime, str]:
        """What the lanes are sorted by: the earliest recording, then the name."""
        starts = [link.footage.starts_at for link in self.links]
        return min(starts, default=datetime.max.replace(tzinfo=UTC)), self.title


@dataclass(frozen=True)
class Gap:
    """A part of the incident that no recording covers, and the search that explains it."""

    start: datetime
    end: datetime
    explained_by: FootageSearch | None

    @property
    def length(self) -> str:
        """How long the gap is, in words."""
        return phrasing.length(int((self.end - self.start).total_seconds() * 1000))


@dataclass(frozen=True)
class Coverage:
    """The board to draw, and how many gaps nobody has explained."""

    board: dict[str, Any]
    people: int
    unexplained: int


def build_coverage(
    case: Complaint,
    *,
    people: Iterable[Person],
    with_camera: dict[Any, str],
    links: Sequence[FootageLink],
    searches: Sequence[FootageSearch],
    search_url: str = "",
) -> Coverage | None:
    """Work out the board of a case; None when there is nobody and nothing to show.

    `people` are the officers to give a lane to, `with_camera` the mount of the camera each had at
    the time, by person. `search_url` begins a search, and is empty for who may not.
    """
    incident = case.incident
    wearers = _wearers(people, with_camera, links, searches)
    if incident is None or not wearers:
        return None
    expected = (incident.starts_at, incident.ends_at) if incident.start_is_known else None
    lanes = []
    unexplained = 0
    for wearer in sorted(wearers, key=lambda one: one.first_seen):
        gaps = gaps_of(wearer, expected)
        unexplained += sum(gap.explained_by is None for gap in gaps)
        lanes.append(_lane(wearer, expected, gaps, search_url))
    start, end = _window((incident.starts_at, incident.ends_at), links)
    board = {"start": start, "end": end, "lanes": lanes}
    if expected:
        words = f"{phrasing.clock_time(expected[0])} to {phrasing.clock_time(expected[1])}"
        board["incident"] = (*expected, f"Incident {words}")
    return Coverage(board, len(wearers), unexplained)


def _wearers(
    people: Iterable[Person],
    with_camera: dict[Any, str],
    links: Sequence[FootageLink],
    searches: Sequence[FootageSearch],
) -> list[Wearer]:
    wearers: dict[str, Wearer] = {}
    for person in people:
        mount = with_camera.get(person.pk, "")
        wearer = Wearer(person.collar_number, phrasing.person(person), had_camera=bool(mount))
        if mount and mount != Mount.UNKNOWN:
            wearer.detail.append(Mount(mount).label)
        wearers[folded(person.collar_number)] = wearer
    for link in links:
        key, name = _worn_by(link)
        wearers.setdefault(key, Wearer("", name)).links.append(link)
    for search in searches:
        for number in search.collar_numbers:
            if folded(number) in wearers:
                wearers[folded(number)].searches.append(search)
    return list(wearers.values())


def _worn_by(link: FootageLink) -> tuple[str, str]:
    footage = link.footage
    if footage.wearer:
        return folded(footage.wearer.collar_number), phrasing.person(footage.wearer)
    if footage.wearer_collar_number:
        return folded(footage.wearer_collar_number), f"Officer {footage.wearer_collar_number}"
    if footage.camera_serial:
        return f"camera {footage.camera_serial}", f"Camera {footage.camera_serial}"
    return "nobody", "Camera not known"


def _window(incident: Span, links: Sequence[FootageLink]) -> Span:
    """Give the time shown: the incident and the recordings near it, with a little room."""
    start, end = incident
    for link in links:
        if is_near(link, incident):
            start = min(start, link.footage.starts_at)
            end = max(end, link.footage.ends_at)
    room = max((end - start) / 25, timedelta(seconds=20))
    return start - room, end + room


def is_near(link: FootageLink, incident: Span) -> bool:
    """Tell whether a recording lies close enough to the incident to be drawn beside it."""
    first, last = incident[0] - FARTHEST_SHOWN, incident[1] + FARTHEST_SHOWN
    return link.footage.ends_at > first and link.footage.starts_at < last


def gaps_of(wearer: Wearer, expected: Span | None) -> list[Gap]:
    """List the parts of the incident that no recording of a wearer covers, short ones left out.

    Nobody is missed who had no camera; and for somebody nobody has searched for yet it is too
    early to speak of a gap.
    """
    if expected is None or not (wearer.had_camera or wearer.links or _explanations(wearer)):
        return []
    if not wearer.links and not wearer.searches:
        return []
    gaps = []
    reached, end = expected
    # What is lost was recorded: its own mark says what became of it.
    spans = sorted((link.footage.starts_at, link.footage.ends_at) for link in wearer.links)
    for start, stop in [*spans, (end, end)]:
        if min(start, end) - reached >= SHORTEST_GAP:
            gaps.append(_gap(wearer, reached, min(start, end)))
        reached = max(reached, stop)
    return gaps


def _gap(wearer: Wearer, start: datetime, end: datetime) -> Gap:
    fitting = [
        search
        for search in _explanations(wearer)
        if search.window_from < end and search.window_to > start
    ]
    return Gap(start, end, fitting[0] if fitting else None)


def _explanations(wearer: Wearer) -> list[FootageSearch]:
    """Facts that a person found out; that the evidence system found nothing explains nothing."""
    return [
        search for search in wearer.searches if search.result in _EXPLAINING and not search.source
    ]


def _lane(
    wearer: Wearer, expected: Span | None, gaps: list[Gap], search_url: str
) -> dict[str, Any]:
    says = [*_says_of_gaps(wearer, expected, gaps, search_url), *_says_of_losses(wearer)]
    if not says:
        says = [_says_when_whole(wearer, expected, search_url)]
    mounts = {Mount(link.footage.mount).label for link in wearer.links}
    detail = wearer.detail or sorted(mounts - {Mount.UNKNOWN.label})
    lane: dict[str, Any] = {
        "who": wearer.title,
        "detail": ", ".join(detail),
        "items": list(_items(wearer, expected, gaps)),
        "says": says,
    }
    lane["label"] = f"{wearer.title}: {_spoken(wearer)}"
    if not lane["items"]:
        lane["text"] = "No recording known"
    return lane


def _items(wearer: Wearer, expected: Span | None, gaps: list[Gap]) -> Iterable[dict[str, Any]]:
    if expected and expected[0] < expected[1] and (wearer.had_camera or wearer.links or gaps):
        yield {"kind": "expected", "start": expected[0], "end": expected[1]}
    for gap in gaps:
        known = gap.explained_by is not None
        yield {
            "kind": "explained" if known else "unexplained",
            "start": gap.start,
            "end": gap.end,
            "label": _short_label(gap, expected),
        }
    for link in sorted(wearer.links, key=lambda one: one.footage.starts_at):
        footage = link.footage
        if footage.status == FootageStatus.LOST:
            yield _bar("lost", footage.starts_at, footage.ends_at, f"{link.label} lost")
            continue
        pressed = footage.starts_at + timedelta(milliseconds=footage.buffer_ms)
        if footage.buffer_ms:
            yield _bar("buffer", footage.starts_at, min(pressed, footage.ends_at))
        if pressed < footage.ends_at:
            yield _bar("recorded", pressed, footage.ends_at, link.label)


def _bar(kind: str, start: datetime, end: datetime, label: str = "") -> dict[str, Any]:
    return {"kind": kind, "start": start, "end": end, "label": label}


def _short_label(gap: Gap, expected: Span | None) -> str:
    """Words fit for a bar; a narrow bar has none, since the lane says it all beside it."""
    if expected and (gap.end - gap.start) * 6 < expected[1] - expected[0]:
        return ""
    return SearchResult(gap.explained_by.result).label if gap.explained_by else "Why?"


def _says_of_gaps(
    wearer: Wearer, expected: Span | None, gaps: list[Gap], search_url: str
) -> list[dict[str, str]]:
    said = []
    for gap in gaps:
        what = _what_is_missing(gap, expected)
        if gap.explained_by is not None:
            result = SearchResult(gap.explained_by.result)
            said.append(
                {
                    "icon": "stop",
                    "tone": "warn",
                    "strong": f"{result.label}, {what}.",
                    "text": gap.explained_by.note,
                }
            )
            continue
        line = {
            "icon": "warn",
            "tone": "bad",
            "strong": f"{what[:1].upper()}{what[1:]}, not explained.",
            "text": "",
        }
        if search_url and wearer.collar_number:
            line |= {"url": _explain_url(search_url, wearer, gap), "link": "Explain this gap"}
        said.append(line)
    return said


def _what_is_missing(gap: Gap, expected: Span | None) -> str:
    at_start = expected is not None and gap.start == expected[0]
    at_end = expected is not None and gap.end == expected[1]
    if at_start and at_end:
        return "nothing recorded"
    if at_start:
        return f"late by {gap.length}"
    if at_end:
        return f"ends {gap.length} early"
    return f"gap of {gap.length}"


def _explain_url(search_url: str, wearer: Wearer, gap: Gap) -> str:
    parts = {
        "how": "HAND",
        "officer": wearer.collar_number,
        "from": phrasing.utc_iso(gap.start),
        "to": phrasing.utc_iso(gap.end),
    }
    return f"{search_url}?{urlencode(parts)}"


def _says_of_losses(wearer: Wearer) -> list[dict[str, str]]:
    return [
        {
            "icon": "cross",
            "tone": "bad",
            "strong": f"{link.label} was recorded, then lost.",
            "text": link.lost_reason,
        }
        for link in wearer.links
        if link.footage.status == FootageStatus.LOST
    ]


def _says_when_whole(wearer: Wearer, expected: Span | None, search_url: str) -> dict[str, str]:
    if wearer.recordings:
        if expected is None:
            count = phrasing.counted(len(wearer.recordings), "recording")
            text = f"{count}. Gaps cannot be told: the time of the incident is not known"
            return {"icon": "dot", "tone": "quiet", "text": text}
        return {"icon": "tick", "text": "Covered"}
    line = {"icon": "search", "tone": "warn", "strong": "Not searched for yet.", "text": ""}
    if any(search.source for search in wearer.searches):
        line = {"icon": "stop", "tone": "quiet", "text": "Nothing found. No camera known"}
    elif search_url:
        query = urlencode({"officer": wearer.collar_number})
        line |= {"url": f"{search_url}?{query}", "link": "Search now"}
    return line


def _spoken(wearer: Wearer) -> str:
    parts = []
    for link in sorted(wearer.links, key=lambda one: one.footage.starts_at):
        footage = link.footage
        times = (
            f"{phrasing.clock_time(footage.starts_at, seconds=True)} to "
            f"{phrasing.clock_time(footage.ends_at, seconds=True)}"
        )
        lost = ", lost" if footage.status == FootageStatus.LOST else ""
        parts.append(f"{link.label} {times}{lost}")
    return "; ".join(parts) or "no recording known"
