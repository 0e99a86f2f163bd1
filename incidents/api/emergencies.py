"""Emergency access: opening a case by its reference, ending it, reviewing it, being told of it."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import PageQuery, listed, respond, shown
from accounts.api.documenting import documented
from accounts.api.fields import Code, Id, Moment, StrictSerializer, Text
from accounts.idempotency import Answer
from accounts.roles import Permission
from incidents.api.base import CaseView
from incidents.api.inputs import Nothing
from incidents.api.shapes import Named
from incidents.enums import EmergencyOutcome, NoticeRole
from incidents.events import EMERGENCY_VIEWED
from incidents.selectors import emergencies as uses
from incidents.services import emergencies as services
from incidents.services.emergency_reviews import review_emergency


class EmergencyAccess(serializers.Serializer):
    """One use of emergency access. `over_at` is when it ended or will end."""

    id = Id()
    complaint = Id(source="complaint_id")
    reference = Text(source="complaint.reference")
    account = Named()
    reason = Text()
    opened_at = Moment()
    over_at = Moment()
    ended_by = Named(allow_null=True)
    review_due_at = Moment()
    reviewed_by = Named(allow_null=True)
    reviewed_at = Moment(allow_null=True)
    outcome = Code(choices=EmergencyOutcome.choices, allow_blank=True)
    note = Text()


class EmergencyNotice(serializers.Serializer):
    """A notice of an emergency access to one person."""

    id = Id()
    emergency = EmergencyAccess()
    told_as = Code(choices=NoticeRole.choices)
    made_at = Moment()
    acknowledged_at = Moment(allow_null=True)


class NewEmergency(StrictSerializer):
    """The whole reference of a case, and why it cannot wait."""

    reference = Text(max_length=60)
    reason = Text(max_length=200)


class EmergencyReview(StrictSerializer):
    """Whether it was justified, and why you decided so."""

    outcome = Code(choices=EmergencyOutcome.choices)
    note = Text(max_length=500)


class EmergencyView(CaseView):
    """An endpoint about uses of emergency access."""

    def answer(self, emergency_id: UUID, *, status: int = 200) -> Answer:
        """Read a use on a case that the caller may know of and put it into an answer."""
        return shown(
            EmergencyAccess,
            uses.use_of_id(self.actor, emergency_id),
            status=status,
            location=reverse("api-emergency", args=[emergency_id]) if status == 201 else "",
        )


class Emergencies(EmergencyView):
    """Uses of emergency access."""

    @documented(
        "list_emergencies",
        "List the uses of emergency access, the last first",
        tag="emergencies",
        query=PageQuery,
        answers=EmergencyAccess,
        pages=True,
        found=False,
    )
    def get(self, request: Request) -> Response:
        """On cases that you may see."""
        self.require(Permission.REVIEW_EMERGENCY)
        query = self.read_query()
        page = self.take_page(
            *uses.uses_of_emergency(self.actor),
            order=uses.LATEST_USE,
            query=query,
            load=uses.use_rows(),
        )
        return listed(EmergencyAccess, page)

    @documented(
        "open_in_emergency",
        "Open a complaint in an emergency, by its reference",
        tag="emergencies",
        body=NewEmergency,
        answers=EmergencyAccess,
        status=201,
        repeatable=True,
        found=False,
    )
    def post(self, request: Request) -> Response:
        """Who works on it and who oversees access is told at once, and it is reviewed afterwards.

        What is absent, restricted or kept from you is refused in the same words.
        """
        self.require(Permission.BREAK_GLASS)
        body = self.read_body(NewEmergency)

        def act() -> Answer:
            made = services.open_in_emergency(actor=self.actor, now=self.now, **body)
            return self.answer(made.pk, status=201)

        return self.once(act, in_one_transaction=False)


class OneEmergency(EmergencyView):
    """One use of emergency access."""

    @documented(
        "read_emergency",
        "Read a use of emergency access",
        tag="emergencies",
        answers=EmergencyAccess,
    )
    def get(self, request: Request, emergency_id: UUID) -> Response:
        """Who opened which complaint, why, until when, and what the review found."""
        found = uses.use_of_id(self.actor, emergency_id)
        self.require(Permission.SEE_HISTORY)
        self.note(EMERGENCY_VIEWED, found.complaint)
        return respond(shown(EmergencyAccess, found))


class EndEmergency(EmergencyView):
    """The end of an emergency access."""

    @documented(
        "end_emergency",
        "End an emergency access at once",
        tag="emergencies",
        answers=None,
        status=204,
        repeatable=True,
    )
    def post(self, request: Request, emergency_id: UUID) -> Response:
        """By who opened it or who gives access. Answers without content: it may have been yours."""
        found = uses.use_of_id(self.actor, emergency_id)
        if found.account_id != self.actor.pk:
            self.require(Permission.GRANT_ACCESS)
        self.read_body(Nothing)

        def act() -> Answer:
            services.end_emergency(actor=self.actor, emergency_id=emergency_id, now=self.now)
            return Answer(204, None, {})

        return self.once(act)


class ReviewEmergency(EmergencyView):
    """The review of an emergency access."""

    @documented(
        "review_emergency",
        "Record whether an emergency access was justified",
        tag="emergencies",
        body=EmergencyReview,
        answers=EmergencyAccess,
        repeatable=True,
    )
    def post(self, request: Request, emergency_id: UUID) -> Response:
        """When it is over, by somebody who neither opened it nor covers for who did."""
        uses.use_of_id(self.actor, emergency_id)
        self.require(Permission.REVIEW_EMERGENCY)
        body = self.read_body(EmergencyReview)

        def act() -> Answer:
            review_emergency(actor=self.actor, emergency_id=emergency_id, now=self.now, **body)
            return self.answer(emergency_id)

        return self.once(act)


class EmergencyNotices(CaseView):
    """Notices to the caller."""

    @documented(
        "list_emergency_notices",
        "List the emergency accesses that you are to take note of",
        tag="emergencies",
        query=PageQuery,
        answers=EmergencyNotice,
        pages=True,
        found=False,
    )
    def get(self, request: Request) -> Response:
        """Those that you have not acknowledged, on cases that you may see, at most a hundred."""
        self.read_query()
        return listed(EmergencyNotice, uses.notices_of(self.actor))


class AcknowledgeEmergency(CaseView):
    """Taking note of an emergency access."""

    @documented(
        "acknowledge_emergency",
        "Acknowledge the notice of an emergency access",
        tag="emergencies",
        answers=None,
        status=204,
    )
    def post(self, request: Request, notice_id: UUID) -> Response:
        """A second time changes nothing."""
        self.read_body(Nothing)
        services.acknowledge(actor=self.actor, notice_id=notice_id, now=self.now)
        return respond(Answer(204, None, {}))
