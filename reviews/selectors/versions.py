"""Submitted versions in words: what one says, and what changed from one to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bwcportal.phrasing import clock_time, length, offset, plain_date
from incidents.enums import Handling, Regime
from incidents.models import Complaint
from reviews.comparing import TEXT_FIELDS, Difference, Piece, differences, word_pieces
from reviews.digest import read
from reviews.enums import AnnotationKind, Bearing, MarkType
from reviews.models import ReturnPoint, Submission
from reviews.selectors.labels import Labels

_FIELDS = {
    "": "",
    "decision": "Decision",
    "rationale": "Reasons",
    "cited": "Relies on",
    "no_footage_reason": "Reason why no moment",
    "no_footage_recording": "Recording of that reason",
    "actions": "Actions",
    "decided_by": "Decided by",
    "category": "Category",
    "words": "In the complainant's words",
    "subjects": "Officers",
    "recording": "Recording",
    "kind": "Marker or clip",
    "type": "Type",
    "start_ms": "Start",
    "end_ms": "End",
    "observation": "Seen or heard",
    "assessment": "What the author makes of it",
    "author": "Author",
    "bearings": "What it says",
    "person": "Officer",
    "description": "Description",
    "source": "Evidence system",
    "external_id": "Number in the evidence system",
    "camera": "Camera",
    "wearer": "Worn by",
    "recorded_on": "Recorded on",
    "clock_correction_ms": "Clock correction",
    "buffer_ms": "Silent buffer",
    "duration_ms": "Length",
    "sha256": "SHA-256 of the file",
    "number": "Number",
    "handling": "Handling",
    "regime": "Regulations",
    "made_on": "Made on",
    "title": "Title",
    "summary": "Summary",
    "original_words": "Complaint as received",
    "factors": "Factors",
    "reference": "Reference",
    "incident_place": "Place",
    "incident_unit": "Unit",
    "incident_starts_at": "Incident began",
    "incident_ends_at": "Incident ended",
    "incident_start_is_known": "Time of the incident known",
}
_KINDS = {"allegation": "Allegation", "mark": "Moment M", "recording": "Recording F"}


@dataclass(frozen=True)
class Change:
    """One difference between two versions in words; `asked` names the points that asked for it."""

    where: str
    part: str
    was: list[Piece]
    now: list[Piece]
    asked: list[int]


@dataclass(frozen=True)
class VersionInWords:
    """What a submitted version says, for a reader: allegations, moments, recordings."""

    submission: Submission
    allegations: list[dict[str, Any]]
    marks: list[dict[str, Any]]
    recordings: list[dict[str, Any]]

    @property
    def cited_count(self) -> int:
        """How many moments the findings rely on, each counted once."""
        return len({label for each in self.allegations for label in each["cited"]})


def versions_of(case: Complaint) -> list[Submission]:
    """List the submitted versions of a case, newest first, with people and signature (2 queries)."""
    return list(
        Submission.objects.filter(complaint=case)
        .select_related(
            "submitted_by__person",
            "supervisor__person",
            "signoff__signed_by__person",
            "signoff__signed_for__person",
        )
        .prefetch_related("points__allegation", "points__annotation", "points__answered_by__person")
        .order_by("-number")
    )


def in_words(submission: Submission) -> VersionInWords:
    """Put the stored content of a version into words."""
    content = read(submission.content)
    labels = Labels([content])
    return VersionInWords(
        submission,
        [_allegation(each, labels) for each in content["allegations"]],
        [_mark(each, labels) for each in content["marks"]],
        [_recording(each, labels) for each in content["recordings"]],
    )


def changes_between(old: str, new: str, points: list[ReturnPoint]) -> list[Change]:
    """Say what differs between two stored contents, and which points of a return asked for it."""
    was, now = read(old), read(new)
    labels = Labels([was, now])
    return [_change(each, labels, points) for each in differences(was, now)]


def _change(found: Difference, labels: Labels, points: list[ReturnPoint]) -> Change:
    if found.field in TEXT_FIELDS and found.was and found.now:
        was, now = word_pieces(found.was, found.now)
    else:
        was = _whole(_say(found, found.was, labels))
        now = _whole(_say(found, found.now, labels))
    asked = [
        point.number
        for point in points
        if found.key and found.key in {str(point.allegation_id), str(point.annotation_id)}
    ]
    return Change(_where(found, labels), _FIELDS.get(found.field, found.field), was, now, asked)


def _where(found: Difference, labels: Labels) -> str:
    if found.kind == "case":
        return "Complaint"
    if found.kind == "subject":
        return labels.subject(found.key)
    head = _KINDS[found.kind]
    return f"{head}{'' if head[-1].isupper() else ' '}{found.number}"


def _whole(text: str) -> list[Piece]:
    return [Piece(text, differs=True)] if text else []


def _say(found: Difference, value: Any, labels: Labels) -> str:
    field = found.field
    if value is None or value in ("", []):
        return ""
    if not field:
        return _in_one_line(found.kind, value, labels)
    if field in {"decision", "no_footage_reason", "category"}:
        return labels.entry(field, value)
    if field == "actions":
        return ", ".join(labels.entry("actions", each) for each in value)
    if field in {"decided_by", "author"}:
        return labels.user(value)
    if field in {"person", "wearer"}:
        return labels.person(value)
    if field == "subjects":
        return ", ".join(labels.subject(each) for each in value)
    if field == "factors":
        return ", ".join(labels.factor(each) for each in value)
    if field == "incident_unit":
        return labels.unit(value)
    return _PLAIN.get(field, str)(value)


def _in_one_line(kind: str, thing: Mapping[str, Any], labels: Labels) -> str:
    if kind == "allegation":
        return f"“{thing['words']}”"
    if kind == "mark":
        return f"F{thing['recording']}, {_place(thing)}. {thing['observation']}".strip()
    if kind == "recording":
        worn = labels.person(thing["wearer"]) or "wearer not known"
        return f"{thing['camera'] or thing['external_id']}, {worn}"
    return labels.subject(thing["id"])


def _allegation(each: Mapping[str, Any], labels: Labels) -> dict[str, Any]:
    finding = each["finding"] or {}
    recording = finding.get("no_footage_recording")
    return {
        "id": each["id"],
        "number": each["number"],
        "category": labels.entry("category", each["category"]),
        "words": each["words"],
        "officers": [labels.subject(key) for key in each["subjects"]],
        "decision": labels.entry("decision", finding.get("decision")),
        "reason": labels.entry("no_footage_reason", finding.get("no_footage_reason")),
        "recording": f"F{recording}" if recording else "",
        "rationale": finding.get("rationale", ""),
        "cited": [f"M{number}" for number in finding.get("cited", [])],
        "actions": [labels.entry("actions", entry) for entry in finding.get("actions", [])],
        "decided_by": labels.user(finding["decided_by"]) if finding else "",
    }


def _mark(each: Mapping[str, Any], labels: Labels) -> dict[str, Any]:
    return {
        "id": each["id"],
        "label": f"M{each['number']}",
        "recording": f"F{each['recording']}",
        "place": _place(each),
        "type": MarkType(each["type"]).label,
        "observation": each["observation"],
        "assessment": each["assessment"],
        "bearings": [(f"A{key}", bearing) for key, bearing in sorted(each["bearings"].items())],
        "author": labels.user(each["author"]),
    }


def _recording(each: Mapping[str, Any], labels: Labels) -> dict[str, Any]:
    return {
        "label": f"F{each['number']}",
        "camera": each["camera"] or each["external_id"],
        "wearer": labels.person(each["wearer"]) or "Wearer not known",
        "recorded_on": datetime.fromisoformat(each["recorded_on"]),
        "length": length(each["duration_ms"]),
        "sha256": each["sha256"],
    }


def _place(mark: Mapping[str, Any]) -> str:
    start = offset(mark["start_ms"])
    return start if mark["end_ms"] is None else f"{start} to {offset(mark['end_ms'])}"


def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text)
    return f"{plain_date(moment)}, {clock_time(moment, seconds=True)}"


# What a value reads like that needs no look-up. A field that is not here is shown as it is.
_PLAIN: dict[str, Callable[[Any], str]] = {
    "cited": lambda numbers: ", ".join(f"M{number}" for number in numbers),
    "bearings": lambda said: ", ".join(
        f"A{number} {Bearing(bearing).label.lower()}" for number, bearing in said.items()
    ),
    "no_footage_recording": lambda number: f"F{number}",
    "recording": lambda number: f"F{number}",
    "kind": lambda code: str(AnnotationKind(code).label),
    "type": lambda code: str(MarkType(code).label),
    "start_ms": lambda at: offset(at, with_ms=True),
    "end_ms": lambda at: offset(at, with_ms=True),
    "duration_ms": length,
    "buffer_ms": length,
    "clock_correction_ms": lambda by: f"{by / 1000:+.3f} s",
    "handling": lambda code: str(Handling(code).label),
    "regime": lambda code: str(Regime(code).label),
    "made_on": lambda day: plain_date(date.fromisoformat(day)),
    "recorded_on": _moment,
    "incident_starts_at": _moment,
    "incident_ends_at": _moment,
    "incident_start_is_known": lambda known: "Yes" if known else "No",
}
