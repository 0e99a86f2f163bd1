"""Who may not see a case whatever opens it: read from its officers and its exclusions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from accounts.human_beings import every_record
from accounts.models import Person
from incidents.kept_apart import digests_of
from incidents.models import CaseExclusion, Complaint, ComplaintSubject


def kept_out_of(case: Complaint) -> QuerySet[Any]:
    """Give the ids of every record of everybody who is kept out of a case now, as a subquery."""
    return records_kept_out_of(case.pk)


def records_kept_out_of(case_id: Any) -> QuerySet[Any]:
    """Give the same for the id of a case, or for the place of one in a query."""
    subjects = ComplaintSubject.objects.filter(complaint_id=case_id, person__isnull=False)
    excluded = CaseExclusion.objects.in_force().filter(complaint_id=case_id)
    first, second = (
        rows.annotate(record=every_record()).order_by().values_list("record", flat=True)
        for rows in (subjects, excluded)
    )
    return first.union(second, all=True)


def kept_from_tombstone(case: Complaint, people: Iterable[Person]) -> set[Any]:
    """Name those of some people from whom what is left of a destroyed case is kept.

    The tombstone knows nobody: each person is asked whether their digest is among those it holds.
    """
    held = set(case.kept_apart)
    return {person.pk for person in people if held & set(digests_of(person.ids))}


def is_kept_out(case: Complaint, person: Person) -> bool:
    """Tell whether a human being may not see the case: complained about, or excluded."""
    ids = person.ids
    return (
        ComplaintSubject.objects.filter(complaint=case, person_id__in=ids).exists()
        or CaseExclusion.objects.in_force().filter(complaint=case, person_id__in=ids).exists()
    )
