"""Every way in which a case opens to an account: one small module for each, listed here.

A provider has one function that gives rows of the same columns: whom cases opened to in a stretch
of time, and from when until when. Who can see now, who could then and what has changed are all
asked of this list, so a new way is added here and nowhere else. A test with random histories
holds the list against `visible_to`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from incidents.models import Complaint
from incidents.selectors.access_paths import acting, emergency, grants, team, tombstone
from incidents.selectors.access_paths.columns import COLUMNS, Path, PathRows, Provider

PROVIDERS: tuple[Provider, ...] = (
    team.PROVIDER,
    grants.PROVIDER,
    emergency.PROVIDER,
    tombstone.PROVIDER,
    acting.TEAM_PROVIDER,
    acting.GRANT_PROVIDER,
    acting.TOMBSTONE_PROVIDER,
)
PROVIDER_OF = {kind: provider for provider in PROVIDERS for kind in provider.kinds}


def paths_to(
    cases: QuerySet[Complaint], *, begin: datetime, end: datetime, user_id: Any = None
) -> list[Path]:
    """List the paths to some cases that held at any time from `begin` to `end` (1 query).

    With `begin` and `end` the same moment: the paths that held then. `user_id` narrows to one account.
    """
    rows = [provider.rows(cases, begin, end) for provider in PROVIDERS]
    if user_id is not None:
        rows = [each.filter(path_user=user_id) for each in rows]
    first, *others = (each.values_list(*COLUMNS) for each in rows)
    return [Path(*row) for row in first.union(*others, all=True)]


def accounts_on_paths(cases: QuerySet[Complaint], *, at: datetime) -> QuerySet[Any]:
    """Give the accounts to which cases were open at a moment, as a subquery of ids.

    Ways that are open only while their holder says so (acting for somebody) are not among them.
    """
    standing = [provider for provider in PROVIDERS if provider.is_standing]
    first, *others = (
        provider.rows(cases, at, at).order_by().values("path_user") for provider in standing
    )
    return first.union(*others)


def only(case: Complaint) -> QuerySet[Complaint]:
    """Give one case as the providers take cases."""
    return Complaint.objects.filter(pk=case.pk)


__all__ = [
    "PROVIDERS",
    "PROVIDER_OF",
    "Path",
    "PathRows",
    "Provider",
    "accounts_on_paths",
    "only",
    "paths_to",
]
