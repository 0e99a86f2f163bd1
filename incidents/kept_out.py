"""Who may not see a case whatever opens it: read from its officers and its exclusions."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.human_beings import every_record
from accounts.models import Person
from incidents.models import CaseExclusion, Complaint, ComplaintSubject


def kept_out_of(case: Complaint) -> QuerySet[Any]:
    """Give the ids of every record of everybody who is kept out of a case now, as a subquery."""
    subjects = ComplaintSubject.objects.filter(complaint=case, person__isnull=False)
    excluded = CaseExclusion.objects.in_force().filter(complaint=case)
    first, second = (
        rows.annotate(record=every_record()).order_by().values_list("record", flat=True)
        for rows in (subjects, excluded)
    )
    return first.union(second, all=True)


def is_kept_out(case: Complaint, person: Person) -> bool:
    """Tell whether a human being may not see the case: complained about, or excluded."""
    ids = person.ids
    return (
        ComplaintSubject.objects.filter(complaint=case, person_id__in=ids).exists()
        or CaseExclusion.objects.in_force().filter(complaint=case, person_id__in=ids).exists()
    )
