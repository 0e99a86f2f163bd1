"""The caller: who the portal takes them for, and what they may do."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView, respond, shown
from accounts.api.documenting import documented
from accounts.api.fields import Id, Moment, Text, YesNo
from accounts.roles import permissions_of
from accounts.selectors.own import teams_of


class OwnTeam(serializers.Serializer):
    """A team of the caller."""

    id = Id()
    code = Text()
    name = Text()


class OwnToken(serializers.Serializer):
    """The token that was sent; null for a session."""

    label = Text()
    can_write = YesNo()
    expires_at = Moment()


class ActingFor(serializers.Serializer):
    """For whom this request is made; null for the caller alone."""

    id = Id()
    name = Text(source="display_name")


class Me(serializers.Serializer):
    """The account that calls."""

    id = Id()
    username = Text()
    name = Text(source="display_name")
    roles = serializers.SerializerMethodField()
    permissions = serializers.SerializerMethodField()
    acting_for = ActingFor(allow_null=True)
    teams = serializers.SerializerMethodField()
    token = serializers.SerializerMethodField()

    def get_roles(self, user: Any) -> list[str]:
        """Give the roles in force; while acting, those that both hold."""
        return sorted(role.value for role in user.role_set)

    def get_permissions(self, user: Any) -> list[str]:
        """Give the kinds of act that the roles allow. They open no case."""
        return sorted(each.value for each in permissions_of(set(user.role_set)))

    @extend_schema_field(OwnTeam(many=True))
    def get_teams(self, user: Any) -> list[dict[str, Any]]:
        """Give the teams."""
        return OwnTeam(self.context["teams"], many=True).data

    @extend_schema_field(OwnToken(allow_null=True))
    def get_token(self, user: Any) -> dict[str, Any] | None:
        """Give the token that was sent."""
        token = self.context["token"]
        return OwnToken(token).data if token is not None else None


class MeView(ApiView):
    """The caller."""

    @documented("read_me", "Read who you are", tag="me", answers=Me, found=False)
    def get(self, request: Request) -> Response:
        """Your roles say what kinds of act you may do; teams and grants open cases."""
        return respond(shown(Me, self.actor, teams=teams_of(self.actor), token=request.auth))
