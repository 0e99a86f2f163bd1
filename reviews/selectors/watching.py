"""What a person has really watched, and how much of it counts.

A stretch counts when it was played at twice real time or slower; muted play counts as seen. What
the portal cannot know is whether anybody looked: it says what was played, no more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from accounts.models import User
from bwcportal import phrasing
from incidents.models import FootageLink
from reviews import intervals
from reviews.intervals import Stretch
from reviews.models import Annotation, Finding, Submission, Viewing

FASTEST_THAT_COUNTS = 200
# A marker is one moment; to have seen it is to have played what surrounds it.
MOMENT_BEFORE_MS, MOMENT_AFTER_MS = 2000, 3000
# A player reports whole frames: a stretch that lacks less than this was played to its end.
SLACK_MS = 250


@dataclass
class Watched:
    """What one person played of one recording: stretches in ms, each list merged."""

    counted: list[Stretch] = field(default_factory=list)
    heard: list[Stretch] = field(default_factory=list)
    too_fast: list[Stretch] = field(default_factory=list)


def watched(link: FootageLink, user: User) -> list[Stretch]:
    """List the stretches of a recording that count as watched by a person, merged, in ms."""
    return watched_by(user, [link.pk])[link.pk].counted


def watched_by(user: User, link_ids: Iterable[UUID]) -> dict[UUID, Watched]:
    """Read what a person played of several recordings, in one query. Every id has an answer."""
    counted: dict[UUID, list[Stretch]] = defaultdict(list)
    heard: dict[UUID, list[Stretch]] = defaultdict(list)
    fast: dict[UUID, list[Stretch]] = defaultdict(list)
    ids = list(link_ids)
    rows = Viewing.objects.filter(link_id__in=ids, viewer=user)
    for link_id, start, end, rate, sound in rows.values_list(
        "link_id", "from_ms", "to_ms", "rate_percent", "with_sound"
    ):
        if rate > FASTEST_THAT_COUNTS:
            fast[link_id].append((start, end))
            continue
        counted[link_id].append((start, end))
        if sound:
            heard[link_id].append((start, end))
    return {
        link_id: Watched(
            counted=intervals.merge(counted[link_id]),
            heard=intervals.merge(heard[link_id]),
            too_fast=intervals.merge(fast[link_id]),
        )
        for link_id in ids
    }


@dataclass(frozen=True)
class CitedMoment:
    """A mark that a finding relies on, and how much of it a person has watched."""

    annotation: Annotation
    allegations: list[str]
    span: Stretch
    watched_ms: int
    too_fast_ms: int

    @property
    def span_ms(self) -> int:
        """How long it takes to watch the moment, in ms."""
        return self.span[1] - self.span[0]

    @property
    def is_watched(self) -> bool:
        """Whether all of it counts as watched."""
        return self.watched_ms >= self.span_ms - SLACK_MS

    @property
    def percent(self) -> int:
        """The watched part in per cent; 100 only when it is all watched."""
        if self.is_watched:
            return 100
        return min(self.watched_ms * 100 // self.span_ms, 99)

    @property
    def words(self) -> str:
        """How much was watched, in words: `18 s of 42 s`."""
        if self.is_watched:
            return "watched"
        if self.too_fast_ms and not self.watched_ms:
            return f"{phrasing.length(self.too_fast_ms)} too fast to count"
        return f"{phrasing.length(self.watched_ms)} of {phrasing.length(self.span_ms)}"


def span_of(mark: Annotation, duration_ms: int) -> Stretch:
    """Say which stretch of the recording one must play to have watched a mark."""
    if mark.end_ms is not None:
        return (mark.start_ms, mark.end_ms)
    return (
        max(mark.start_ms - MOMENT_BEFORE_MS, 0),
        min(mark.start_ms + MOMENT_AFTER_MS, duration_ms),
    )


def cited_watch_state(submission: Submission, user: User) -> list[CitedMoment]:
    """List the moments that the findings of a submitted case rely on, with what the person watched.

    In order of recording and time. While a version is with the supervisor nothing of it changes, so
    that the findings of the case are those of the version.
    """
    relied_on: dict[UUID, list[str]] = defaultdict(list)
    findings = (
        Finding.objects.filter(allegation__complaint_id=submission.complaint_id)
        .order_by("allegation__number")
        .values_list("cited", "allegation__number")
    )
    for mark_id, number in findings:
        if mark_id is not None:
            relied_on[mark_id].append(f"A{number}")
    marks = list(
        Annotation.objects.filter(pk__in=relied_on)
        .select_related("link__footage", "complaint")
        .order_by("link__number", "start_ms", "number")
    )
    played = watched_by(user, {mark.link_id for mark in marks})
    return [_cited(mark, relied_on[mark.pk], played[mark.link_id]) for mark in marks]


def _cited(mark: Annotation, allegations: list[str], played: Watched) -> CitedMoment:
    span = span_of(mark, mark.link.footage.duration_ms)
    return CitedMoment(
        annotation=mark,
        allegations=allegations,
        span=span,
        watched_ms=intervals.length(intervals.within(played.counted, span)),
        too_fast_ms=intervals.length(intervals.within(played.too_fast, span)),
    )
