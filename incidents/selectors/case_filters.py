"""What a list of cases is narrowed to, as conditions that go into every branch before its limit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Reverse
from django.db.models.lookups import StartsWith

from accounts.models import User
from incidents.enums import OPEN_STATES
from incidents.models import ComplaintSubject
from incidents.selectors.officers import people_called

NOBODY = "nobody"
ME = "me"
OPEN = "open"
_REFERENCE = re.compile(r"[A-Z0-9-]{1,16}")
_OPEN_CODES = sorted(OPEN_STATES)


@dataclass(frozen=True)
class CaseFilters:
    """What a list is narrowed to, '' or None for everything.

    `text` is a reference or its end, a collar number or a surname; `state` is a state or OPEN;
    `investigator` is the id of an account, ME or NOBODY.
    """

    text: str = ""
    state: str = ""
    team: UUID | None = None
    investigator: UUID | str = ""


def narrowed(branches: list[Any], user: User, filters: CaseFilters) -> list[Any]:
    """Narrow each branch by the filters; a text makes several branches of one (1 query with a text)."""
    wanted = Q()
    if filters.state == OPEN:
        wanted &= Q(state__in=_OPEN_CODES)
    elif filters.state:
        wanted &= Q(state=filters.state)
    if filters.team:
        wanted &= Q(team_id=filters.team)
    if filters.investigator == ME:
        wanted &= Q(investigator_id=user.principal.pk)
    elif filters.investigator == NOBODY:
        wanted &= Q(investigator__isnull=True)
    elif filters.investigator:
        wanted &= Q(investigator_id=filters.investigator)
    text = filters.text.strip()
    arms = _arms(text) if text else [Q()]
    return [branch.filter(wanted & arm) for branch in branches for arm in arms]


def _arms(text: str) -> list[Any]:
    """Give each meaning of a text its own condition, because each has its own index."""
    arms: list[Any] = []
    upper = text.upper()
    if _REFERENCE.fullmatch(upper):
        arms.append(Q(reference__startswith=upper))
        arms.append(Q(StartsWith(Reverse("reference"), upper[::-1])))
    people = people_called(text)
    if people:
        about = ComplaintSubject.objects.filter(person__in=people)
        arms.append(Q(pk__in=about.values("complaint_id")))
    return arms
