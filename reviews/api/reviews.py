"""Reviews: submitted versions of a case, their return and their signature."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import PageQuery, listed, respond, shown
from accounts.api.documenting import documented
from accounts.idempotency import Answer
from accounts.roles import Permission
from audit.values import Subject
from incidents.api.base import CaseView
from incidents.events import CASE_LIST_VIEWED
from incidents.selectors.resources import account_of_id
from incidents.services.viewing import note_list_viewed
from reviews.api import inputs, shapes
from reviews.enums import SubmissionState
from reviews.events import FINDINGS_VIEWED, SIGN_OFF_VIEWED
from reviews.policies import readiness
from reviews.selectors import resources
from reviews.selectors.watching import cited_watch_state
from reviews.services import submissions


class ReviewView(CaseView):
    """An endpoint about submitted versions."""

    def review(self, submission_id: UUID, permission: Permission | None = None) -> Any:
        """Open a version."""
        rows = resources.submissions_for(self.actor)
        return self.part(rows, "submission", submission_id, permission)

    def shown_review(self, submission_id: UUID, *, status: int = 200) -> Answer:
        """Put a version as it is now into an answer."""
        row = resources.submissions_for(self.actor).get(pk=submission_id)
        where = reverse("api-review", kwargs={"submission_id": submission_id})
        return shown(shapes.Review, row, status=status, location=where if status == 201 else "")


class Reviews(ReviewView):
    """All versions of visible complaints."""

    @documented(
        "list_reviews",
        "List submitted versions, newest first",
        tag="reviews",
        query=inputs.ReviewQuery,
        answers=shapes.ReviewInList,
        pages=True,
        found=False,
    )
    def get(self, request: Request) -> Response:
        """With `state=AWAITING&mine=true`: what waits for your signature."""
        query = self.read_query(inputs.ReviewQuery)
        branches = resources.submissions_to_list(
            self.actor, state=query["state"], supervisor=self.actor if query["mine"] else None
        )
        page = self.take_page(
            *branches,
            order=("-submitted_at", "-id"),
            query=query,
            load=resources.submission_rows().defer("content"),
        )
        note_list_viewed(
            CASE_LIST_VIEWED,
            actor=self.actor,
            subject=Subject("review_list", "", "Reviews"),
            now=self.now,
            details={"state": query["state"], "shown": [str(row.pk) for row in page.rows]},
        )
        return listed(shapes.ReviewInList, page)


class ReviewsOfComplaint(ReviewView):
    """The versions of a case."""

    @documented(
        "list_reviews_of_complaint",
        "List the submitted versions of a complaint",
        tag="reviews",
        query=PageQuery,
        answers=shapes.ReviewInList,
        pages=True,
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        """The newest first."""
        case = self.case(case_id)
        query = self.read_query()
        self.note(SIGN_OFF_VIEWED, case)
        rows = resources.submissions_for(self.actor).filter(complaint=case).defer("content")
        return listed(shapes.ReviewInList, self.take_page(rows, order=("-number",), query=query))


class Submit(ReviewView):
    """Submitting a case."""

    @documented(
        "submit_complaint",
        "Submit a complaint for sign-off",
        tag="reviews",
        body=inputs.NewSubmission,
        answers=shapes.Review,
        status=201,
        match=True,
        repeatable=True,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """If-Match is the version of the complaint. Every mark becomes evidence."""
        self.case(case_id, Permission.SUBMIT)
        version = self.read_version()
        body = self.read_body(inputs.NewSubmission)
        supervisor = account_of_id(body["supervisor"], field="supervisor")

        def act() -> Answer:
            made = submissions.submit(
                actor=self.actor,
                case_id=case_id,
                version=version,
                supervisor=supervisor,
                now=self.now,
            )
            return self.shown_review(made.pk, status=201)

        return self.once(act)


class Readiness(CaseView):
    """What is missing before a case can be submitted."""

    @documented(
        "read_readiness",
        "List what must be so before a complaint is submitted",
        tag="reviews",
        answers=shapes.ReadinessItem,
        pages=True,
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        """Missing or done, in the order of the work."""
        case = self.case(case_id)
        self.note(FINDINGS_VIEWED, case)
        return listed(shapes.ReadinessItem, readiness(case))


class OneReview(ReviewView):
    """One version."""

    @documented(
        "read_review",
        "Read a submitted version with its exact content",
        tag="reviews",
        answers=shapes.ReviewForSigning,
    )
    def get(self, request: Request, submission_id: UUID) -> Response:
        """Check that the SHA-256 of `content` is `digest` before you sign it."""
        row = self.review(submission_id)
        self.note(SIGN_OFF_VIEWED, row.complaint)
        waiting = row.state == SubmissionState.AWAITING
        cited = cited_watch_state(row, self.actor) if waiting else []
        return respond(shown(shapes.ReviewForSigning, row, cited=cited))


class Return(ReviewView):
    """Returning a version."""

    @documented(
        "return_review",
        "Return a version with points to answer",
        tag="reviews",
        body=inputs.Return,
        answers=shapes.Review,
        repeatable=True,
    )
    def post(self, request: Request, submission_id: UUID) -> Response:
        """By a supervisor who took no part in the case."""
        self.review(submission_id, Permission.SIGN_OFF)
        body = self.read_body(inputs.Return)
        points = [
            submissions.NewPoint(each["text"], each["allegation"], each["annotation"])
            for each in body["points"]
        ]

        def act() -> Answer:
            submissions.return_submission(
                actor=self.actor,
                submission_id=submission_id,
                points=points,
                answer_by=body["answer_by"],
                now=self.now,
            )
            return self.shown_review(submission_id)

        return self.once(act)


class Sign(ReviewView):
    """Signing a version."""

    @documented(
        "sign_review",
        "Sign a version",
        tag="signoffs",
        body=inputs.Signature,
        answers=shapes.SignOff,
        status=201,
        repeatable=True,
        proven=True,
    )
    def post(self, request: Request, submission_id: UUID) -> Response:
        """The digest says what you read; it is 412 when that is not the version's content."""
        self.review(submission_id, Permission.SIGN_OFF)
        body, proof = self.read_body(inputs.Signature), self.read_proof()

        def act() -> Answer:
            made = submissions.sign(
                actor=self.actor,
                submission_id=submission_id,
                proof=proof,
                now=self.now,
                **body,
            )
            row = resources.signoffs_for(self.actor).get(pk=made.pk)
            where = reverse("api-signoff", kwargs={"signoff_id": row.pk})
            return shown(shapes.SignOff, row, status=201, location=where)

        return self.once(act)


class AnswerPoint(CaseView):
    """Answering a point of a return."""

    @documented(
        "answer_point",
        "Answer a point of a return",
        tag="reviews",
        body=inputs.PointAnswer,
        answers=shapes.ReturnPoint,
        repeatable=True,
    )
    def post(self, request: Request, point_id: UUID) -> Response:
        """The answer can be replaced until the next version is submitted."""
        rows = resources.points_for(self.actor)
        self.part(rows, "return_point", point_id, Permission.SUBMIT)
        body = self.read_body(inputs.PointAnswer)

        def act() -> Answer:
            submissions.answer_point(actor=self.actor, point_id=point_id, now=self.now, **body)
            return shown(shapes.ReturnPoint, resources.points_for(self.actor).get(pk=point_id))

        return self.once(act)


class SignOffsOfComplaint(CaseView):
    """The signatures of a case."""

    @documented(
        "list_signoffs",
        "List the signatures on a complaint",
        tag="signoffs",
        query=PageQuery,
        answers=shapes.SignOff,
        pages=True,
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        """The newest version first, voided ones too."""
        case = self.case(case_id)
        query = self.read_query()
        self.note(SIGN_OFF_VIEWED, case)
        rows = resources.signoffs_for(self.actor).filter(submission__complaint=case)
        page = self.take_page(rows, order=("-submission__number",), query=query)
        return listed(shapes.SignOff, page)


class OneSignOff(CaseView):
    """One signature."""

    @documented("read_signoff", "Read a signature", tag="signoffs", answers=shapes.SignOff)
    def get(self, request: Request, signoff_id: UUID) -> Response:
        """By whom, when, on which digest, and what was not watched."""
        row = self.part(resources.signoffs_for(self.actor), "signoff", signoff_id)
        self.note(SIGN_OFF_VIEWED, row.submission.complaint)
        return respond(shown(shapes.SignOff, row))
