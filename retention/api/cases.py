"""The end of a case: finalising, reopening, when it goes, and what pauses that."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import PageQuery, listed, respond, shown
from accounts.api.documenting import documented
from accounts.idempotency import Answer
from accounts.roles import Permission
from incidents.api.acts import ActOnCase
from incidents.api.base import CaseView
from incidents.api.inputs import Nothing, Reason
from incidents.api.shapes import Complaint
from retention import resources, selectors
from retention.api import inputs, shapes
from retention.events import RETENTION_VIEWED
from retention.services import finalising, holds


class Finalise(ActOnCase):
    """Finalising a complaint."""

    @documented(
        "finalise_complaint",
        "Finalise a complaint and start its retention clock",
        tag="complaints",
        answers=Complaint,
        versioned=True,
        match=True,
        repeatable=True,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """The rule in force today decides when the record goes."""
        return self.run(case_id, Permission.FINALISE, Nothing, finalising.finalise)


class Reopen(ActOnCase):
    """Reopening a complaint."""

    @documented(
        "reopen_complaint",
        "Reopen a complaint and stop its retention clock",
        tag="complaints",
        body=Reason,
        answers=Complaint,
        versioned=True,
        match=True,
        repeatable=True,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """A disposal that waits is stopped; one that has begun cannot be."""
        return self.run(case_id, Permission.FINALISE, Reason, finalising.reopen)


class RetentionOfComplaint(CaseView):
    """When a case goes."""

    @documented(
        "read_retention",
        "Read when a complaint's record will be destroyed, and why",
        tag="holds",
        answers=shapes.Retention,
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        """With the arithmetic. Null in every part once it is destroyed or no rule covers it."""
        case = self.case(case_id)
        self.note(RETENTION_VIEWED, case)
        expiry = selectors.expiry_of(case, now=self.now)
        if expiry is None:
            return Response(dict.fromkeys(shapes.Retention().fields))
        return respond(shown(shapes.Retention, expiry))


class HoldsOfComplaint(CaseView):
    """The holds on a case."""

    @documented(
        "list_holds",
        "List the holds on a complaint",
        tag="holds",
        query=PageQuery,
        answers=shapes.Hold,
        pages=True,
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        """The last placed first, released ones too."""
        case = self.case(case_id)
        query = self.read_query()
        self.note(RETENTION_VIEWED, case)
        rows = resources.holds_for(self.actor).filter(complaint=case)
        return listed(shapes.Hold, self.take_page(rows, order=("-placed_at", "-id"), query=query))

    @documented(
        "place_hold",
        "Place a hold on a complaint",
        tag="holds",
        body=inputs.NewHold,
        answers=shapes.Hold,
        status=201,
        repeatable=True,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """From now on nothing of the case is destroyed until a second person releases it."""
        self.case(case_id, Permission.PLACE_HOLD)
        body = self.read_body(inputs.NewHold)
        data = holds.NewHold(
            reason_code=body["reason"], authority=body["authority"], review_on=body["review_on"]
        )

        def act() -> Answer:
            hold = holds.place_hold(actor=self.actor, case_id=case_id, data=data, now=self.now)
            where = reverse("api-hold", kwargs={"hold_id": hold.pk})
            return shown(shapes.Hold, hold, status=201, location=where)

        # A hold that comes too late is recorded in a transaction of its own.
        return self.once(act, in_one_transaction=False)


class OneHold(CaseView):
    """One hold."""

    @documented("read_hold", "Read a hold", tag="holds", answers=shapes.Hold)
    def get(self, request: Request, hold_id: UUID) -> Response:
        """Why, on whose authority, and whether it is released."""
        row = self.part(resources.holds_for(self.actor), "hold", hold_id)
        self.note(RETENTION_VIEWED, row.complaint)
        return respond(shown(shapes.Hold, row))


class ReleaseHold(CaseView):
    """Releasing one hold."""

    @documented(
        "release_hold",
        "Release a hold that somebody else placed",
        tag="holds",
        body=Reason,
        answers=shapes.Hold,
        repeatable=True,
        proven=True,
    )
    def post(self, request: Request, hold_id: UUID) -> Response:
        """Never by the person who placed it."""
        self.part(resources.holds_for(self.actor), "hold", hold_id, Permission.RELEASE_HOLD)
        body, proof = self.read_body(Reason), self.read_proof()

        def act() -> Answer:
            holds.release_hold(actor=self.actor, hold_id=hold_id, proof=proof, now=self.now, **body)
            return shown(shapes.Hold, resources.holds_for(self.actor).get(pk=hold_id))

        return self.once(act)
