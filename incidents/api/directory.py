"""What complaints refer to: officers, cameras, units, colleagues and the lists of codes."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import listed, respond, shown
from accounts.api.documenting import documented
from accounts.roles import Permission, Role
from bwcportal.phrasing import london_day
from incidents.api import footage_shapes, inputs, shapes
from incidents.api.base import CaseView
from incidents.selectors import resources
from incidents.selectors.officers import find_officers


class Officers(CaseView):
    """Officers by number or surname."""

    @documented(
        "find_officers",
        "Find officers by the beginning of their number or surname",
        tag="officers",
        query=inputs.OfficerQuery,
        answers=shapes.Officer,
        pages=True,
        found=False,
    )
    def get(self, request: Request) -> Response:
        """Ten at most: type more to find fewer."""
        self.require(Permission.LOG_COMPLAINT)
        query = self.read_query(inputs.OfficerQuery)
        return listed(shapes.Officer, find_officers(query["q"]))


class OneOfficer(CaseView):
    """One officer."""

    @documented("read_officer", "Read an officer", tag="officers", answers=shapes.Officer)
    def get(self, request: Request, officer_id: UUID) -> Response:
        """Who they are in the force; nothing of complaints."""
        self.require(Permission.LOG_COMPLAINT)
        return respond(shown(shapes.Officer, resources.officer(officer_id)))


class Cameras(CaseView):
    """Cameras by serial or by who had them."""

    @documented(
        "list_cameras",
        "List cameras by serial, or by who had them and when",
        tag="cameras",
        query=inputs.CameraQuery,
        answers=footage_shapes.Camera,
        pages=True,
        found=False,
    )
    def get(self, request: Request) -> Response:
        """Ask which camera an officer had at the time of an incident."""
        self.require(Permission.SEARCH_FOOTAGE)
        query = self.read_query(inputs.CameraQuery)
        rows = resources.cameras(serial=query["serial"], officer=query["officer"], at=query["at"])
        return listed(footage_shapes.Camera, self.take_page(rows, order=("serial",), query=query))


class OneCamera(CaseView):
    """One camera."""

    @documented("read_camera", "Read a camera", tag="cameras", answers=footage_shapes.Camera)
    def get(self, request: Request, camera_id: UUID) -> Response:
        """The camera and who had it."""
        self.require(Permission.SEARCH_FOOTAGE)
        return respond(shown(footage_shapes.Camera, resources.camera(camera_id)))


class Units(CaseView):
    """Units of the force."""

    @documented(
        "list_units",
        "List the units of the force",
        tag="reference",
        query=inputs.PageQuery,
        answers=shapes.UnitOrTeam,
        pages=True,
        found=False,
    )
    def get(self, request: Request) -> Response:
        """Boroughs and specialist units by code."""
        query = self.read_query()
        page = self.take_page(resources.units(), order=("code",), query=query)
        return listed(shapes.UnitOrTeam, page)


class Colleagues(CaseView):
    """Accounts of the caller's own teams."""

    @documented(
        "list_colleagues",
        "List the accounts of your teams",
        tag="reference",
        query=inputs.ColleagueQuery,
        answers=footage_shapes.Colleague,
        pages=True,
        found=False,
    )
    def get(self, request: Request) -> Response:
        """To choose an investigator or a supervisor from."""
        query = self.read_query(inputs.ColleagueQuery)
        role = Role(query["role"]) if query["role"] else None
        rows = resources.colleagues(self.actor, role=role)
        page = self.take_page(
            rows, order=("person_surname", "id"), query=query, load=resources.colleague_rows()
        )
        return listed(footage_shapes.Colleague, page, now=self.now)


class ReferenceLists(CaseView):
    """The lists of reference data."""

    @documented(
        "list_reference",
        "List the lists of reference data",
        tag="reference",
        answers=footage_shapes.ReferenceList,
        pages=True,
        found=False,
    )
    def get(self, request: Request) -> Response:
        """Categories, decisions, reasons, rules and others."""
        names = sorted(resources.reference_lists())
        rows = [
            {"name": name, "url": reverse("api-reference-list", kwargs={"list_name": name})}
            for name in names
        ]
        return listed(footage_shapes.ReferenceList, rows)


class OneReferenceList(CaseView):
    """One list of reference data."""

    @documented(
        "read_reference",
        "Read a list of reference data",
        tag="reference",
        query=inputs.ReferenceQuery,
        answers=footage_shapes.ReferenceRow,
        pages=True,
    )
    def get(self, request: Request, list_name: str) -> Response:
        """The versions in force on a London day, each with its source or marked unconfirmed."""
        query = self.read_query(inputs.ReferenceQuery)
        rows = resources.reference_rows(list_name, on=query["on"] or london_day(self.now))
        return listed(footage_shapes.ReferenceRow, rows, columns=resources.own_columns)
