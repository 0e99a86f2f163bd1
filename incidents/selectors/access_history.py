"""All that ever opened a case and all that barred people from it, read at once, as stretches of time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import AccountClosure, User
from incidents.models import CasePlacement, Complaint
from incidents.selectors.access import accounts_of, names_for
from incidents.selectors.access_paths import Path, only, paths_to
from incidents.selectors.access_paths.bars import Bar, bars_of
from incidents.selectors.access_paths.columns import Names


@dataclass(frozen=True)
class Stretch:
    """A time in which a case was open to an account without a break; `path` is open at its end."""

    begin: datetime
    end: datetime
    path: Path


@dataclass(frozen=True)
class AccessHistory:
    """All that opened a case and all that barred it, from its logging until a moment."""

    case: Complaint
    until: datetime
    paths: dict[UUID, list[Path]]
    bars: dict[UUID, list[Bar]]
    closures: dict[UUID, list[AccountClosure]]
    accounts: dict[UUID, User]
    placements: list[CasePlacement]
    names: Names

    def path_at(self, user_id: UUID, moment: datetime) -> Path | None:
        """Give the path by which a case was open to an account at a moment; the longest of several."""
        if self._is_out(user_id, moment):
            return None
        held = [
            path
            for path in self.paths.get(user_id, ())
            if path.holds_at(moment)
            and (path.for_id is None or not self._is_out(path.for_id, moment))
        ]
        return max(held, key=lambda path: (path.until is None, path.until), default=None)

    def stretches(self, user_id: UUID) -> Iterator[Stretch]:
        """Give the times in which an account could see the case, in order; one still open ends at `until`."""
        edges = sorted({edge for edge in self._edges(user_id) if edge < self.until})
        begin: datetime | None = None
        path: Path | None = None
        for edge in edges:
            found = self.path_at(user_id, edge)
            if found is None and begin is not None and path is not None:
                yield Stretch(begin, edge, path)
                begin = None
            elif found is not None and begin is None:
                begin = edge
            path = found
        if begin is not None and path is not None:
            yield Stretch(begin, self.until, path)

    def _is_out(self, user_id: UUID, moment: datetime) -> bool:
        """Tell whether an account was closed then, or its person kept out."""
        person_id = self.accounts[user_id].person_id
        return any(bar.holds_at(moment) for bar in self.bars.get(person_id, ())) or any(
            _holds(closure, moment) for closure in self.closures.get(user_id, ())
        )

    def _edges(self, user_id: UUID) -> Iterator[datetime]:
        yield from self._own_edges(user_id)
        for path in self.paths.get(user_id, ()):
            yield path.since
            if path.until is not None:
                yield path.until
            if path.for_id is not None:
                yield from self._own_edges(path.for_id)

    def _own_edges(self, user_id: UUID) -> Iterator[datetime]:
        for bar in self.bars.get(self.accounts[user_id].person_id, ()):
            yield bar.since
            if bar.until is not None:
                yield bar.until
        for closure in self.closures.get(user_id, ()):
            yield closure.since
            if closure.until is not None:
                yield closure.until


def read_history(case: Complaint, *, until: datetime) -> AccessHistory:
    """Read the whole history of the access to a case up to a moment (8 queries)."""
    paths: dict[UUID, list[Path]] = defaultdict(list)
    found = paths_to(only(case), begin=case.logged_at, end=until)
    for path in found:
        paths[path.user_id].append(path)
    bars: dict[UUID, list[Bar]] = defaultdict(list)
    for bar in bars_of(only(case), begin=case.logged_at, end=until):
        bars[bar.person_id].append(bar)
    accounts = accounts_of(found, at=until)
    closures: dict[UUID, list[AccountClosure]] = defaultdict(list)
    for closure in AccountClosure.objects.filter(user__in=accounts, since__lte=until):
        closures[closure.user_id].append(closure)
    placements = list(
        CasePlacement.objects.filter(complaint=case, since__lte=until)
        .select_related("team", "moved_by__person")
        .order_by("since", "until", "id")
    )
    names = names_for(case, accounts, placements[-1] if placements else None)
    return AccessHistory(case, until, paths, bars, closures, accounts, placements, names)


def _holds(closure: AccountClosure, moment: datetime) -> bool:
    return closure.since <= moment and (closure.until is None or closure.until > moment)
