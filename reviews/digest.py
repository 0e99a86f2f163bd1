"""The exact content that a signature binds, as one canonical text, and its digest.

What is in: the complaint as judged (never who the complainant is), the officers, the
allegations with their findings, the recordings attached and every mark. What is out: names and
wording that may change while the content does not (a promotion, a label of reference data), so
these stand as ids and codes with their version; and what has happened to the file since (states,
dates, viewings, who may see it).
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from incidents.models import Allegation, Complaint, FootageLink, Preservation
from incidents.models.reference import ReferenceRow
from reviews.models import Annotation, Finding

FORMAT = "bwcportal case content 1"


def content_of(case: Complaint) -> str:
    """Write the content of a case as canonical JSON: keys sorted, lists by number, times in UTC.

    Two cases with the same content give the same text, whatever order the database answers in.
    """
    content = {
        "format": FORMAT,
        "case": _case(case),
        "subjects": _subjects(case),
        "recordings": _recordings(case),
        "marks": _marks(case),
        "allegations": _allegations(case),
    }
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of(content: str) -> str:
    """Give the SHA-256 of a content text as 64 hexadecimal characters."""
    return hashlib.sha256(content.encode("utf-8")).hexdigest()


def read(content: str) -> dict[str, Any]:
    """Read a content text back. Raises ValueError for a text of another format."""
    found: dict[str, Any] = json.loads(content)
    if found.get("format") != FORMAT:
        raise ValueError("this is not the content of a case in a format the portal knows")
    return found


def _case(case: Complaint) -> dict[str, Any]:
    incident = case.incident
    return {
        "reference": case.reference,
        "handling": case.handling,
        "regime": case.regime,
        "made_on": case.made_on.isoformat(),
        "title": case.title,
        "summary": case.summary,
        "original_words": case.original_words,
        "factors": sorted(case.factors.values_list("code", flat=True)),
        "incident": None
        if incident is None
        else {
            "place": incident.place,
            "unit": incident.unit.code,
            "starts_at": _moment(incident.starts_at),
            "ends_at": _moment(incident.ends_at),
            "start_is_known": incident.start_is_known,
        },
    }


def _subjects(case: Complaint) -> list[dict[str, Any]]:
    rows = case.subjects.values("id", "person_id", "description").order_by("id")
    return [
        {
            "id": str(row["id"]),
            "person": str(row["person_id"]) if row["person_id"] else None,
            "description": row["description"],
        }
        for row in rows
    ]


def _recordings(case: Complaint) -> list[dict[str, Any]]:
    links = FootageLink.objects.filter(complaint=case).select_related("footage").order_by("number")
    # A digest of the file is part of the content once a mark on it is relied on: the evidence
    # system gives it with the receipt, and the file may not be exchanged after that.
    sums = dict(
        Preservation.objects.filter(
            link__complaint=case, link__annotations__cited_by__isnull=False
        ).values_list("link_id", "sha256")
    )
    return [
        {
            "id": str(link.pk),
            "number": link.number,
            "source": link.footage.source,
            "external_id": link.footage.external_id,
            "camera": link.footage.camera_serial,
            "wearer": str(link.footage.wearer_id) if link.footage.wearer_id else None,
            "recorded_on": _moment(link.footage.recorded_on),
            "clock_correction_ms": link.footage.clock_correction_ms,
            "buffer_ms": link.footage.buffer_ms,
            "duration_ms": link.footage.duration_ms,
            "sha256": sums.get(link.pk, ""),
        }
        for link in links
    ]


def _marks(case: Complaint) -> list[dict[str, Any]]:
    marks = (
        Annotation.objects.filter(complaint=case)
        .select_related("link")
        .prefetch_related("bearings__allegation")
        .order_by("number")
    )
    return [
        {
            "id": str(mark.pk),
            "number": mark.number,
            "recording": mark.link.number,
            "kind": mark.kind,
            "type": mark.mark_type,
            "start_ms": mark.start_ms,
            "end_ms": mark.end_ms,
            "observation": mark.observation,
            "assessment": mark.assessment,
            "author": str(mark.author_id),
            "bearings": {str(each.allegation.number): each.bearing for each in mark.bearings.all()},
        }
        for mark in marks
    ]


def _allegations(case: Complaint) -> list[dict[str, Any]]:
    allegations = (
        Allegation.objects.filter(complaint=case)
        .select_related("category", "finding__decision", "finding__no_footage_reason")
        .select_related("finding__no_footage_link")
        .prefetch_related("subjects", "finding__cited", "finding__actions")
        .order_by("number")
    )
    return [
        {
            "id": str(allegation.pk),
            "number": allegation.number,
            "category": _entry(allegation.category),
            "words": allegation.words,
            "subjects": sorted(str(subject.pk) for subject in allegation.subjects.all()),
            "finding": _finding(allegation),
        }
        for allegation in allegations
    ]


def _finding(allegation: Allegation) -> dict[str, Any] | None:
    finding: Finding | None = getattr(allegation, "finding", None)
    if finding is None:
        return None
    link = finding.no_footage_link
    return {
        "decision": _entry(finding.decision),
        "rationale": finding.rationale,
        "cited": sorted(mark.number for mark in finding.cited.all()),
        "no_footage_reason": _entry(finding.no_footage_reason),
        "no_footage_recording": link.number if link else None,
        "actions": sorted(f"{action.code} {action.version}" for action in finding.actions.all()),
        "decided_by": str(finding.decided_by_id),
    }


def _entry(row: ReferenceRow | None) -> str | None:
    return f"{row.code} {row.version}" if row else None


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
