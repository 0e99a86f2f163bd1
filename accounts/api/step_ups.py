"""Showing a second factor anew through the API, before an act that needs it."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView, respond, shown
from accounts.api.documenting import documented
from accounts.api.fields import Id, Moment, StrictSerializer, Text
from accounts.services import step_up
from accounts.services.step_up import StepUpAct, Target


class NewStepUp(StrictSerializer):
    """For what a second factor is shown, and the code."""

    act = serializers.ChoiceField(choices=StepUpAct.choices)
    object = Text(max_length=64, help_text="The id of the review, disposal or hold")
    version = Text(
        max_length=64,
        help_text="What you saw: the digest of a review; for a disposal or a hold the version of its "
        "complaint, as in its ETag but without the quotes",
    )
    code = Text(max_length=24, help_text="Of the account's app, or a recovery code")


class ShownStepUp(serializers.Serializer):
    """A proof. Send its id as `Step-Up` with the act; it is good once."""

    id = Id()
    act = Text()
    object = Text(source="object_id")
    version = Text()
    expires_at = Moment()


class StepUpsView(ApiView):
    """Proofs that the person was there."""

    @documented(
        "show_factor",
        "Show your second factor for an act",
        tag="me",
        body=NewStepUp,
        answers=ShownStepUp,
        status=201,
        found=False,
    )
    def post(self, request: Request) -> Response:
        """A machine's account has no second factor, so it can sign, approve and release nothing."""
        body = self.read_body(NewStepUp)
        proof = step_up.prove_by_code(
            user=self.actor,
            session=self.proof_session,
            target=Target.of(StepUpAct(body["act"]), body["object"], body["version"]),
            code=body["code"],
            now=self.now,
        )
        return respond(shown(ShownStepUp, step_up.proof_shown(proof), status=201))
