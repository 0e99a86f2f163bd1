"""What the sign-off page of a case shows: where it stands, what changed, who may sign."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse

from accounts.human_beings import every_record
from accounts.models import User
from incidents.models import Complaint
from incidents.permissions import Verdict, verdict
from incidents.selectors.seers import accounts_that_see
from incidents.transitions import check_transition
from reviews.digest import content_of, digest_of
from reviews.enums import SubmissionState
from reviews.models import SignOff, Submission
from reviews.permissions import SIGNING_ROLES, check_can_sign_off, check_can_submit
from reviews.policies import ReadinessItem, readiness
from reviews.selectors.versions import (
    Change,
    VersionInWords,
    changes_between,
    in_words,
    versions_of,
)
from reviews.selectors.watching import CitedMoment, cited_watch_state

# Where each thing that may be missing is repaired.
_PLACES = {
    "findings": "reviews:findings",
    "room": "reviews:room",
    "footage": "incidents:footage",
    "sign-off": "reviews:sign-off",
}


@dataclass(frozen=True)
class SignOffPage:
    """Everything the sign-off page of a case shows to one person.

    `current` is the version that waits or was decided on last, `previous` the one before it.
    `is_unchanged` says whether the content of the case still is what was submitted.
    """

    versions: list[Submission]
    current: Submission | None
    previous: Submission | None
    words: VersionInWords | None
    changes: list[Change]
    cited: list[CitedMoment]
    is_unchanged: bool
    judging: Verdict

    @property
    def is_waiting(self) -> bool:
        """Whether a version waits for a supervisor."""
        return self.current is not None and self.current.state == SubmissionState.AWAITING

    @property
    def signature(self) -> SignOff | None:
        """The signature on the version at hand, in force or voided."""
        return getattr(self.current, "signoff", None) if self.current else None

    @property
    def earlier(self) -> list[Submission]:
        """The versions before the one at hand, newest first."""
        return self.versions[1:]

    @property
    def unwatched(self) -> list[CitedMoment]:
        """The cited moments that the person has not watched all of."""
        return [moment for moment in self.cited if not moment.is_watched]

    @property
    def watched_count(self) -> int:
        """How many of the cited moments the person has watched all of."""
        return len(self.cited) - len(self.unwatched)

    @property
    def cited_rows(self) -> list[tuple[CitedMoment, datetime]]:
        """The cited moments with their UTC start, those left to watch first, then by number."""
        ordered = sorted(self.cited, key=lambda each: (each.is_watched, each.annotation.number))
        return [
            (each, each.annotation.link.footage.moment(each.annotation.start_ms))
            for each in ordered
        ]


@dataclass(frozen=True)
class Preparation:
    """What is left to do before the next version can be submitted, and who could sign it."""

    next_number: int
    items: list[ReadinessItem]
    submitting: Verdict
    supervisors: list[User]

    @property
    def missing(self) -> list[ReadinessItem]:
        """What is missing."""
        return [item for item in self.items if item.missing]

    @property
    def is_ready(self) -> bool:
        """Whether the person can submit the case now."""
        return not self.missing and bool(self.supervisors) and self.submitting.allowed


def sign_off_page(*, user: User, case: Complaint) -> SignOffPage:
    """Read the sign-off page of a case that was opened for this person."""
    versions = versions_of(case)
    current = versions[0] if versions else None
    if current is None:
        return SignOffPage(
            versions=[],
            current=None,
            previous=None,
            words=None,
            changes=[],
            cited=[],
            is_unchanged=True,
            judging=Verdict(allowed=False),
        )
    # Points and signature of a version name their case; it is at hand.
    current.complaint = case
    previous = versions[1] if len(versions) > 1 else None
    changes: list[Change] = []
    if previous is not None:
        changes = changes_between(previous.content, current.content, list(previous.points.all()))
    waiting = current.state == SubmissionState.AWAITING
    return SignOffPage(
        versions=versions,
        current=current,
        previous=previous,
        words=in_words(current),
        changes=changes,
        cited=cited_watch_state(current, user) if waiting else [],
        is_unchanged=digest_of(content_of(case)) == current.digest,
        judging=verdict(lambda: _check_judging(user, case)),
    )


def preparation(*, user: User, case: Complaint, now: datetime) -> Preparation:
    """Read what is left to do before the next version of a case can be submitted."""
    number = case.submissions.count() + 1
    return Preparation(
        next_number=number,
        items=readiness(case),
        submitting=verdict(lambda: _check_submitting(user, case)),
        supervisors=eligible_supervisors(case, now=now, submitting=user),
    )


def eligible_supervisors(case: Complaint, *, now: datetime, submitting: User) -> list[User]:
    """List the people who may be asked to sign: they can see the case and took no part (1 query)."""
    in_force = Q(role_assignments__until__isnull=True) | Q(role_assignments__until__gt=now)
    return list(
        accounts_that_see(case, now=now)
        .filter(
            in_force,
            role_assignments__role__in=SIGNING_ROLES,
            role_assignments__since__lte=now,
        )
        .exclude(person_id__in=submitting.person_ids)
        .exclude(person__in=case.contributions.annotate(record=every_record()).values("record"))
        .select_related("person")
        .order_by("person__surname", "id")
        .distinct()
    )


def task_items(case: Complaint, left: Preparation) -> list[dict[str, Any]]:
    """Put what is left before submitting into the lines of the task list, each with its address."""
    items = [
        {
            "state": "missing" if item.missing else "done",
            "label": item.label,
            "url": reverse(_PLACES[item.place], args=[case.pk]),
            "detail": item.detail,
            "count": item.count,
        }
        for item in left.items
    ]
    if not left.supervisors:
        items.append(
            {
                "state": "missing",
                "label": "Have a supervisor who took no part",
                "detail": "Nobody who may sign can see the case and took no part in it. "
                "Give another supervisor personal access",
            }
        )
    if left.is_ready:
        return items
    last = {
        "state": "locked",
        "label": f"Submit version {left.next_number} for sign-off",
        "detail": "" if left.submitting.allowed else left.submitting.reason,
    }
    return [*items, last]


def _check_judging(user: User, case: Complaint) -> None:
    check_can_sign_off(user, case)
    check_transition("sign", case.state)


def _check_submitting(user: User, case: Complaint) -> None:
    check_can_submit(user)
    check_transition("submit", case.state)
