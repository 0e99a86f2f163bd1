"""Who can see a complaint: read now and for any past moment, given and ended."""

from __future__ import annotations

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import respond, shown
from accounts.api.documenting import documented
from accounts.idempotency import Answer
from accounts.roles import Permission
from bwcportal.errors import Invalid
from incidents.api import access_shapes, inputs, shapes
from incidents.api.base import CaseView
from incidents.api.complaints import case_answer
from incidents.events import ACCESS_VIEWED
from incidents.selectors import resources
from incidents.selectors.access import who_can_see
from incidents.services import access


class Access(CaseView):
    """Who can see a complaint, and personal access to it."""

    @documented(
        "read_access",
        "Read who can see a complaint, or could at a past moment",
        tag="complaints",
        query=inputs.AccessQuery,
        answers=access_shapes.Access,
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        """Everybody with every way in which it opens for them, and who is kept out. The reading is recorded."""
        case = self.case(case_id, Permission.SEE_HISTORY)
        at = self.read_query(inputs.AccessQuery)["at"]
        if at is not None and at > self.now:
            raise Invalid("Ask for a moment that is not to come", field="at")
        self.note(ACCESS_VIEWED, case, details={"at": at} if at else {})
        return respond(shown(access_shapes.Access, who_can_see(case, at=at or self.now)))

    @documented(
        "grant_access",
        "Open a complaint to one account",
        tag="complaints",
        body=inputs.AccessGrant,
        answers=shapes.Complaint,
        repeatable=True,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """With a reason and, if wanted, an end. A grant that is there is renewed."""
        self.case(case_id, Permission.GRANT_ACCESS)
        body = self.read_body(inputs.AccessGrant)
        user = resources.account_of_id(body.pop("account"), field="account")

        def act() -> Answer:
            access.grant_access(actor=self.actor, case_id=case_id, user=user, now=self.now, **body)
            return case_answer(self.actor, case_id)

        return self.once(act)


class Seat(CaseView):
    """An oversight seat in a complaint."""

    @documented(
        "give_seat",
        "Give an outside reviewer a seat in a complaint",
        tag="complaints",
        body=inputs.Seat,
        answers=shapes.Complaint,
        repeatable=True,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """To read it and nothing else, until an end within three months."""
        self.case(case_id, Permission.GRANT_ACCESS)
        body = self.read_body(inputs.Seat)
        user = resources.account_of_id(body.pop("account"), field="account")

        def act() -> Answer:
            access.give_seat(actor=self.actor, case_id=case_id, user=user, now=self.now, **body)
            return case_answer(self.actor, case_id)

        return self.once(act)


class EndAccess(CaseView):
    """The end of personal access to a complaint."""

    @documented(
        "end_access",
        "End one account's personal access to a complaint",
        tag="complaints",
        body=inputs.AccessEnd,
        answers=None,
        status=204,
        repeatable=True,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Answers without content, because you may end your own access."""
        self.case(case_id, Permission.GRANT_ACCESS)
        body = self.read_body(inputs.AccessEnd)
        user = resources.account_of_id(body.pop("account"), field="account")

        def act() -> Answer:
            access.end_access(actor=self.actor, case_id=case_id, user=user, now=self.now, **body)
            return Answer(204, None, {})

        return self.once(act)
