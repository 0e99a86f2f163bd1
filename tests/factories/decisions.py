"""Cases that have been judged, made through the services that judge them.

Each step takes the one before: `ready_case`, `submitted_case`, `returned_case`, `signed_case`.
Moments are an hour apart, from the Monday on which the complaint was logged.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from accounts.models import Person, User
from incidents.enums import Handling, Mount, PreservationState
from incidents.models import (
    Complaint,
    DecisionOption,
    FootageItem,
    FootageLink,
    NoFootageReason,
    Preservation,
)
from reviews.enums import AnnotationKind, Bearing, MarkType
from reviews.models import Annotation, Finding, SignOff, Submission
from reviews.services.annotations import add_annotation
from reviews.services.findings import decide_allegation
from reviews.services.submissions import NewPoint, return_submission, sign, submit
from reviews.services.viewings import record_viewing
from tests.factories.cases import INCIDENT_AT, NOW, handled_case
from tests.factories.people import Force
from tests.factories.proofs import proof_for, signing

HOUR = timedelta(hours=1)
_serials = count(20400)


def add_recording(
    case: Complaint,
    *,
    wearer: Person | None,
    by: User,
    preserved: bool = True,
    duration_ms: int = 600_000,
    now: datetime = NOW,
) -> FootageLink:
    """Put a recording that no evidence system has into a case: for pages that never play it."""
    serial = f"X6-{next(_serials)}"
    item = FootageItem.objects.create(
        source="folder",
        external_id=f"clip-{serial}",
        camera_serial=serial,
        mount=Mount.CHEST,
        wearer=wearer,
        recorded_on=INCIDENT_AT,
        buffer_ms=30_000,
        duration_ms=duration_ms,
        frame_rate_numerator=25,
        size_bytes=1_000_000,
        sha256=f"{abs(hash(serial)):064x}"[:64],
    )
    link = FootageLink.objects.create(
        complaint=case,
        footage=item,
        number=case.footage_links.count() + 1,
        reason="Worn by an officer complained about",
        attached_by=by,
        attached_at=now,
    )
    if preserved:
        preserve(link, by=by, now=now)
    return link


def preserve(link: FootageLink, *, by: User, now: datetime = NOW) -> Preservation:
    """Note that the evidence system keeps a recording."""
    return Preservation.objects.create(
        link=link,
        state=PreservationState.PRESERVED,
        requested_by=by,
        requested_at=now,
        receipt_number=f"R-{link.number}",
        receipt_at=now,
        sha256=link.footage.sha256,
        verified_at=now,
        last_checked_at=now,
    )


def add_clip(
    force: Force,
    link: FootageLink,
    bearings: dict[int, Bearing],
    *,
    start_ms: int = 60_000,
    end_ms: int = 75_000,
    observation: str = "An arm is held behind the back.",
    actor: User | None = None,
    now: datetime = NOW,
) -> Annotation:
    """Mark a range as the investigator, tied to allegations by their numbers."""
    ids = dict(link.complaint.allegations.values_list("number", "pk"))
    return add_annotation(
        actor=actor or force.investigator,
        link_id=link.pk,
        kind=AnnotationKind.CLIP,
        mark_type=MarkType.FORCE,
        start_ms=start_ms,
        end_ms=end_ms,
        observation=observation,
        assessment="",
        bearings={ids[number]: bearing for number, bearing in bearings.items()},
        now=now,
    )


def decision(code: str = "SPA") -> DecisionOption:
    """Find a decision in force at the moment of the tests."""
    return DecisionOption.objects.current(code, on=NOW.date())


def reason(code: str = "NOT_SHOWN") -> NoFootageReason:
    """Find a reason why no moment is cited."""
    return NoFootageReason.objects.current(code, on=NOW.date())


def decide(force: Force, case: Complaint, number: int = 1, **changes: Any) -> Finding:
    """Decide an allegation by its number, as the investigator; `changes` are arguments."""
    values: dict[str, Any] = {
        "actor": force.investigator,
        "allegation_id": case.allegations.get(number=number).pk,
        "version": None,
        "decision": decision(),
        "rationale": f"Reasons for allegation {number}.",
        "cited_ids": [],
        "no_footage_reason": reason(),
        "no_footage_link_id": None,
        "action_codes": [],
        "now": NOW + HOUR,
    }
    return decide_allegation(**{**values, **changes})


def ready_case(force: Force, **changes: Any) -> Complaint:
    """Make a case with a preserved recording, a mark on both allegations, and both decided.

    Allegation 1 relies on M1, allegation 2 on nothing, with a reason.
    """
    case = handled_case(force, handling=Handling.S3_LOCAL_NON_SPECIAL, **changes)
    link = add_recording(case, wearer=force.officer, by=force.investigator)
    mark = add_clip(force, link, {1: Bearing.SUPPORTS, 2: Bearing.CONTRADICTS})
    decide(force, case, 1, cited_ids=[mark.pk], no_footage_reason=None)
    decide(force, case, 2, decision=decision("UTD"), no_footage_link_id=link.pk)
    case.refresh_from_db()
    return case


def submit_case(
    force: Force, case: Complaint, *, now: datetime = NOW + 2 * HOUR, **changes: Any
) -> Submission:
    """Submit a case that is ready, to the force's supervisor."""
    values: dict[str, Any] = {
        "actor": force.investigator,
        "case_id": case.pk,
        "version": None,
        "supervisor": force.supervisor,
    }
    return submit(**{**values, **changes}, now=now)


def submitted_case(force: Force, **changes: Any) -> Submission:
    """Make a case whose version 1 waits for the force's supervisor."""
    return submit_case(force, ready_case(force, **changes))


def return_case(
    force: Force, submission: Submission, *, now: datetime = NOW + 3 * HOUR, **changes: Any
) -> Submission:
    """Return a version with one point on allegation 2 and one on the whole."""
    second = submission.complaint.allegations.get(number=2)
    points = [
        NewPoint("Say which part of the recording you watched.", allegation_id=second.pk),
        NewPoint("Name the policy."),
    ]
    values: dict[str, Any] = {
        "actor": force.supervisor,
        "submission_id": submission.pk,
        "points": points,
        "answer_by": None,
    }
    return return_submission(**{**values, **changes}, now=now)


def returned_case(force: Force, **changes: Any) -> Submission:
    """Make a case whose version 1 was returned with two points."""
    return return_case(force, submitted_case(force, **changes))


def watch_all(viewer: User, case: Complaint, *, now: datetime = NOW + 4 * HOUR) -> None:
    """Watch every mark of a case from its start to its end, in real time."""
    for mark in case.annotations.all():
        record_viewing(
            actor=viewer,
            link_id=mark.link_id,
            from_ms=mark.start_ms,
            to_ms=mark.end_ms or mark.start_ms + 5_000,
            rate_percent=100,
            with_sound=True,
            now=now,
        )


def sign_version(
    submission: Submission, *, actor: User, now: datetime = NOW + 5 * HOUR, why: str = ""
) -> SignOff:
    """Sign a version with the digest that it has."""
    return sign(
        actor=actor,
        submission_id=submission.pk,
        digest=submission.digest,
        unwatched_reason=why,
        proof=proof_for(actor, signing(submission), now=now),
        now=now,
    )


def signed_case(force: Force, **changes: Any) -> SignOff:
    """Make a case whose version 1 was watched and signed by the force's supervisor."""
    submission = submitted_case(force, **changes)
    watch_all(force.supervisor, submission.complaint)
    return sign_version(submission, actor=force.supervisor)
