"""The evidence on one case and what was decided on it, for the findings page and its forms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import User
from bwcportal.phrasing import counted, length
from incidents.models import (
    ActionOption,
    Allegation,
    Complaint,
    DecisionOption,
    FootageLink,
    NoFootageReason,
)
from incidents.selectors.officers import complained_about_in_order
from reviews.enums import Bearing
from reviews.models import Annotation, Finding, ReturnPoint

# How a column adds up: what counts for, then against, then what settles nothing.
_TOTALS = (
    (Bearing.SUPPORTS, "supports", "support"),
    (Bearing.CONTRADICTS, "contradicts", "contradict"),
    (Bearing.NEUTRAL, "neutral", "neutral"),
    (Bearing.UNCLEAR, "unclear", "unclear"),
)


@dataclass(frozen=True)
class Cell:
    """What one moment says about one allegation; an empty bearing means: not linked."""

    allegation: Allegation
    bearing: str


@dataclass(frozen=True)
class MomentRow:
    """One moment of the evidence, with its London start and a cell for each allegation."""

    mark: Annotation
    at: datetime
    length: str
    cells: list[Cell]


@dataclass(frozen=True)
class Total:
    """How a column of the matrix adds up, in words, one line each."""

    allegation: Allegation
    lines: list[str]


@dataclass(frozen=True)
class EvidenceMatrix:
    """Moments in order of time against allegations, with column totals."""

    allegations: list[Allegation]
    rows: list[MomentRow]
    totals: list[Total]


@dataclass(frozen=True)
class AllegationRow:
    """One allegation and how far its decision is. `state` is a badge code."""

    allegation: Allegation
    finding: Finding | None
    state: str
    moments: int
    summary: str
    points: list[ReturnPoint]


def evidence_matrix(
    *, user: User, case: Complaint, allegations: list[Allegation]
) -> EvidenceMatrix:
    """Read the moments that the person may know of against the allegations (2 queries)."""
    marks = list(
        Annotation.objects.visible_to(user)
        .filter(complaint=case)
        .select_related("link__footage__wearer")
        .prefetch_related("bearings")
    )
    marks.sort(key=lambda mark: (mark.link.footage.moment(mark.start_ms), mark.number))
    rows = [_row(mark, allegations) for mark in marks]
    totals = [_total(allegation, rows) for allegation in allegations]
    return EvidenceMatrix(allegations, rows, totals)


def allegations_of(case: Complaint) -> list[Allegation]:
    """Read the allegations of a case with officers and findings, in their order (5 queries)."""
    return list(
        Allegation.objects.filter(complaint=case)
        .select_related("category", "finding__decision", "finding__no_footage_reason")
        .select_related("finding__no_footage_link", "finding__decided_by__person")
        .prefetch_related(complained_about_in_order(), "subjects__person")
        .prefetch_related("finding__cited", "finding__actions", "bearings")
        .order_by("number")
    )


def allegation_rows(
    allegations: Iterable[Allegation], points: list[ReturnPoint]
) -> list[AllegationRow]:
    """Say of each allegation how far its decision is, with the points of a return about it."""
    return [_allegation_row(allegation, points) for allegation in allegations]


def finding_of(allegation: Allegation) -> Finding | None:
    """Give the decision on an allegation, or None while there is none."""
    found: Finding | None = getattr(allegation, "finding", None)
    return found


def legal_decisions(case: Complaint, *, on: date) -> list[DecisionOption]:
    """List the decisions that the handling of the case allows on a day, in their order."""
    return list(
        DecisionOption.objects.in_force(on)
        .filter(handling_types__contains=[case.handling])
        .order_by("position", "code")
    )


def no_footage_reasons(*, on: date) -> list[NoFootageReason]:
    """List the coded reasons why a decision cites no moment, in force on a day."""
    return list(NoFootageReason.objects.in_force(on).order_by("position", "code"))


def action_options(*, on: date) -> list[ActionOption]:
    """List the actions that may follow a decision, in force on a day."""
    return list(ActionOption.objects.in_force(on).order_by("position", "code"))


def recordings_of(case: Complaint) -> list[FootageLink]:
    """List the recordings of a case by their numbers, with camera and wearer."""
    return list(
        FootageLink.objects.filter(complaint=case)
        .select_related("footage__wearer")
        .order_by("number")
    )


def counts_in_words(rows: list[AllegationRow], moments: int) -> str:
    """Say where the findings stand: '9 moments, 4 allegations. 2 decided, 2 not decided'."""
    states = Counter(row.state for row in rows)
    words = {"decided": "decided", "being_changed": "being changed", "not_decided": "not decided"}
    parts = [f"{states[code]} {word}" for code, word in words.items() if states[code]]
    head = f"{counted(moments, 'moment')}, {counted(len(rows), 'allegation')}"
    return f"{head}. {', '.join(parts)}" if parts else head


def mark_length(mark: Annotation) -> str:
    """Say how long a clip is; nothing for a marker."""
    return length(mark.end_ms - mark.start_ms) if mark.end_ms is not None else ""


def _row(mark: Annotation, allegations: list[Allegation]) -> MomentRow:
    bearings = {row.allegation_id: row.bearing for row in mark.bearings.all()}
    return MomentRow(
        mark=mark,
        at=mark.link.footage.moment(mark.start_ms),
        length=mark_length(mark),
        cells=[Cell(each, bearings.get(each.pk, "")) for each in allegations],
    )


def _total(allegation: Allegation, rows: list[MomentRow]) -> Total:
    found = Counter(
        cell.bearing for row in rows for cell in row.cells if cell.allegation.pk == allegation.pk
    )
    lines = [
        f"{found[bearing]} {one if found[bearing] == 1 else many}"
        for bearing, one, many in _TOTALS
        if found[bearing]
    ]
    return Total(allegation, lines or ["No moment"])


def _allegation_row(allegation: Allegation, points: list[ReturnPoint]) -> AllegationRow:
    finding = finding_of(allegation)
    about = [point for point in points if point.allegation_id == allegation.pk]
    if finding is None:
        linked = len(allegation.bearings.all())
        return AllegationRow(
            allegation,
            None,
            "not_decided",
            linked,
            f"{counted(linked, 'moment')} linked" if linked else "No moment linked yet",
            about,
        )
    cited = len(finding.cited.all())
    relies = f"{counted(cited, 'moment')} relied on" if cited else "Relies on no moment"
    state = "being_changed" if any(not point.answered_at for point in about) else "decided"
    return AllegationRow(
        allegation, finding, state, cited, f"{finding.decision.label}. {relies}", about
    )
