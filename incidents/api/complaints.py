"""Complaints: the list, one with its parts, and logging one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import listed, respond, shown
from accounts.api.documenting import documented
from accounts.idempotency import Answer
from accounts.people import put_accounts
from accounts.roles import Permission
from audit.values import Subject
from bwcportal.phrasing import london_day
from incidents.api import inputs, shapes
from incidents.api.base import CaseView
from incidents.events import CASE_LIST_VIEWED, CASE_VIEWED
from incidents.selectors import resources
from incidents.selectors.cases import NEWEST
from incidents.services import logging
from incidents.services.viewing import note_list_viewed


def case_answer(actor: Any, case_id: UUID, *, status: int = 200) -> Answer:
    """Put a case as it is now into an answer, with its version."""
    detail = resources.read_case(actor, case_id)
    location = reverse("api-complaint", kwargs={"case_id": case_id}) if status == 201 else ""
    return shown(
        shapes.Complaint, detail, status=status, version=detail.case.version, location=location
    )


class Complaints(CaseView):
    """All complaints that the caller may know of."""

    @documented(
        "list_complaints",
        "List complaints, newest first",
        tag="complaints",
        query=inputs.ComplaintQuery,
        answers=shapes.ComplaintInList,
        pages=True,
        found=False,
    )
    def get(self, request: Request) -> Response:
        """Cases that your team or a personal grant opens to you, and no others."""
        query = self.read_query(inputs.ComplaintQuery)
        branches = resources.cases_for(
            self.actor,
            state=query["state"],
            team=query["team"],
            investigator=query["investigator"],
        )
        page = self.take_page(*branches, order=NEWEST, query=query, load=resources.case_rows())
        put_accounts(page.rows, "investigator", "supervisor")
        note_list_viewed(
            CASE_LIST_VIEWED,
            actor=self.actor,
            subject=Subject("case_list", "", "Cases"),
            now=self.now,
            details={"state": query["state"], "shown": [str(case.pk) for case in page.rows]},
        )
        return listed(shapes.ComplaintInList, page)

    @documented(
        "log_complaint",
        "Log a complaint",
        tag="complaints",
        body=inputs.NewComplaint,
        answers=shapes.Complaint,
        status=201,
        versioned=True,
        repeatable=True,
        found=False,
    )
    def post(self, request: Request) -> Response:
        """The portal makes the reference, and says when footage of the incident is auto-deleted."""
        self.require(Permission.LOG_COMPLAINT)
        data = self._complaint(self.read_body(inputs.NewComplaint))

        def act() -> Answer:
            case = logging.log_complaint(actor=self.actor, data=data, now=self.now)
            return case_answer(self.actor, case.pk, status=201)

        return self.once(act)

    def _complaint(self, body: dict[str, Any]) -> logging.NewComplaint:
        """Find the rows that the codes and identifiers of a new complaint name."""
        today = london_day(self.now)
        incident = {**body["incident"], "unit": resources.unit_of_code(body["incident"]["unit"])}
        return logging.NewComplaint(
            channel=body["channel"],
            made_on=body["made_on"],
            title=body["title"],
            summary=body["summary"],
            original_words=body["original_words"],
            incident=logging.NewIncident(**incident),
            complainant=logging.NewComplainant(**body["complainant"]),
            subjects=[
                logging.NewSubject(
                    person=resources.person_of_id(each["officer"]) if each["officer"] else None,
                    description=each["description"],
                )
                for each in body["subjects"]
            ],
            allegations=[
                logging.NewAllegation(
                    category=resources.category_of_code(each["category"], on=today),
                    words=each["words"],
                    subject_indexes=tuple(each.get("subjects", ())),
                )
                for each in body["allegations"]
            ],
            team=resources.team_of_code(body["team"]) if "team" in body else None,
            is_restricted=body["is_restricted"],
            factors=resources.factors_of_codes(body.get("factors", []), on=today),
        )


class OneComplaint(CaseView):
    """One complaint."""

    @documented(
        "read_complaint",
        "Read a complaint with its parts",
        tag="complaints",
        answers=shapes.Complaint,
        versioned=True,
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        """The reading is recorded. The ETag is the version that changes of the case need."""
        case = self.case(case_id)
        self.note(CASE_VIEWED, case)
        answer = shown(
            shapes.Complaint, resources.detail_of(self.actor, case), version=case.version
        )
        return respond(answer)


class AllegationsOfComplaint(CaseView):
    """The allegations of one complaint."""

    @documented(
        "list_allegations",
        "List the allegations of a complaint",
        tag="allegations",
        answers=shapes.Allegation,
        pages=True,
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        """In the order of their numbers; all on one page."""
        case = self.case(case_id)
        self.note(CASE_VIEWED, case)
        rows = resources.allegations_for(self.actor).filter(complaint=case).order_by("number")
        return listed(shapes.Allegation, rows)


class Incidents(CaseView):
    """All incidents of visible complaints."""

    @documented(
        "list_incidents",
        "List incidents, latest first",
        tag="incidents",
        query=inputs.PageQuery,
        answers=shapes.Incident,
        pages=True,
        found=False,
    )
    def get(self, request: Request) -> Response:
        """The incidents of the cases that you may know of."""
        query = self.read_query()
        page = self.take_page(
            *resources.incidents_to_list(self.actor),
            order=("-starts_at", "-id"),
            query=query,
            load=resources.incident_rows(),
        )
        note_list_viewed(
            CASE_LIST_VIEWED,
            actor=self.actor,
            subject=Subject("incident_list", "", "Incidents"),
            now=self.now,
            details={"shown": [str(row.pk) for row in page.rows]},
        )
        return listed(shapes.Incident, page)


class OneIncident(CaseView):
    """One incident."""

    @documented(
        "read_incident",
        "Read an incident and which complaints are about it",
        tag="incidents",
        answers=shapes.IncidentWithCases,
    )
    def get(self, request: Request, incident_id: UUID) -> Response:
        """Names only the complaints that you may know of."""
        row = self.part(resources.incidents_for(self.actor), "incident", incident_id)
        cases = resources.cases_of_incident(self.actor, row)
        for case in cases:
            self.note(CASE_VIEWED, case)
        return respond(shown(shapes.IncidentWithCases, row, cases=cases))
