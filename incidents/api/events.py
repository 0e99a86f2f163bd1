"""The record of events of a case: every act, every reading, and refusals for who may see them."""

from __future__ import annotations

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import listed
from accounts.api.documenting import documented
from accounts.api.paging import Page, address_of_next
from accounts.cursors import decode
from accounts.roles import Permission
from audit.selectors import history_of_case
from bwcportal.errors import Invalid
from incidents.api import inputs, shapes
from incidents.api.base import CaseView
from incidents.events import HISTORY_VIEWED


class EventsOfComplaint(CaseView):
    """The history of a case."""

    @documented(
        "list_events",
        "List the events of a complaint, newest first",
        tag="events",
        query=inputs.PageQuery,
        answers=shapes.Event,
        pages=True,
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        """Reading the history is an event too. Nothing in it can be changed or taken out."""
        case = self.case(case_id, Permission.SEE_HISTORY)
        query = self.read_query()
        self.note(HISTORY_VIEWED, case)
        found = history_of_case(
            case.pk,
            before=_event_id(query["cursor"]) if query["cursor"] else None,
            limit=query["limit"],
            include_refusals=self.actor.has_role_permission(Permission.SEE_REFUSALS),
        )
        following = address_of_next(request, [found.next_before]) if found.next_before else None
        return listed(shapes.Event, Page(found.rows, following))


def _event_id(cursor: str) -> UUID:
    (text,) = decode(cursor, parts=1)
    try:
        return UUID(text)
    except ValueError as error:
        raise Invalid(
            "This cursor was not made here. Begin with the first page", field="cursor"
        ) from error
