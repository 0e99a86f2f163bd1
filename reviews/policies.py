"""Does the state of the case allow it to be judged, and what is missing before it can be submitted?

Example: `readiness(case)` says that one of four allegations has no decision; the overview shows it
with a link to the place of repair, and `submit` refuses with the same sentence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from accounts.models import Person, User
from bwcportal.errors import Invalid, NotNow
from bwcportal.phrasing import counted
from incidents.enums import (
    HANDLING_STATES,
    CaseState,
    FootageStatus,
    PreservationState,
    SearchResult,
)
from incidents.models import Allegation, Complaint, DecisionOption, FootageLink, FootageSearch
from reviews.enums import SubmissionState
from reviews.models import Annotation, Finding, ReturnPoint, Submission


@dataclass(frozen=True)
class ReadinessItem:
    """One thing that must be so before a case is submitted, and how far it is.

    `place` says where it is repaired: findings, room, footage or sign-off.
    """

    code: str
    label: str
    place: str
    missing: bool
    count: str
    detail: str = ""


# The items that are missing, as the services and the API report them.
MissingThing = ReadinessItem


def check_content_may_change(case: Complaint) -> None:
    """Raise NotNow unless the case is being handled, the only time its judgement may change."""
    if case.state in HANDLING_STATES:
        return
    if case.state == CaseState.SUPERVISOR_REVIEW:
        raise NotNow(
            "This case is with the supervisor. It can be changed again if it is returned",
            code="wrong_state",
        )
    raise NotNow(
        f"This case is “{CaseState(case.state).label.lower()}”. Allegations are decided "
        "while a case is being handled",
        code="wrong_state",
    )


def check_decision_fits(case: Complaint, decision: DecisionOption) -> None:
    """Raise Invalid, at the field `decision`, unless the handling of the case allows the decision."""
    if case.handling not in decision.handling_types:
        raise Invalid(
            f"“{decision.label}” is not a decision for a case that is handled as "
            f"“{case.get_handling_display()}”. Choose one from the list",
            code="decision_not_for_handling",
            field="decision",
        )


def check_ready_to_submit(case: Complaint) -> list[MissingThing]:
    """List what is missing before the case can be submitted; nothing when it is ready."""
    return [item for item in readiness(case) if item.missing]


def readiness(case: Complaint) -> list[ReadinessItem]:
    """List everything that must be so before the case is submitted, missing or done."""
    allegations = list(
        Allegation.objects.filter(complaint=case)
        .select_related("category", "finding__decision")
        .order_by("number")
    )
    items = [
        _every_allegation_decided(case, allegations),
        _footage_searched(case, allegations),
        _every_mark_tied(case),
        _every_cited_recording_kept(case),
        _every_point_answered(case),
    ]
    return [item for item in items if item is not None]


def points_to_answer(case: Complaint) -> list[ReturnPoint]:
    """List the points of the latest version if that was returned, in their order."""
    latest = Submission.objects.filter(complaint=case).order_by("-number").first()
    if latest is None or latest.state != SubmissionState.RETURNED:
        return []
    return list(
        latest.points.select_related(
            "allegation__category", "annotation", "answered_by__person"
        ).order_by("number")
    )


def check_may_be_chosen(supervisor: User, *, submitting: User) -> None:
    """Raise Invalid, at the field `supervisor`, when people would sign their own submission."""
    if supervisor.person_id in submitting.person_ids:
        raise Invalid(
            "Choose somebody else: you cannot sign off what you submit",
            code="own_submission",
            field="supervisor",
        )


def _every_allegation_decided(case: Complaint, allegations: list[Allegation]) -> ReadinessItem:
    left = [each for each in allegations if _finding_of(each) is None]
    unfit = [
        each
        for each in allegations
        if (finding := _finding_of(each)) is not None
        and case.handling not in finding.decision.handling_types
    ]
    details = []
    if left:
        details.append(_not_yet("Allegation", (each.number for each in left), "decided yet"))
    if unfit:
        details.append(
            f"{_named('Allegation', (each.number for each in unfit))}: "
            "the decision is not one for how the case is handled now"
        )
    return _item(
        "decide_allegations",
        "Decide every allegation",
        "findings",
        left=len(left) + len(unfit),
        total=len(allegations),
        detail=". ".join(details) or ("" if allegations else "The case has no allegation"),
        needs_some=True,
    )


def _footage_searched(case: Complaint, allegations: list[Allegation]) -> ReadinessItem | None:
    if not any(each.category.bwv_expected for each in allegations):
        return None
    # A search that the evidence system did not answer is on the record, but asked nothing.
    searches = FootageSearch.objects.filter(complaint=case).exclude(
        ~Q(source=""), result=SearchResult.NO_ACCESS
    )
    asked = list(searches.values_list("collar_numbers", "camera_serial"))
    # A search that names neither officer nor camera covers the whole scene.
    whole_scene = any(not collars and not serial for collars, serial in asked)
    officers = list(Person.objects.filter(complained_about_in__complaint=case))
    if whole_scene or not officers:
        done = bool(asked)
        return _item(
            "search_footage",
            "Search for footage",
            "footage",
            left=0 if done else 1,
            total=1,
            detail="" if done else "No search is recorded yet. “None found” counts as a result",
        )
    searched = {collar.upper() for collars, _ in asked for collar in collars}
    found = set(
        FootageLink.objects.filter(complaint=case).values_list("footage__wearer_id", flat=True)
    )
    left = [
        each
        for each in officers
        if each.collar_number.upper() not in searched and each.pk not in found
    ]
    detail = ""
    if left:
        names = ", ".join(sorted(each.title for each in left))
        detail = f"{names}: no search is recorded yet. “None found” counts as a result"
    return _item(
        "search_footage",
        "Search for the footage of every officer complained about",
        "footage",
        left=len(left),
        total=len(officers),
        detail=detail,
    )


def _every_mark_tied(case: Complaint) -> ReadinessItem | None:
    marks = Annotation.objects.filter(complaint=case)
    total = marks.count()
    if not total:
        return None
    left = list(marks.filter(bearings=None).order_by("number").values_list("number", flat=True))
    return _item(
        "tie_moments",
        "Link each moment to an allegation",
        "room",
        left=len(left),
        total=total,
        detail=_not_yet("Moment", (f"M{number}" for number in left), "linked"),
    )


def _every_cited_recording_kept(case: Complaint) -> ReadinessItem | None:
    cited = list(
        FootageLink.objects.filter(complaint=case, annotations__cited_by__isnull=False)
        .exclude(footage__status=FootageStatus.LOST)
        .select_related("preservation")
        .distinct()
        .order_by("number")
    )
    if not cited:
        return None
    left = [link for link in cited if not _is_preserved(link)]
    return _item(
        "preserve_cited",
        "Have every cited recording preserved",
        "footage",
        left=len(left),
        total=len(cited),
        detail=_not_yet("Recording", (link.label for link in left), "preserved yet"),
    )


def _every_point_answered(case: Complaint) -> ReadinessItem | None:
    points = points_to_answer(case)
    if not points:
        return None
    left = [point for point in points if point.answered_at is None]
    return _item(
        "answer_points",
        "Answer every point of the return",
        "sign-off",
        left=len(left),
        total=len(points),
        detail=_not_yet("Point", (point.number for point in left), "answered"),
    )


def _item(
    code: str,
    label: str,
    place: str,
    *,
    left: int,
    total: int,
    detail: str,
    needs_some: bool = False,
) -> ReadinessItem:
    missing = left > 0 or (needs_some and total == 0)
    count = f"{left} of {total} left" if missing else f"{total} of {total}"
    return ReadinessItem(code, label, place, missing, count, detail)


def _finding_of(allegation: Allegation) -> Finding | None:
    finding: Finding | None = getattr(allegation, "finding", None)
    return finding


def _is_preserved(link: FootageLink) -> bool:
    preservation = getattr(link, "preservation", None)
    return preservation is not None and preservation.state == PreservationState.PRESERVED


def _named(noun: str, labels: Iterable[object]) -> str:
    known = [str(label) for label in labels]
    if len(known) == 1:
        return f"{noun} {known[0]}"
    if len(known) > 4:
        return counted(len(known), noun.lower())
    return f"{noun}s {', '.join(known[:-1])} and {known[-1]}"


def _not_yet(noun: str, labels: Iterable[object], what: str) -> str:
    known = list(labels)
    if not known:
        return ""
    return f"{_named(noun, known)} {'is' if len(known) == 1 else 'are'} not {what}"
