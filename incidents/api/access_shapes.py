"""What the API says of the access to a complaint."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.fields import Code, Id, Moment, Text, YesNo
from incidents import enums
from incidents.api.shapes import Named, OfficerInBrief, UnitOrTeam


class Way(serializers.Serializer):
    """One way in which a complaint opens to an account; `kind` is stable, `words` are for people."""

    kind = Text()
    words = Text()
    reason = Text()
    since = Moment()
    until = Moment(allow_null=True)


class Seer(serializers.Serializer):
    """An account to which a complaint is open, with every way."""

    account = Named(source="user")
    role = Text(help_text="The roles held at that moment")
    may = Text(help_text="What the roles allow, in a few words")
    ways = Way(many=True)
    last_read = Moment(allow_null=True)


class KeptOut(serializers.Serializer):
    """A person who cannot see a complaint whatever opens it."""

    officer = OfficerInBrief(source="person")
    reason = Text()
    since = Moment()


class Access(serializers.Serializer):
    """Who could see a complaint at a moment. `team` is null before it was logged and once destroyed."""

    at = Moment()
    team = serializers.SerializerMethodField()
    is_restricted = serializers.SerializerMethodField()
    people = Seer(source="seers", many=True)
    kept_out = KeptOut(many=True)

    @extend_schema_field(UnitOrTeam(allow_null=True))
    def get_team(self, picture: Any) -> Any:
        """Give the team in which it stood."""
        return UnitOrTeam(picture.placement.team).data if picture.placement else None

    @extend_schema_field(YesNo(allow_null=True))
    def get_is_restricted(self, picture: Any) -> bool | None:
        """Tell whether it was restricted; null when it stood nowhere."""
        return picture.placement.is_restricted if picture.placement else None


class BulkChange(serializers.Serializer):
    """What happens to the personal access of one account to one complaint."""

    complaint = Id(source="case.pk")
    account = Named(source="user")
    change = Code(source="what", choices=enums.BulkChange.choices)


class BulkPlan(serializers.Serializer):
    """Every change that a bulk grant makes; send the digest back to have exactly these made."""

    digest = Text()
    changes = BulkChange(many=True)
