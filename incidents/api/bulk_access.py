"""Giving several accounts access to several complaints: what it changes first, then the act."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import respond, shown
from accounts.api.documenting import documented
from accounts.idempotency import Answer
from accounts.roles import Permission
from bwcportal.errors import Invalid
from incidents.api import access_shapes, inputs
from incidents.api.base import CaseView
from incidents.enums import BulkMode
from incidents.selectors import resources
from incidents.services.bulk_access import grant_in_bulk, plan_bulk


class BulkCall(CaseView):
    """What both endpoints read."""

    def values(self, body: dict[str, Any]) -> dict[str, Any]:
        """Find the accounts; the complaints are found by the service, all of them or none."""
        users = [resources.account_of_id(pk, field="accounts") for pk in body.pop("accounts")]
        return {
            "actor": self.actor,
            "case_ids": body.pop("complaints"),
            "users": users,
            "mode": BulkMode(body.pop("mode")),
            "now": self.now,
            **body,
        }


class BulkAccessPreview(BulkCall):
    """What a bulk grant would change."""

    @documented(
        "preview_bulk_access",
        "Read what giving several accounts access to several complaints would change",
        tag="complaints",
        body=inputs.BulkAccess,
        answers=access_shapes.BulkPlan,
    )
    def post(self, request: Request) -> Response:
        """Changes nothing. One complaint that is absent or hidden refuses the whole call."""
        self.require(Permission.GRANT_ACCESS)
        plan = plan_bulk(**self.values(self.read_body(inputs.BulkAccess)))
        return respond(shown(access_shapes.BulkPlan, plan))


class BulkAccess(BulkCall):
    """A bulk grant."""

    @documented(
        "give_bulk_access",
        "Give several accounts access to several complaints",
        tag="complaints",
        body=inputs.BulkAccessConfirmed,
        answers=access_shapes.BulkPlan,
        repeatable=True,
        proven=True,
    )
    def post(self, request: Request) -> Response:
        """Makes exactly the changes whose digest the preview gave, all of them or none.

        The second factor is shown for the act `grant`, the object `bulk-access` and the digest as version.
        """
        self.require(Permission.GRANT_ACCESS)
        body, proof = self.read_body(inputs.BulkAccessConfirmed), self.read_proof()
        digest = body.pop("digest")
        if not digest:
            raise Invalid("Send the digest that the preview gave", field="digest")
        values = self.values(body)

        def act() -> Answer:
            return shown(access_shapes.BulkPlan, grant_in_bulk(shown=digest, proof=proof, **values))

        return self.once(act)
