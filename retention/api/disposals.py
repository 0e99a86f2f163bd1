"""What is due: proposed, approved by two people, destroyed; and the certificates that remain."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import PageQuery, listed, respond, shown
from accounts.api.documenting import documented
from accounts.idempotency import Answer
from accounts.roles import Permission
from audit.values import Subject
from incidents.api.base import CaseView
from incidents.api.inputs import Reason
from incidents.services.viewing import note_list_viewed
from retention import resources
from retention.api import inputs, shapes
from retention.events import CERTIFICATE_VIEWED, DISPOSALS_VIEWED, RETENTION_VIEWED
from retention.services import disposing


class DisposalView(CaseView):
    """An endpoint about disposals."""

    def disposal(self, disposal_id: UUID, permission: Permission) -> Any:
        """Open a disposal."""
        rows = resources.disposals_to_read(self.actor)
        return self.part(rows, "disposal", disposal_id, permission)

    def shown_disposal(self, disposal_id: UUID) -> Answer:
        """Put a disposal as it is now into an answer."""
        return shown(shapes.Disposal, resources.disposals_to_read(self.actor).get(pk=disposal_id))

    def note_list(self, what: str, rows: list[Any]) -> None:
        """Record that a list was read."""
        note_list_viewed(
            DISPOSALS_VIEWED,
            actor=self.actor,
            subject=Subject("disposal_list", "", what),
            now=self.now,
            details={"shown": [str(row.pk) for row in rows]},
        )


class Disposals(DisposalView):
    """All disposals of visible complaints."""

    @documented(
        "list_disposals",
        "List disposals, the oldest due first",
        tag="disposals",
        query=inputs.DisposalQuery,
        answers=shapes.Disposal,
        pages=True,
        found=False,
    )
    def get(self, request: Request) -> Response:
        """Of the cases that you may know of."""
        self.require(Permission.SEE_DISPOSALS)
        query = self.read_query(inputs.DisposalQuery)
        page = self.take_page(
            *resources.disposals_to_list(self.actor, state=query["state"] or ""),
            order=("due_on", "id"),
            query=query,
            load=resources.disposal_rows(),
        )
        self.note_list(query["state"] or "all", page.rows)
        return listed(shapes.Disposal, page)


class OneDisposal(DisposalView):
    """One disposal."""

    @documented("read_disposal", "Read a disposal", tag="disposals", answers=shapes.Disposal)
    def get(self, request: Request, disposal_id: UUID) -> Response:
        """By which rule, who approved it, and how far it has come."""
        row = self.disposal(disposal_id, Permission.SEE_DISPOSALS)
        self.note(RETENTION_VIEWED, row.complaint)
        return respond(shown(shapes.Disposal, row))


class Approve(DisposalView):
    """Approving a disposal."""

    @documented(
        "approve_disposal",
        "Approve a disposal",
        tag="disposals",
        body=Reason,
        answers=shapes.Disposal,
        repeatable=True,
        proven=True,
    )
    def post(self, request: Request, disposal_id: UUID) -> Response:
        """Two different people must; the second approval starts the quarantine."""
        self.disposal(disposal_id, Permission.APPROVE_DISPOSAL)
        body, proof = self.read_body(Reason), self.read_proof()

        def act() -> Answer:
            disposing.approve(
                actor=self.actor, disposal_id=disposal_id, proof=proof, now=self.now, **body
            )
            return self.shown_disposal(disposal_id)

        return self.once(act)


class Keep(DisposalView):
    """Stopping a disposal."""

    @documented(
        "keep_record",
        "Stop a disposal and keep the record",
        tag="disposals",
        body=inputs.Keep,
        answers=shapes.Disposal,
        repeatable=True,
    )
    def post(self, request: Request, disposal_id: UUID) -> Response:
        """The decision is recorded; the job proposes the record again after that day."""
        self.disposal(disposal_id, Permission.APPROVE_DISPOSAL)
        body = self.read_body(inputs.Keep)

        def act() -> Answer:
            disposing.stop(actor=self.actor, disposal_id=disposal_id, now=self.now, **body)
            return self.shown_disposal(disposal_id)

        return self.once(act)


class Certificates(DisposalView):
    """All certificates of visible tombstones."""

    @documented(
        "list_certificates",
        "List certificates of destruction, newest first",
        tag="certificates",
        query=PageQuery,
        answers=shapes.CertificateInList,
        pages=True,
        found=False,
    )
    def get(self, request: Request) -> Response:
        """Of the cases that you may know of."""
        self.require(Permission.SEE_DISPOSALS)
        query = self.read_query()
        page = self.take_page(
            *resources.certificates_to_list(self.actor),
            order=("-issued_at", "-id"),
            query=query,
            load=resources.certificate_rows(),
        )
        self.note_list("Certificates", page.rows)
        return listed(shapes.CertificateInList, page)


class OneCertificate(CaseView):
    """One certificate."""

    @documented(
        "read_certificate",
        "Read a certificate of destruction",
        tag="certificates",
        answers=shapes.Certificate,
    )
    def get(self, request: Request, certificate_id: UUID) -> Response:
        """What remains of a destroyed record: counts and dates, no content."""
        row = self.part(
            resources.certificates_for(self.actor),
            "certificate",
            certificate_id,
            Permission.SEE_DISPOSALS,
        )
        self.note(CERTIFICATE_VIEWED, row.complaint)
        return respond(shown(shapes.Certificate, row))
