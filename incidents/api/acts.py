"""Acts on a complaint: how it is handled, its pauses, what the complainant is sent."""

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
from incidents.api import inputs, shapes
from incidents.api.base import CaseView
from incidents.api.complaints import case_answer
from incidents.selectors import resources
from incidents.selectors.access_preview import is_open_to
from incidents.services import handling, outcomes
from incidents.services.conflicts import ConflictRefused, note_refused

Service = Callable[..., Any]


class ActOnCase(CaseView):
    """An act that takes the version of the case and answers with the case as it is then."""

    def run(
        self,
        case_id: UUID,
        permission: Permission,
        serializer: type[StrictSerializer],
        service: Service,
    ) -> Response:
        """Open the case, read version and body, call the service once, answer with the case."""
        self.case(case_id, permission)
        version = self.read_version()
        values = self.prepare(self.read_body(serializer))

        def act() -> Answer:
            service(actor=self.actor, case_id=case_id, version=version, now=self.now, **values)
            if not is_open_to(self.actor, case_id):
                return Answer(204, None, {})
            return case_answer(self.actor, case_id)

        try:
            return self.once(act)
        except ConflictRefused as refused:
            # Under an Idempotency-Key the act was part of another transaction, now rolled back.
            note_refused(refused, actor=self.actor, now=self.now)
            raise

    def prepare(self, body: dict[str, Any]) -> dict[str, Any]:
        """Find the rows that the body names."""
        return body


class Handling(ActOnCase):
    """How a complaint is handled."""

    @documented(
        "decide_handling",
        "Decide how a complaint is handled and by whom",
        tag="complaints",
        body=inputs.HandlingDecision,
        answers=shapes.Complaint,
        versioned=True,
        match=True,
        repeatable=True,
        losing=True,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Starts the clocks of the handling and opens the case to the people named.

        Whoever had a part and has none any more loses the access that came with it, you too.
        """
        return self.run(
            case_id, Permission.MANAGE_CASE, inputs.HandlingDecision, handling.decide_handling
        )

    def prepare(self, body: dict[str, Any]) -> dict[str, Any]:
        """Find the accounts."""
        people = {
            name: resources.account_of_id(body[name], field=name)
            for name in ("investigator", "supervisor")
        }
        return {**body, **people}


class Suspend(ActOnCase):
    """Suspending a complaint."""

    @documented(
        "suspend_complaint",
        "Suspend the handling of a complaint",
        tag="complaints",
        body=inputs.Reason,
        answers=shapes.Complaint,
        versioned=True,
        match=True,
        repeatable=True,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """For instance for criminal proceedings."""
        return self.run(case_id, Permission.MANAGE_CASE, inputs.Reason, handling.suspend)


class Resume(ActOnCase):
    """Resuming a complaint."""

    @documented(
        "resume_complaint",
        "Take the handling of a suspended complaint up again",
        tag="complaints",
        body=inputs.Reason,
        answers=shapes.Complaint,
        versioned=True,
        match=True,
        repeatable=True,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Goes on where it was."""
        return self.run(case_id, Permission.MANAGE_CASE, inputs.Reason, handling.resume)


class Withdraw(ActOnCase):
    """Withdrawing a complaint."""

    @documented(
        "withdraw_complaint",
        "Record that the complainant withdrew",
        tag="complaints",
        body=inputs.Reason,
        answers=shapes.Complaint,
        versioned=True,
        match=True,
        repeatable=True,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Ends every clock that runs (SI 2020/2, regulation 38)."""
        return self.run(case_id, Permission.MANAGE_CASE, inputs.Reason, handling.withdraw)


class Update(ActOnCase):
    """A progress update."""

    @documented(
        "send_update",
        "Record that a progress update was sent",
        tag="complaints",
        body=inputs.UpdateSent,
        answers=shapes.Complaint,
        versioned=True,
        match=True,
        repeatable=True,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """The next one is due 28 days later (SI 2020/2, regulation 34)."""
        return self.run(case_id, Permission.NOTIFY_OUTCOME, inputs.UpdateSent, outcomes.send_update)


class Outcome(ActOnCase):
    """The outcome."""

    @documented(
        "send_outcome",
        "Record that the outcome was sent",
        tag="complaints",
        body=inputs.OutcomeSent,
        answers=shapes.Complaint,
        versioned=True,
        match=True,
        repeatable=True,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Names the body that hears a review where there is that right, and starts its time."""
        return self.run(
            case_id, Permission.NOTIFY_OUTCOME, inputs.OutcomeSent, outcomes.send_outcome
        )
