"""Who would lose a case, keep it and gain it if it stood elsewhere: shown before it is done.

The digest names exactly what was shown. The act compares it, so that nothing is done which the
person who confirms it has not seen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import Membership, Team, User
from incidents.kept_out import kept_out_of
from incidents.models import Complaint
from incidents.selectors.access import Way, accounts_of, names_for, way_of
from incidents.selectors.access_paths import PROVIDER_OF, only, paths_to
from incidents.selectors.access_paths import team as team_path


@dataclass(frozen=True)
class Keeper:
    """One account that keeps the case, and by which way."""

    user: User
    way: Way


@dataclass(frozen=True)
class Preview:
    """What a change of team or restriction does to the access, and to the parts in the case."""

    keeps: list[Keeper]
    stays: list[User]
    loses: list[User]
    gains: list[User]
    parts: list[tuple[str, User]]
    digest: str

    @property
    def staying(self) -> int:
        """How many keep the case."""
        return len(self.keeps) + len(self.stays)

    @property
    def losing_ids(self) -> set[UUID]:
        """The ids of the accounts that lose the case."""
        return {user.pk for user in self.loses}


def preview_of(
    case: Complaint,
    *,
    now: datetime,
    team: Team | None = None,
    is_restricted: bool | None = None,
    said: Sequence[str] = (),
) -> Preview:
    """Work out what changes if the case stood in another team or under another restriction.

    None stays as it is. `keeps` hold it by a way of their own, `stays` by the team. `said` is what else
    was shown and has to be true when it is confirmed. 4 queries.
    """
    team = team or case.team
    restricted = case.is_restricted if is_restricted is None else is_restricted
    paths = [
        path
        for path in paths_to(only(case), begin=now, end=now)
        if PROVIDER_OF[path.kind].is_standing
    ]
    own = {
        path.user_id: path
        for path in paths
        if path.kind != team_path.KIND
        and (not restricted or PROVIDER_OF[path.kind].opens_restricted)
    }
    before = {path.user_id for path in paths}
    members: set[UUID] = set()
    if not restricted:
        rows = Membership.objects.at(now).filter(team=team)
        members = set(rows.values_list("user_id", flat=True))
    people = list(
        User.objects.filter(pk__in=before | members, is_active=True)
        .exclude(person__in=kept_out_of(case))
        .select_related("person")
        .order_by("person__surname", "id")
    )
    granters = accounts_of(own.values(), at=now)
    names = names_for(case, granters, None)
    keeps = [Keeper(user, way_of(own[user.pk], names)) for user in people if user.pk in own]
    rest = [user for user in people if user.pk not in own]
    stays = [user for user in rest if user.pk in before and user.pk in members]
    loses = [user for user in rest if user.pk in before and user.pk not in members]
    gains = [user for user in rest if user.pk not in before]
    losing = {user.pk for user in loses}
    parts = [
        (words, user)
        for words, user in (("Investigator", case.investigator), ("Supervisor", case.supervisor))
        if user is not None and user.pk in losing
    ]
    shown: list[object] = [str(case.pk), case.version, str(team.pk), restricted, *said]
    shown += [sorted(str(user.pk) for user in group) for group in (loses, gains, stays)]
    shown.append(sorted(str(pk) for pk in own))
    digest = hashlib.sha256(json.dumps(shown).encode()).hexdigest()
    return Preview(keeps, stays, loses, gains, parts, digest)


def other_teams(case: Complaint) -> list[Team]:
    """List the open teams to which a case could move, by name (1 query)."""
    return list(Team.objects.filter(closed_at=None).exclude(pk=case.team_id).order_by("name", "id"))


def is_open_to(user: User, case_id: UUID) -> bool:
    """Tell whether a case is still open to a person after an act that may have closed it to them."""
    return Complaint.objects.visible_to(user).filter(pk=case_id).exists()
