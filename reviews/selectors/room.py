"""Everything the review room shows of one case, read in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import User
from accounts.roles import Permission
from bwcportal import phrasing
from bwcportal.errors import NotFound
from incidents.enums import FootageStatus
from incidents.models import Allegation, Complaint, FootageLink
from incidents.permissions import Verdict, check_may, verdict
from reviews import intervals
from reviews.enums import AnnotationState, Bearing, MarkType, SubmissionState
from reviews.marking import check_takes_marks
from reviews.models import Annotation, Submission
from reviews.selectors.watching import (
    CitedMoment,
    Watched,
    cited_watch_state,
    watched,
    watched_by,
)

__all__ = [
    "CitedMoment",
    "Room",
    "build_room",
    "cited_watch_state",
    "describe_mark",
    "describe_room",
    "describe_warning",
    "describe_watched",
    "may_mark",
    "read_link",
    "read_mark",
    "watched",
    "watched_of",
]


@dataclass(frozen=True)
class Room:
    """What the review room of a case shows to one person.

    `marking` says whether the person may mark now, and if not, why. `submission` is the version
    that waits for a signature, when the person is one who signs; `cited` its moments.
    """

    case: Complaint
    links: list[FootageLink]
    allegations: list[Allegation]
    marks: list[Annotation]
    watched: dict[UUID, Watched]
    marking: Verdict
    submission: Submission | None
    cited: list[CitedMoment]

    @property
    def playable(self) -> list[FootageLink]:
        """The recordings that the evidence system still has."""
        return [link for link in self.links if link.footage.status == FootageStatus.AVAILABLE]

    @property
    def starts_at(self) -> datetime | None:
        """The UTC moment at which the first recording begins, buffer included."""
        return min((link.footage.starts_at for link in self.links), default=None)

    @property
    def watched_percent(self) -> int:
        """How much of all that can be played the person has watched, rounded down."""
        total = sum(link.footage.duration_ms for link in self.playable)
        seen = sum(intervals.length(self.watched[link.pk].counted) for link in self.playable)
        return min(seen * 100 // total, 100) if total else 0


def build_room(*, user: User, case: Complaint) -> Room:
    """Read the room of a case that the caller has opened for this person."""
    links = list(
        FootageLink.objects.visible_to(user)
        .filter(complaint=case)
        .select_related("footage__wearer")
        .order_by("number")
    )
    submission = _awaiting(user, case)
    return Room(
        case=case,
        links=links,
        allegations=list(case.allegations.select_related("category").order_by("number")),
        marks=list(_marks(user).filter(complaint=case)),
        watched=watched_by(user, [link.pk for link in links]),
        marking=may_mark(user, case),
        submission=submission,
        cited=cited_watch_state(submission, user) if submission else [],
    )


def may_mark(user: User, case: Complaint) -> Verdict:
    """Say whether the person may mark the case now, and if not, why."""

    def check() -> None:
        check_may(user, Permission.ANNOTATE)
        check_takes_marks(case)

    return verdict(check)


def read_mark(*, user: User, case_id: UUID, annotation_id: UUID) -> Annotation:
    """Read one mark of a case as it is now; raise NotFound if the person may not know of it."""
    found: Annotation | None = _marks(user).filter(pk=annotation_id, complaint_id=case_id).first()
    if found is None:
        raise NotFound
    return found


def read_link(*, user: User, case_id: UUID, link_id: UUID) -> FootageLink:
    """Read one recording of a case; raise NotFound if the person may not know of it."""
    found: FootageLink | None = (
        FootageLink.objects.visible_to(user)
        .select_related("footage__wearer", "complaint")
        .filter(pk=link_id, complaint_id=case_id)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def watched_of(*, user: User, link: FootageLink) -> Watched:
    """Read what the person played of one recording."""
    return watched_by(user, [link.pk])[link.pk]


def describe_mark(mark: Annotation, user: User) -> dict[str, Any]:
    """Describe a mark in plain values for the page's script. Times are ms from the file's start."""
    mine = mark.author_id == user.pk
    return {
        "id": str(mark.pk),
        "number": mark.number,
        "label": mark.label,
        "version": mark.version,
        "link": str(mark.link_id),
        "kind": mark.kind,
        "type": mark.mark_type,
        "start_ms": mark.start_ms,
        "end_ms": mark.end_ms,
        "observation": mark.observation,
        "assessment": mark.assessment,
        "bearings": {str(row.allegation_id): row.bearing for row in mark.bearings.all()},
        "state": mark.state,
        "mine": mine,
        "author": "you" if mine else mark.author.display_name,
        "editable": mine and mark.state == AnnotationState.DRAFT,
    }


def describe_watched(played: Watched) -> dict[str, list[intervals.Stretch]]:
    """Describe what was played of a recording in plain values."""
    return {"counted": played.counted, "heard": played.heard, "too_fast": played.too_fast}


def describe_room(room: Room, user: User) -> dict[str, Any]:
    """Describe the room in plain values for the page's script: no name of a member of the public."""
    return {
        "case": {"id": str(room.case.pk), "reference": room.case.reference},
        "marking": {"allowed": room.marking.allowed, "reason": room.marking.reason},
        "types": [[choice.value, choice.label] for choice in MarkType],
        "bearings": [[choice.value, choice.label] for choice in Bearing],
        "recordings": [_describe_link(link, room.watched[link.pk]) for link in room.links],
        "allegations": [_describe_allegation(each) for each in room.allegations],
        "marks": [describe_mark(mark, user) for mark in room.marks],
        "replay": _describe_replay(room),
    }


def _marks(user: User) -> Any:
    return (
        Annotation.objects.visible_to(user)
        .select_related("author__person", "complaint", "link")
        .prefetch_related("bearings__allegation")
        .order_by("link__number", "start_ms", "number")
    )


def _awaiting(user: User, case: Complaint) -> Submission | None:
    if not user.has_role_permission(Permission.SIGN_OFF):
        return None
    found: Submission | None = (
        Submission.objects.visible_to(user)
        .filter(complaint=case, state=SubmissionState.AWAITING)
        .first()
    )
    return found


def _describe_link(link: FootageLink, played: Watched) -> dict[str, Any]:
    item = link.footage
    return {
        "id": str(link.pk),
        "number": link.number,
        "label": link.label,
        "name": item.wearer.title if item.wearer else "Wearer not known",
        "short": _short_name(link),
        "mount": item.get_mount_display().lower(),
        "serial": item.camera_serial,
        "starts_at_ms": round(item.starts_at.timestamp() * 1000),
        "duration_ms": item.duration_ms,
        "buffer_ms": item.buffer_ms,
        "correction_ms": item.clock_correction_ms,
        "clock_verified": item.clock_verified,
        "rate": [item.frame_rate_numerator, item.frame_rate_denominator],
        "has_audio": item.has_audio,
        "lost": item.status == FootageStatus.LOST,
        "plays": item.plays_in_browser,
        "why_not": "" if item.plays_in_browser else _why_not(item.codec),
        "watched": describe_watched(played),
    }


def _why_not(codec: str) -> str:
    return (
        f"Stored as {codec}, which browsers cannot play. Ask the team of the evidence system "
        "for a copy in MP4 (H.264)"
    )


def _short_name(link: FootageLink) -> str:
    wearer = link.footage.wearer
    if wearer is None:
        return link.footage.camera_serial or link.label
    return " ".join(part for part in (wearer.rank, wearer.surname) if part)


def _describe_allegation(allegation: Allegation) -> dict[str, Any]:
    return {
        "id": str(allegation.pk),
        "number": allegation.number,
        "label": f"A{allegation.number}",
        "title": allegation.category.label,
        "words": allegation.words,
    }


def _describe_replay(room: Room) -> dict[str, Any] | None:
    if room.submission is None:
        return None
    return {
        "number": room.submission.number,
        "moments": [_describe_cited(moment) for moment in room.cited],
    }


def _describe_cited(moment: CitedMoment) -> dict[str, Any]:
    mark = moment.annotation
    return {
        "mark": str(mark.pk),
        "label": mark.label,
        "link": str(mark.link_id),
        "from_ms": moment.span[0],
        "to_ms": moment.span[1],
        "allegations": moment.allegations,
        "title": first_words(mark.observation) or MarkType(mark.mark_type).label,
    }


def first_words(text: str, *, most: int = 60) -> str:
    """Give the first line of a text, cut at a word to at most `most` characters."""
    line = text.strip().split("\n", 1)[0]
    if len(line) <= most:
        return line
    return line[: most + 1].rsplit(" ", 1)[0][:most] + "…"


def describe_warning(links: Iterable[FootageLink]) -> list[dict[str, Any]]:
    """List what is about to be played, in order of time: when, how long, which camera, sound."""
    ordered = sorted(links, key=lambda link: (link.footage.starts_at, link.number))
    return [
        {
            "link": link,
            "starts_at": link.footage.starts_at,
            "length": phrasing.length(link.footage.duration_ms),
            "name": link.footage.wearer.title if link.footage.wearer else "Wearer not known",
            "has_audio": link.footage.has_audio,
        }
        for link in ordered
    ]
