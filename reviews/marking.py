"""What a mark may say, and whether it may be made or changed now.

Lengths are characters, times integer milliseconds from the start of the file, ranges half-open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from accounts.models import User
from bwcportal import phrasing
from bwcportal.errors import Invalid, NotNow, NotPermitted
from incidents.enums import HANDLING_STATES, CaseState
from incidents.models import Complaint, FootageItem
from reviews.enums import AnnotationKind, AnnotationState, Bearing, MarkType
from reviews.models import Annotation

TEXT_LENGTH = 4000


@dataclass(frozen=True)
class MarkContent:
    """What a mark says: where, of what type, seen or heard, made of it, and about which allegations."""

    kind: AnnotationKind
    mark_type: MarkType
    start_ms: int
    end_ms: int | None = None
    observation: str = ""
    assessment: str = ""
    bearings: Mapping[UUID, Bearing] = field(default_factory=dict)


def read_content(
    *,
    kind: str,
    mark_type: int,
    start_ms: int,
    end_ms: int | None,
    observation: str,
    assessment: str,
    bearings: Mapping[UUID, str],
) -> MarkContent:
    """Bring what was sent into the form of a mark; raise Invalid naming the field that cannot be used."""
    if kind not in AnnotationKind.values:
        raise Invalid("Choose a marker or a clip", field="kind")
    if isinstance(mark_type, bool) or mark_type not in MarkType.values:
        raise Invalid("Choose the type of the mark, 1 to 9", field="mark_type")
    if kind == AnnotationKind.MARKER and end_ms is not None:
        raise Invalid("A marker points at one moment: leave the end empty", field="end_ms")
    if kind == AnnotationKind.CLIP and end_ms is None:
        raise Invalid("Enter where the clip ends", field="end_ms")
    for bearing in bearings.values():
        if bearing not in Bearing.values:
            raise Invalid("Choose what the moment says about the allegation", field="bearings")
    return MarkContent(
        kind=AnnotationKind(kind),
        mark_type=MarkType(mark_type),
        start_ms=_whole(start_ms, field="start_ms"),
        end_ms=None if end_ms is None else _whole(end_ms, field="end_ms"),
        observation=_text(observation, "observation"),
        assessment=_text(assessment, "assessment"),
        bearings={key: Bearing(value) for key, value in bearings.items()},
    )


def check_inside(content: MarkContent, footage: FootageItem) -> None:
    """Raise Invalid unless the mark lies inside the recording, saying how long the recording is."""
    length = phrasing.offset(footage.duration_ms, with_ms=True)
    if content.start_ms >= footage.duration_ms:
        raise Invalid(
            f"The recording lasts {length}. Enter a start before its end", field="start_ms"
        )
    if content.end_ms is None:
        return
    if content.end_ms > footage.duration_ms:
        raise Invalid(
            f"The recording lasts {length}. Enter an end that is not later", field="end_ms"
        )
    if content.end_ms <= content.start_ms:
        raise Invalid("Enter an end that is later than the start", field="end_ms")


def check_takes_marks(case: Complaint) -> None:
    """Raise NotNow unless the state of the case lets evidence be gathered."""
    if case.state not in HANDLING_STATES:
        raise NotNow(
            "Marks can be made and changed only while the case is being handled. It is "
            f"“{CaseState(case.state).label.lower()}” now",
            code="case_takes_no_marks",
        )


def check_is_author(mark: Annotation, actor: User) -> None:
    """Raise NotPermitted unless the mark is the actor's own."""
    if mark.author_id != actor.pk:
        raise NotPermitted(
            f"{mark.label} was made by somebody else. Only its author may change or delete it; "
            "you can make a mark of your own",
            code="not_the_author",
        )


def check_is_draft(mark: Annotation) -> None:
    """Raise NotNow when the mark has been submitted: it is evidence then."""
    if mark.state != AnnotationState.DRAFT:
        raise NotNow(
            f"{mark.label} has been submitted and is evidence now. It can be changed again only "
            "if the supervisor returns the case",
            code="mark_submitted",
        )


def check_not_cited(mark: Annotation) -> None:
    """Raise NotNow when a finding relies on the mark."""
    finding = mark.cited_by.select_related("allegation").order_by("allegation__number").first()
    if finding is not None:
        raise NotNow(
            f"{mark.label} is cited by the finding on {finding.allegation}. "
            "Take it out of that finding first, then delete it",
            code="mark_cited",
        )


def _whole(value: int, *, field: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 2**31 - 1:
        raise Invalid("Enter a time in the recording, as whole milliseconds", field=field)
    return value


def _text(value: str, field: str) -> str:
    text = value.replace("\r\n", "\n").strip()
    if "\x00" in text:
        raise Invalid("The text holds a character that cannot be kept. Type it again", field=field)
    if len(text) > TEXT_LENGTH:
        raise Invalid(
            f"The text has {len(text):,} characters. Shorten it to {TEXT_LENGTH:,}", field=field
        )
    return text
