"""What a list of cases is narrowed to, as conditions that go into every branch before its limit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Reverse
from django.db.models.lookups import StartsWith

from accounts.branched_lists import Beside, Branch
from accounts.models import User
from incidents.enums import OPEN_STATES
from incidents.models import Complaint, ComplaintSubject
from incidents.querysets import COPIED, OF_THE_CASE
from incidents.selectors.officers import people_called

NOBODY = "nobody"
ME = "me"
OPEN = "open"
_REFERENCE = re.compile(r"[A-Z0-9-]{1,16}")
# Where an officer complained about has the key and the place of the case in a list, newest first.
_AS_CASES = {"pk": "complaint_id", "logged_at": "case_logged_at"}
_GRANTED = {"pk": "content_object_id", "logged_at": "case_logged_at"}
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


def cases_listed(user: User, filters: CaseFilters) -> list[Branch]:
    """Give the cases a person may know of in branches, each narrowed by the filters.

    A text makes several branches of one (1 query with a text): each of its meanings has an index
    of its own, and that of an officer is the index of who is complained about.
    """
    wanted = _wanted(user, filters, OF_THE_CASE.state, OF_THE_CASE.team, "investigator")
    beside = _wanted(user, filters, COPIED.state, COPIED.team, "case_investigator")
    found: list[Branch]
    text = filters.text.strip()
    if not text:
        grants = Complaint.objects.grants_to(user).filter(beside)
        found = [each.filter(wanted) for each in Complaint.objects.branches_besides_grants(user)]
        return [*found, Beside(grants, _GRANTED)]
    branches = Complaint.objects.branches_for(user)
    found = [branch.filter(wanted & arm) for branch in branches for arm in _arms(text)]
    people = people_called(text)
    if people:
        about = ComplaintSubject.objects.branches_for(user)
        beside &= Q(person_id__in=people)
        found += [Beside(branch.filter(beside), _AS_CASES) for branch in about]
    return found


def _wanted(user: User, filters: CaseFilters, state: str, team: str, investigator: str) -> Q:
    """Give the condition of the filters, in the columns that are named."""
    wanted = Q()
    if filters.state == OPEN:
        wanted &= Q(**{f"{state}__in": _OPEN_CODES})
    elif filters.state:
        wanted &= Q(**{state: filters.state})
    if filters.team:
        wanted &= Q(**{team: filters.team})
    if filters.investigator == ME:
        wanted &= Q(**{investigator: user.principal.pk})
    elif filters.investigator == NOBODY:
        wanted &= Q(**{f"{investigator}__isnull": True})
    elif filters.investigator:
        wanted &= Q(**{investigator: filters.investigator})
    return wanted


def _arms(text: str) -> list[Any]:
    """Give the meanings of a text that stand on the case itself, each with an index of its own."""
    upper = text.upper()
    if not _REFERENCE.fullmatch(upper):
        return []
    return [
        Q(reference__startswith=upper),
        Q(StartsWith(Reverse("reference"), upper[::-1])),
    ]
