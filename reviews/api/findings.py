"""Findings: what was decided on each allegation."""

from __future__ import annotations

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import PageQuery, listed, respond, shown
from accounts.api.documenting import documented
from accounts.idempotency import Answer
from accounts.roles import Permission
from bwcportal.phrasing import london_day
from incidents.api.base import CaseView
from incidents.api.shapes import AllegationWithVersion
from incidents.selectors.resources import allegations_for
from reviews.api import inputs, shapes
from reviews.events import FINDINGS_VIEWED
from reviews.selectors import resources
from reviews.services.findings import decide_allegation


class OneAllegation(CaseView):
    """One allegation."""

    @documented(
        "read_allegation",
        "Read an allegation",
        tag="allegations",
        answers=AllegationWithVersion,
        versioned=True,
    )
    def get(self, request: Request, allegation_id: UUID) -> Response:
        """The ETag is the version of its finding, `"0"` while it is not decided."""
        row = self.part(allegations_for(self.actor), "allegation", allegation_id)
        self.note(FINDINGS_VIEWED, row.complaint)
        version = resources.finding_version(row)
        return respond(shown(AllegationWithVersion, row, version=version, finding_version=version))


class Decide(CaseView):
    """Deciding one allegation."""

    @documented(
        "decide_allegation",
        "Decide an allegation, or replace its decision",
        tag="findings",
        body=inputs.Decision,
        answers=shapes.Finding,
        versioned=True,
        match=True,
        repeatable=True,
    )
    def post(self, request: Request, allegation_id: UUID) -> Response:
        """If-Match is the version of the finding, `"0"` for the first decision."""
        self.part(
            allegations_for(self.actor), "allegation", allegation_id, Permission.DECIDE_ALLEGATION
        )
        version = self.read_version()
        body = self.read_body(inputs.Decision)
        today = london_day(self.now)
        decision = resources.decision_of_code(body["decision"], on=today)
        reason = resources.reason_of_code(body["no_footage_reason"], on=today)

        def act() -> Answer:
            finding = decide_allegation(
                actor=self.actor,
                allegation_id=allegation_id,
                version=version,
                decision=decision,
                rationale=body["rationale"],
                cited_ids=body.get("cited", []),
                no_footage_reason=reason,
                no_footage_link_id=body["no_footage_link"],
                action_codes=body.get("actions", []),
                now=self.now,
            )
            row = resources.findings_for(self.actor).get(pk=finding.pk)
            return shown(shapes.Finding, row, version=row.version)

        return self.once(act)


class FindingsOfComplaint(CaseView):
    """The findings of a case."""

    @documented(
        "list_findings",
        "List the findings of a complaint",
        tag="findings",
        query=PageQuery,
        answers=shapes.Finding,
        pages=True,
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        """By the number of the allegation."""
        case = self.case(case_id)
        query = self.read_query()
        self.note(FINDINGS_VIEWED, case)
        rows = resources.findings_for(self.actor).filter(allegation__complaint=case)
        page = self.take_page(rows, order=("allegation__number",), query=query)
        return listed(shapes.Finding, page)


class OneFinding(CaseView):
    """One finding."""

    @documented(
        "read_finding", "Read a finding", tag="findings", answers=shapes.Finding, versioned=True
    )
    def get(self, request: Request, finding_id: UUID) -> Response:
        """The decision, its reasons and what it relies on."""
        row = self.part(resources.findings_for(self.actor), "finding", finding_id)
        self.note(FINDINGS_VIEWED, row.allegation.complaint)
        return respond(shown(shapes.Finding, row, version=row.version))
