"""Covers for absence: who acts for whom, until when."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import PageQuery, listed, respond, shown
from accounts.api.documenting import documented
from accounts.api.fields import Id, Moment, StrictSerializer, Text
from accounts.idempotency import Answer
from incidents.api.base import CaseView
from incidents.api.inputs import Nothing
from incidents.api.shapes import Named
from incidents.selectors import resources
from incidents.selectors.cover import cover_of_id, covers_visible_to
from incidents.services.cover import NewCover, end_cover, set_cover


class Delegation(serializers.Serializer):
    """A cover: the deputy may act for the absent person from `since` until just before `until`."""

    id = Id()
    absent = Named()
    deputy = Named()
    since = Moment()
    until = Moment()
    reason = Text()
    set_by = Named(source="made_by")
    ended_at = Moment(allow_null=True)
    ended_by = Named(allow_null=True)
    you_can_act = serializers.SerializerMethodField(
        help_text="Whether its id can be sent in the header Acting-For by you, now"
    )

    def get_you_can_act(self, cover: Any) -> bool:
        """Tell whether the caller is the deputy of a cover that is in force."""
        now = self.context["now"]
        going_on = cover.ended_at is None and cover.since <= now < cover.until
        return bool(
            going_on and cover.absent.is_active and cover.deputy_id == self.context["user_id"]
        )


class NewDelegation(StrictSerializer):
    """Who is away (null for you), who acts for them, and from when (null for now) until when."""

    absent = Id(allow_null=True)
    deputy = Id()
    since = Moment(allow_null=True)
    until = Moment()
    reason = Text(max_length=200)


class CoverView(CaseView):
    """An endpoint about covers."""

    def answer(self, delegation_id: UUID, *, status: int = 200) -> Answer:
        """Read a cover that the caller may know of and put it into an answer."""
        return shown(
            Delegation,
            cover_of_id(self.actor, delegation_id, now=self.now),
            status=status,
            location=reverse("api-delegation", args=[delegation_id]) if status == 201 else "",
            now=self.now,
            user_id=self.actor.pk,
        )


class Delegations(CoverView):
    """The covers that concern the caller."""

    @documented(
        "list_delegations",
        "List the covers for absence that concern you or your teams",
        tag="delegations",
        query=PageQuery,
        answers=Delegation,
        pages=True,
        found=False,
    )
    def get(self, request: Request) -> Response:
        """Yours, those that name you, and with the permission those of your teams; newest last."""
        query = self.read_query()
        rows = covers_visible_to(self.actor, now=self.now)
        page = self.take_page(rows, order=("since", "id"), query=query)
        return listed(Delegation, page, now=self.now, user_id=self.actor.pk)

    @documented(
        "set_delegation",
        "Set who acts for somebody absent",
        tag="delegations",
        body=NewDelegation,
        answers=Delegation,
        status=201,
        repeatable=True,
        found=False,
    )
    def post(self, request: Request) -> Response:
        """For yourself, or as a supervisor for somebody of your teams; 92 days at most."""
        body = self.read_body(NewDelegation)
        absent, deputy = (
            resources.account_of_id(body[name], field=name) for name in ("absent", "deputy")
        )
        data = NewCover(
            absent=absent or self.actor,
            deputy=deputy,
            since=body["since"] or self.now,
            until=body["until"],
            reason=body["reason"],
        )

        def act() -> Answer:
            made = set_cover(actor=self.actor, data=data, now=self.now)
            return self.answer(made.pk, status=201)

        return self.once(act)


class OneDelegation(CoverView):
    """One cover."""

    @documented("read_delegation", "Read a cover", tag="delegations", answers=Delegation)
    def get(self, request: Request, delegation_id: UUID) -> Response:
        """Who acts for whom, and until when."""
        return respond(self.answer(delegation_id))


class EndDelegation(CoverView):
    """The end of a cover."""

    @documented(
        "end_delegation",
        "End a cover at once",
        tag="delegations",
        answers=Delegation,
        repeatable=True,
    )
    def post(self, request: Request, delegation_id: UUID) -> Response:
        """The next request of whoever acts by it is their own."""
        cover_of_id(self.actor, delegation_id, now=self.now)
        self.read_body(Nothing)

        def act() -> Answer:
            end_cover(actor=self.actor, delegation_id=delegation_id, now=self.now)
            return self.answer(delegation_id)

        return self.once(act)
