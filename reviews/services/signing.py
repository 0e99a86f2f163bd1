"""Signing a submitted version: one signature, on exactly the content that was read."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import StepUpAct, User
from accounts.services.step_up import Proof, Target, spend
from audit.recorder import record
from bwcportal.errors import StaleVersion
from bwcportal.phrasing import london_day
from incidents.models import Complaint, HandlingType
from incidents.services.deadlines import start_deadline
from incidents.services.moving import move
from reviews.digest import content_of, digest_of
from reviews.enums import SubmissionState
from reviews.events import SIGNED
from reviews.models import SignOff, Submission
from reviews.permissions import check_can_sign_off
from reviews.selectors.watching import cited_watch_state
from reviews.services.versions import check_waiting, lock_submission
from reviews.wording import read_text


@transaction.atomic
def sign(
    *,
    actor: User,
    submission_id: UUID,
    digest: str,
    unwatched_reason: str,
    proof: Proof | None,
    now: datetime,
) -> SignOff:
    """Sign a submitted version and return the signature; the same person's second press returns it too.

    `digest` is the SHA-256 that the actor was shown. It must be the one of the submission and of
    the content as it is now: otherwise StaleVersion, and the version has to be returned. What the
    actor has not watched of the cited moments is part of the signature and needs a reason: Invalid
    at `unwatched_reason`. `proof` is a second factor shown for exactly this digest: ProofNeeded without
    one. Raises NotFound, NotPermitted for a person who took part, and NotNow when
    somebody was quicker. The clock to tell the complainant starts (SI 2020/2, regulation 34(2)(b)).
    """
    case, submission = lock_submission(actor, submission_id)
    check_can_sign_off(actor, case)
    check_same_digest(submission, digest)
    mine = SignOff.objects.filter(submission=submission, signed_by=actor, voided_at=None).first()
    if mine is not None:
        return mine
    check_waiting(submission, case, "sign")
    check_content_unchanged(submission, case)
    unwatched = _unwatched(submission, actor)
    reason = ""
    if unwatched:
        reason = read_text(
            unwatched_reason,
            field="unwatched_reason",
            empty=f"Enter why you sign without watching {_listed(unwatched)}",
            name="Your reason",
        )
    target = Target.of(StepUpAct.SIGN, submission.pk, submission.digest)
    spend(actor=actor, proof=proof, target=target, now=now)
    signature = SignOff.objects.create(
        submission=submission,
        signed_by=actor,
        signed_for=actor.acting_for,
        signed_at=now,
        digest=submission.digest,
        unwatched=unwatched,
        unwatched_reason=reason,
    )
    submission.state = SubmissionState.SIGNED
    submission.closed_at = now
    submission.save(update_fields=["state", "closed_at"])
    move(case, "sign")
    case.signed_at = now
    case.save(update_fields=["state", "version", "signed_at"])
    _start_clocks(case, now)
    record(
        SIGNED,
        actor=actor.audit_actor(),
        subject=submission.audit_subject(),
        now=now,
        details={
            "number": submission.number,
            "digest": submission.digest,
            "unwatched": unwatched,
        },
        personal={"unwatched_reason": reason} if reason else {},
    )
    return signature


def check_same_digest(submission: Submission, digest: str) -> None:
    """Raise StaleVersion unless the digest shown to the actor is that of the submission."""
    if digest != submission.digest:
        raise StaleVersion(
            "What you are about to sign is not what you were shown. Reload the page and read it "
            "again",
            code="other_digest",
        )


def check_content_unchanged(submission: Submission, case: Complaint) -> None:
    """Raise StaleVersion unless the content of the case is still what was submitted."""
    if digest_of(content_of(case)) != submission.digest:
        raise StaleVersion(
            f"The case changed after version {submission.number} was submitted, so that it cannot "
            "be signed. Return it: the next version will hold the change",
            code="content_changed",
        )


def _unwatched(submission: Submission, actor: User) -> list[str]:
    moments = cited_watch_state(submission, actor)
    left = [moment.annotation for moment in moments if not moment.is_watched]
    return [mark.label for mark in sorted(left, key=lambda mark: mark.number)]


def _listed(labels: list[str]) -> str:
    if len(labels) == 1:
        return labels[0]
    return f"{', '.join(labels[:-1])} and {labels[-1]}"


def _start_clocks(case: Complaint, now: datetime) -> None:
    today = london_day(now)
    start_deadline(case, "OUTCOME_NOTIFY", started_on=today)
    handling = HandlingType.objects.current(case.handling, on=today)
    if handling.is_schedule_3 and handling.has_review_right:
        start_deadline(case, "REVIEW_RIGHT_NOTIFY", started_on=today)
