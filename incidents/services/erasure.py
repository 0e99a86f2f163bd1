"""Erasing what happened. Called by disposal alone, inside its transaction.

The row of the case stays as a tombstone with its reference, team and dates, so that a certificate
has something to stand on and a late hold something to be refused on.
"""

from __future__ import annotations

from datetime import datetime

from incidents.kept_apart import digest_of
from incidents.models import (
    Allegation,
    AssignmentConcern,
    CaseExclusion,
    CasePlacement,
    Complainant,
    Complaint,
    ComplaintGrant,
    ComplaintLink,
    ComplaintSubject,
    Contribution,
    Deadline,
    EmergencyAccess,
    FootageItem,
    FootageLink,
    FootageSearch,
    FormerNaming,
    GrantPeriod,
    Incident,
    Preservation,
    SubjectMatch,
    Update,
)

# In the order in which rows may go: what points at a row goes before it.
ERASED = (
    ("preservation records", Preservation, "link__complaint"),
    ("footage references", FootageLink, "complaint"),
    ("footage searches", FootageSearch, "complaint"),
    ("allegations", Allegation, "complaint"),
    ("possible officers", SubjectMatch, "subject__complaint"),
    ("officers named by mistake", FormerNaming, "subject__complaint"),
    ("officers complained about", ComplaintSubject, "complaint"),
    ("complainants", Complainant, "complaint"),
    ("deadlines", Deadline, "complaint"),
    ("updates", Update, "complaint"),
    ("contributions", Contribution, "complaint"),
    ("emergency access", EmergencyAccess, "complaint"),
    ("personal grants", ComplaintGrant, "content_object"),
    ("periods of personal access", GrantPeriod, "complaint"),
    ("exclusions", CaseExclusion, "complaint"),
    ("periods in a team", CasePlacement, "complaint"),
)

# These go too and are counted nowhere: their number would tell of cases that the reader may not
# know of.
TELLING_OF_OTHERS = (
    (AssignmentConcern, "complaint"),
    (AssignmentConcern, "because"),
    (ComplaintLink, "first"),
    (ComplaintLink, "second"),
)


def count_record(case: Complaint) -> dict[str, int]:
    """Count the rows that `erase_record` would remove, by kind."""
    return {kind: model.objects.filter(**{path: case}).count() for kind, model, path in ERASED}


def recordings_only_of(case: Complaint) -> list[FootageItem]:
    """List the recordings that no other case uses: their hold ends with the case."""
    mine = FootageItem.objects.filter(links__complaint=case)
    others = FootageLink.objects.exclude(complaint=case).values("footage_id")
    return list(mine.exclude(pk__in=others).order_by("id"))


def _digests_of_kept_out(case: Complaint) -> list[str]:
    """Remember, in a form that names nobody, whom the tombstone must be kept from."""
    subjects = ComplaintSubject.objects.filter(complaint=case, person__isnull=False)
    kept_out = CaseExclusion.objects.in_force().filter(complaint=case)
    ids = {*subjects.values_list("person_id", flat=True)}
    ids |= {*kept_out.values_list("person_id", flat=True)}
    return sorted(digest_of(person_id) for person_id in ids)


def erase_record(case: Complaint, *, now: datetime) -> None:
    """Delete everything of a locked case and leave its tombstone.

    The incident goes too unless another case shares it, and so do recordings that only this case
    used. The caller has moved the case to DESTROYED.
    """
    incidents = Incident.objects.filter(complaints=case)
    incident_ids = list(incidents.values_list("pk", flat=True))
    # Of two cases that share a recording or an incident and go at the same moment, the second must
    # see that the first is gone; without the locks each would leave it to the other.
    list(
        FootageItem.objects.select_for_update(of=("self",))
        .filter(pk__in=FootageLink.objects.filter(complaint=case).values("footage_id"))
        .order_by("id")
        .values_list("pk")
    )
    list(Incident.objects.select_for_update().filter(pk__in=incident_ids).values_list("pk"))
    recordings = [item.pk for item in recordings_only_of(case)]
    case.kept_apart = _digests_of_kept_out(case)
    case.factors.clear()
    for telling, path in TELLING_OF_OTHERS:
        telling.objects.filter(**{path: case}).delete()
    for _, model, path in ERASED:
        model.objects.filter(**{path: case}).delete()
    FootageItem.objects.filter(pk__in=recordings).delete()
    case.incident = None
    case.title = case.summary = case.original_words = ""
    case.investigator = case.supervisor = None
    case.destroyed_at = now
    case.save()
    Incident.objects.filter(pk__in=incident_ids, complaints__isnull=True).delete()
