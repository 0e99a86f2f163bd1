"""Moving a complaint to another team, restricting it, and lifting the restriction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.documenting import documented
from accounts.api.fields import StrictSerializer
from accounts.idempotency import Answer
from accounts.roles import Permission
from incidents.api import inputs
from incidents.api.base import CaseView
from incidents.selectors import resources
from incidents.services import relocating


class Relocation(CaseView):
    """An act by which the caller may lose the complaint: it answers without content."""

    def run(
        self,
        case_id: UUID,
        permission: Permission,
        serializer: type[StrictSerializer],
        service: Callable[..., Any],
        *,
        proven: bool = False,
    ) -> Response:
        """Open the complaint, read version and body, call the service once."""
        self.case(case_id, permission)
        version = self.read_version()
        values = self.prepare(self.read_body(serializer))
        if proven:
            values["proof"] = self.read_proof()

        def act() -> Answer:
            service(actor=self.actor, case_id=case_id, version=version, now=self.now, **values)
            return Answer(204, None, {})

        return self.once(act)

    def prepare(self, body: dict[str, Any]) -> dict[str, Any]:
        """Find the rows that the body names."""
        return body


class Transfer(Relocation):
    """The move to another team."""

    @documented(
        "transfer_complaint",
        "Move a complaint to another team",
        tag="complaints",
        body=inputs.Transfer,
        answers=None,
        status=204,
        match=True,
        repeatable=True,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """The old team loses it in the same moment; an investigator who is not kept loses the part."""
        return self.run(case_id, Permission.MANAGE_CASE, inputs.Transfer, relocating.transfer_case)

    def prepare(self, body: dict[str, Any]) -> dict[str, Any]:
        """Find the team."""
        return {**body, "team": resources.team_of_code(body["team"])}


class Restrict(Relocation):
    """The restriction."""

    @documented(
        "restrict_complaint",
        "Restrict a complaint to named people",
        tag="complaints",
        body=inputs.Restriction,
        answers=None,
        status=204,
        match=True,
        repeatable=True,
        proven=True,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Name in `keep` who of its team keeps it, yourself too."""
        return self.run(
            case_id,
            Permission.RESTRICT_CASE,
            inputs.Restriction,
            relocating.restrict_case,
            proven=True,
        )


class LiftRestriction(Relocation):
    """The end of the restriction."""

    @documented(
        "lift_restriction",
        "Open a restricted complaint to its team again",
        tag="complaints",
        body=inputs.ShortReason,
        answers=None,
        status=204,
        match=True,
        repeatable=True,
        proven=True,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Grants stay."""
        return self.run(
            case_id,
            Permission.RESTRICT_CASE,
            inputs.ShortReason,
            relocating.lift_restriction,
            proven=True,
        )
