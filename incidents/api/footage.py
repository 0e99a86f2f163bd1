"""Footage: searching the evidence system, attaching what it found, keeping it, opening it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import listed, respond, shown
from accounts.api.documenting import documented
from accounts.idempotency import Answer
from accounts.roles import Permission
from incidents.api import footage_shapes as shapes
from incidents.api import inputs
from incidents.api.base import CaseView
from incidents.events import FOOTAGE_VIEWED
from incidents.selectors import resources
from incidents.services import footage, losses, playback, preservation, preservation_checks
from incidents.services.watched_stream import still_watches
from incidents.views.stream import send_recording

BY_NUMBER = ("number",)


class LinkView(CaseView):
    """An endpoint about one recording of a case."""

    def link(self, link_id: UUID, permission: Permission | None = None) -> Any:
        """Open a recording's place in a case."""
        return self.part(resources.links_for(self.actor), "footage", link_id, permission)

    def shown_link(self, link_id: UUID, *, status: int = 200) -> Answer:
        """Put a recording as it is now into an answer."""
        row = resources.links_for(self.actor).get(pk=link_id)
        where = reverse("api-footage", kwargs={"link_id": link_id}) if status == 201 else ""
        return shown(shapes.Footage, row, status=status, location=where)


class Searches(CaseView):
    """The searches of a case."""

    @documented(
        "list_searches",
        "List the searches for footage of a complaint",
        tag="footage",
        query=inputs.PageQuery,
        answers=shapes.Search,
        pages=True,
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        """The latest first; also those that found nothing."""
        case = self.case(case_id)
        query = self.read_query()
        self.note(FOOTAGE_VIEWED, case)
        rows = resources.searches_for(self.actor).filter(complaint=case)
        return listed(
            shapes.Search, self.take_page(rows, order=("-searched_at", "-id"), query=query)
        )

    @documented(
        "search_footage",
        "Search the evidence system",
        tag="footage",
        body=inputs.FootageQuery,
        answers=shapes.SearchWithFound,
        status=201,
        repeatable=True,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """The search is recorded whether or not it finds anything, also when no answer comes."""
        self.case(case_id, Permission.SEARCH_FOOTAGE)
        criteria = criteria_of(self.read_body(inputs.FootageQuery))

        def act() -> Answer:
            search, found = footage.search_footage(
                actor=self.actor, case_id=case_id, criteria=criteria, now=self.now
            )
            return shown(shapes.SearchWithFound, search, status=201, found=found)

        return self.once(act, in_one_transaction=False)


class SearchesByHand(CaseView):
    """Searches that people made elsewhere."""

    @documented(
        "record_search",
        "Record a search made by hand and what came of it",
        tag="footage",
        body=inputs.SearchByHand,
        answers=shapes.Search,
        status=201,
        repeatable=True,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """“None found” and “camera not worn” are facts like any other."""
        self.case(case_id, Permission.SEARCH_FOOTAGE)
        body = self.read_body(inputs.SearchByHand)

        def act() -> Answer:
            search = footage.record_search(
                actor=self.actor,
                case_id=case_id,
                criteria=criteria_of(body),
                result=body["result"],
                place=body["place"],
                note=body["note"],
                now=self.now,
            )
            return shown(shapes.Search, search, status=201)

        return self.once(act, in_one_transaction=False)


class FootageOfComplaint(LinkView):
    """The recordings of a case."""

    @documented(
        "list_footage",
        "List the recordings of a complaint",
        tag="footage",
        query=inputs.PageQuery,
        answers=shapes.Footage,
        pages=True,
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        """In the order in which they were attached, lost ones too."""
        case = self.case(case_id)
        query = self.read_query()
        self.note(FOOTAGE_VIEWED, case)
        rows = resources.links_for(self.actor).filter(complaint=case)
        return listed(shapes.Footage, self.take_page(rows, order=BY_NUMBER, query=query))

    @documented(
        "attach_footage",
        "Attach a recording that a search found",
        tag="footage",
        body=inputs.Attachment,
        answers=shapes.Footage,
        status=201,
        repeatable=True,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Attaching a recording twice gives the place it has already."""
        self.case(case_id, Permission.SEARCH_FOOTAGE)
        body = self.read_body(inputs.Attachment)

        def act() -> Answer:
            link = footage.attach_footage(actor=self.actor, case_id=case_id, now=self.now, **body)
            return self.shown_link(link.pk, status=201)

        return self.once(act, in_one_transaction=False)


class OneFootage(LinkView):
    """One recording of a case."""

    @documented("read_footage", "Read a recording", tag="footage", answers=shapes.Footage)
    def get(self, request: Request, link_id: UUID) -> Response:
        """What the portal knows of it; the video stays in the evidence system."""
        link = self.link(link_id)
        self.note(FOOTAGE_VIEWED, link.complaint)
        return respond(shown(shapes.Footage, link))


class PreserveFootage(LinkView):
    """Keeping one recording."""

    @documented(
        "preserve_footage",
        "Ask the evidence system to keep a recording",
        tag="preservations",
        answers=shapes.Preservation,
        repeatable=True,
    )
    def post(self, request: Request, link_id: UUID) -> Response:
        """REQUESTED means that no answer came yet: the portal asks again every 15 minutes."""
        self.link(link_id, Permission.PRESERVE_FOOTAGE)
        self.read_body(inputs.Nothing)

        def act() -> Answer:
            done = preservation.request_preservation(
                actor=self.actor, link_id=link_id, now=self.now
            )
            return shown(shapes.Preservation, done)

        return self.once(act, in_one_transaction=False)


class PreservationsOfComplaint(CaseView):
    """Keeping every recording of a case."""

    @documented(
        "list_preservations",
        "List how the recordings of a complaint are kept",
        tag="preservations",
        answers=shapes.Preservation,
        pages=True,
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        """One for each recording that somebody asked to keep; all on one page."""
        case = self.case(case_id)
        self.note(FOOTAGE_VIEWED, case)
        rows = resources.preservations_for(self.actor).filter(link__complaint=case)
        return listed(shapes.Preservation, rows.order_by("link__number"))

    @documented(
        "preserve_all_footage",
        "Ask for every recording of a complaint that nobody keeps yet",
        tag="preservations",
        answers=shapes.Preservation,
        pages=True,
        repeatable=True,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Answers with what became of each request."""
        self.case(case_id, Permission.PRESERVE_FOOTAGE)
        self.read_body(inputs.Nothing)

        def act() -> Answer:
            done = preservation.request_preservation_of_all(
                actor=self.actor, case_id=case_id, now=self.now
            )
            items = [shown(shapes.Preservation, each).body for each in done]
            return Answer(200, {"items": items, "next": None}, {})

        return self.once(act, in_one_transaction=False)


class OnePreservation(CaseView):
    """One preservation."""

    @documented(
        "read_preservation",
        "Read a preservation",
        tag="preservations",
        answers=shapes.Preservation,
    )
    def get(self, request: Request, preservation_id: UUID) -> Response:
        """The request, the receipt, and when the hold was last seen."""
        rows = resources.preservations_for(self.actor)
        row = self.part(rows, "preservation", preservation_id)
        self.note(FOOTAGE_VIEWED, row.link.complaint)
        return respond(shown(shapes.Preservation, row))


class CheckFootage(LinkView):
    """Checking that one recording is kept."""

    @documented(
        "check_footage",
        "Ask the evidence system whether it keeps a recording unchanged",
        tag="preservations",
        answers=shapes.CheckResult,
        repeatable=True,
    )
    def post(self, request: Request, link_id: UUID) -> Response:
        """What the nightly job does, now."""
        self.link(link_id, Permission.PRESERVE_FOOTAGE)
        self.read_body(inputs.Nothing)

        def act() -> Answer:
            seen = preservation_checks.check_preservation(
                actor=self.actor, link_id=link_id, now=self.now
            )
            return shown(shapes.CheckResult, {"seen": seen})

        return self.once(act, in_one_transaction=False)


class ReportLost(LinkView):
    """Losing one recording."""

    @documented(
        "report_footage_lost",
        "Report that a recording is lost",
        tag="footage",
        body=inputs.Reason,
        answers=shapes.Footage,
        repeatable=True,
    )
    def post(self, request: Request, link_id: UUID) -> Response:
        """The evidence system is asked first: what it still holds unchanged is not lost."""
        self.link(link_id, Permission.PRESERVE_FOOTAGE)
        body = self.read_body(inputs.Reason)

        def act() -> Answer:
            losses.mark_lost(actor=self.actor, link_id=link_id, now=self.now, **body)
            return self.shown_link(link_id)

        return self.once(act, in_one_transaction=False)


class OpenFootage(LinkView):
    """Opening one recording for playing."""

    @documented(
        "open_footage",
        "Get a short-lived address for the bytes of a recording",
        tag="footage",
        answers=shapes.PlaybackAddress,
    )
    def post(self, request: Request, link_id: UUID) -> Response:
        """The opening is recorded. The address works for this token or session alone."""
        link = self.link(link_id, Permission.WATCH_FOOTAGE)
        self.read_body(inputs.Nothing)
        token = playback.playback_token(
            actor=self.actor, session_key=caller_key(request), link=link, now=self.now
        )
        address = {
            "url": reverse("api-playback", kwargs={"token": token}),
            "expires_in_seconds": settings.PLAYBACK_LINK_SECONDS,
        }
        return respond(shown(shapes.PlaybackAddress, address))


class Playback(CaseView):
    """The bytes of a recording."""

    @extend_schema(
        operation_id="play_footage",
        summary="Read the bytes of a recording",
        tags=["footage"],
        responses={
            (206, "video/mp4"): OpenApiResponse(OpenApiTypes.BINARY, description="A range"),
            (416, "video/mp4"): OpenApiResponse(
                OpenApiTypes.BINARY, description="No such range, or none asked for"
            ),
        },
    )
    def get(self, request: Request, token: str) -> HttpResponseBase:
        """Send `Range`, for example `bytes=0-`: at most 1 MiB comes at a time."""
        key = caller_key(request)
        link = playback.link_for_token(user=self.actor, session_key=key, token=token)

        def is_allowed() -> bool:
            return still_watches(
                user=self.actor,
                session=request._request.session,
                session_key=key,
                token=token,
                api_token=request.auth,
            )

        return send_recording(request._request, link.footage, is_allowed=is_allowed)


def caller_key(request: Request) -> str:
    """Name what the caller came in with: the token's row, or the session."""
    if request.auth is not None:
        return f"api-token:{request.auth.pk}"
    return request._request.session.session_key or ""


def criteria_of(body: dict[str, Any]) -> footage.SearchCriteria:
    """Put the body of a search into the service's words."""
    return footage.SearchCriteria(
        window_from=body["window_from"],
        window_to=body["window_to"],
        collar_numbers=tuple(body.get("collar_numbers", ())),
        camera_serial=body["camera_serial"],
    )
