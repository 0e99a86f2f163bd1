"""The caller's declared interests."""

from __future__ import annotations

from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView, listed, shown
from accounts.api.documenting import documented
from accounts.api.fields import Day, Id, StrictSerializer, Text
from accounts.idempotency import Answer
from accounts.selectors.directory import get_person
from accounts.selectors.interests import interest_of, interests_of
from accounts.services import lines
from bwcportal.errors import Invalid, NotFound


class NewInterest(StrictSerializer):
    """A person of the force by identifier, or something in words; and what ties the caller to it."""

    officer = Id(required=False, allow_null=True, default=None)
    about = Text(max_length=200, allow_blank=True, required=False, default="")
    nature = Text(max_length=200)


class InterestEnd(StrictSerializer):
    """Why the interest ends."""

    reason = Text(max_length=200)


class Interest(serializers.Serializer):
    """A declared interest. It holds until `until`, null while it holds."""

    id = Id()
    officer = Id(source="about_person_id", allow_null=True)
    about = Text(source="about_words")
    nature = Text()
    since = Day()
    until = Day(allow_null=True)
    end_reason = Text()


class Interests(ApiView):
    """The caller's own interests."""

    @documented(
        "list_interests", "List your declared interests", tag="me", answers=Interest, pages=True,
        found=False,
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """What holds and what has ended; all on one page."""
        return listed(Interest, interests_of(self.actor))

    @documented(
        "declare_interest",
        "Declare an interest",
        tag="me",
        body=NewInterest,
        answers=Interest,
        status=201,
        repeatable=True,
        found=False,
    )
    def post(self, request: Request) -> Response:
        """You are not given cases that it concerns."""
        body = self.read_body(NewInterest)
        person = _person(body["officer"])

        def act() -> Answer:
            made = lines.declare_interest(
                actor=self.actor,
                about_person=person,
                about_words=body["about"],
                nature=body["nature"],
                now=self.now,
            )
            return shown(Interest, made, status=201)

        return self.once(act)


class EndInterest(ApiView):
    """The end of one of the caller's interests."""

    @documented(
        "end_interest",
        "End a declared interest",
        tag="me",
        body=InterestEnd,
        answers=Interest,
        repeatable=True,
    )
    def post(self, request: Request, interest_id: UUID) -> Response:
        """From today on; it stays on record."""
        if interest_of(self.actor, interest_id) is None:
            raise NotFound
        body = self.read_body(InterestEnd)

        def act() -> Answer:
            ended = lines.end_interest(
                actor=self.actor, interest_id=interest_id, reason=body["reason"], now=self.now
            )
            return shown(Interest, ended)

        return self.once(act)


def _person(person_id: UUID | None) -> object:
    if person_id is None:
        return None
    try:
        return get_person(person_id)
    except NotFound:
        raise Invalid("There is no officer with this identifier", field="officer") from None
