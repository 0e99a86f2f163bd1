"""How the access to a case changed: who could see it before, what changed since, and the turns."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from accounts.models import User
from audit.of_case import last_read_by
from bwcportal.phrasing import LONDON
from incidents.models import CasePlacement
from incidents.selectors.access import way_of
from incidents.selectors.access_history import AccessHistory, Stretch
from incidents.selectors.access_paths import team as team_path

MOST_TURNS = 8


@dataclass(frozen=True)
class Lost:
    """Somebody, or the people of a team, who could see the case before and cannot now."""

    who: str
    people: int
    how: str
    reason: str
    ended_at: datetime
    opened: int


@dataclass(frozen=True)
class Change:
    """One account that could see the case at one of two moments and not at the other."""

    user: User
    is_gained: bool
    how: str
    moment: datetime


@dataclass(frozen=True)
class Turn:
    """A moment at which access changed, to look at, and what happened then."""

    moment: datetime
    words: str

    @property
    def query(self) -> str:
        """Ask for this moment on the page: the next whole second, London time."""
        whole = (self.moment + timedelta(microseconds=999_999)).astimezone(LONDON)
        return urlencode({"on": whole.strftime("%Y-%m-%d"), "time": whole.strftime("%H:%M:%S")})


def lost_before(history: AccessHistory) -> list[Lost]:
    """List who could see the case and cannot at the end of the history, the latest loss first.

    The people of a team who lost it together, because the case moved or was restricted, are one line.
    """
    last = {
        user_id: stretches[-1]
        for user_id in history.paths
        if (stretches := list(history.stretches(user_id))) and stretches[-1].end < history.until
    }
    read = last_read_by(history.case.pk, [str(pk) for pk in last], until=history.until)
    crowds: dict[UUID, list[UUID]] = defaultdict(list)
    rows = []
    for user_id, stretch in last.items():
        placement = _placement_ended(history, stretch)
        if placement is not None:
            crowds[placement.pk].append(user_id)
        else:
            name = history.accounts[user_id].display_name
            how = f"{way_of(stretch.path, history.names).words}, {why_ended(history, user_id, stretch)}"
            opened = int(str(user_id) in read)
            rows.append(Lost(name, 1, how, stretch.path.end_reason, stretch.end, opened))
    for placement in history.placements:
        if placement.pk in crowds:
            rows.append(_crowd(history, placement, crowds[placement.pk], read))
    return sorted(rows, key=lambda row: row.ended_at, reverse=True)


def changes_since(history: AccessHistory, then: datetime) -> list[Change]:
    """List who lost the case between a past moment and the end of the history, and who gained it."""
    rows = []
    for user_id in history.paths:
        stretches = list(history.stretches(user_id))
        before = any(each.begin <= then < each.end for each in stretches)
        after = bool(stretches) and stretches[-1].end == history.until
        user = history.accounts[user_id]
        if before and not after:
            how = f"Lost it: {why_ended(history, user_id, stretches[-1])}"
            rows.append(Change(user, is_gained=False, how=how, moment=stretches[-1].end))
        elif after and not before:
            how = way_of(stretches[-1].path, history.names).words
            rows.append(Change(user, is_gained=True, how=how, moment=stretches[-1].begin))
    return sorted(rows, key=lambda row: (row.moment, row.user.person.surname), reverse=True)


def turning_points(history: AccessHistory) -> list[Turn]:
    """List the moments worth looking at, in order: logged, moved, restricted, let in, kept out."""
    turns: dict[datetime, str] = {}
    before: CasePlacement | None = None
    for placement in history.placements:
        turns[placement.since] = placement_words(before, placement)
        before = placement
    for path in (path for paths in history.paths.values() for path in paths):
        if path.kind != team_path.KIND:
            turns.setdefault(path.since, "access given")
            if path.until is not None and path.until < history.until:
                turns.setdefault(path.until, "access ended")
    for bar in (bar for bars in history.bars.values() for bar in bars):
        turns.setdefault(bar.since, "somebody kept out")
    return [Turn(moment, turns[moment]) for moment in sorted(turns)][-MOST_TURNS:]


def placement_words(before: CasePlacement | None, placement: CasePlacement) -> str:
    """Say in a word or two what a placement changed: 'moved to Complaints team 1', 'restricted'."""
    if before is None:
        return "logged, restricted" if placement.is_restricted else "logged"
    said = []
    if before.team_id != placement.team_id:
        said.append(f"moved to {placement.team.name}")
    if before.is_restricted != placement.is_restricted:
        said.append("restricted" if placement.is_restricted else "opened to its team")
    return " and ".join(said) or "placed again"


def why_ended(history: AccessHistory, user_id: UUID, stretch: Stretch) -> str:
    """Say why an account could see a case until the end of a stretch and not after."""
    person_id = history.accounts[user_id].person_id
    if any(bar.since == stretch.end for bar in history.bars.get(person_id, ())):
        return "until they were kept out"
    if any(closure.since == stretch.end for closure in history.closures.get(user_id, ())):
        return "until the account was closed"
    placement = _placement_ended(history, stretch)
    if placement is not None:
        return _until_placed(history, placement)
    if stretch.path.kind == team_path.KIND:
        return "until they left the team"
    if stretch.path.ended_by_id is not None:
        return f"until {history.names.person(stretch.path.ended_by_id)} ended it"
    if stretch.path.end_reason:
        return "until a check of the portal ended it"
    return "until it ended by itself"


def _placement_ended(history: AccessHistory, stretch: Stretch) -> CasePlacement | None:
    """Find the placement whose end took the case away; None when it was something else."""
    path = stretch.path
    if path.kind != team_path.KIND or path.until != stretch.end:
        return None
    return next((row for row in history.placements if row.until == stretch.end), None)


def _until_placed(history: AccessHistory, placement: CasePlacement) -> str:
    following = _next(history, placement)
    return f"until the case was {placement_words(placement, following)}" if following else ""


def _next(history: AccessHistory, placement: CasePlacement) -> CasePlacement | None:
    later = history.placements[history.placements.index(placement) + 1 :]
    return later[0] if later else None


def _crowd(
    history: AccessHistory,
    placement: CasePlacement,
    people: list[UUID],
    read: dict[str, datetime],
) -> Lost:
    is_one = len(people) == 1
    following = _next(history, placement)
    assert placement.until is not None  # noqa: S101 - a crowd is made by an end
    return Lost(
        history.accounts[people[0]].display_name if is_one else placement.team.name,
        len(people),
        f"By team, {_until_placed(history, placement)}",
        following.reason if following else "",
        placement.until,
        sum(str(user_id) in read for user_id in people),
    )
