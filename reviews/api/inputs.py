"""What the API takes about judging a case. Shapes only: what may be is decided by the services."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.api.base import PageQuery
from accounts.api.fields import Code, Day, Id, QueryYesNo, StrictSerializer, Text, Whole, YesNo
from reviews.enums import AnnotationKind, Bearing, MarkType, SubmissionState

LONG = 20_000


class MarkBearing(StrictSerializer):
    """What a mark says about one allegation of the case."""

    allegation = Id()
    bearing = Code(choices=Bearing.choices)


class MarkInput(StrictSerializer):
    """What a mark says. A marker has no end; a clip has one, which is not included."""

    kind = Code(choices=AnnotationKind.choices)
    mark_type = Code(choices=MarkType.choices)
    start_ms = Whole(min_value=0, max_value=2**31 - 1)
    end_ms = Whole(min_value=0, max_value=2**31 - 1, allow_null=True, required=False, default=None)
    observation = Text(max_length=LONG, allow_blank=True, required=False, default="")
    assessment = Text(max_length=LONG, allow_blank=True, required=False, default="")
    bearings = MarkBearing(many=True, required=False, max_length=100)

    def validate_bearings(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Refuse an allegation that is named twice."""
        if len({row["allegation"] for row in rows}) != len(rows):
            raise serializers.ValidationError("Name each allegation once")
        return rows


class Played(StrictSerializer):
    """A stretch that was really played, in ms, half-open; at most two minutes of real time."""

    from_ms = Whole(min_value=0, max_value=2**31 - 1)
    to_ms = Whole(min_value=0, max_value=2**31 - 1)
    rate_percent = Whole(min_value=0, max_value=100_000)
    with_sound = YesNo()


class Decision(StrictSerializer):
    """The decision on an allegation, by codes; cited marks, or a coded reason why there are none."""

    decision = Text(max_length=40)
    rationale = Text(max_length=LONG)
    cited = serializers.ListField(child=Id(), required=False, max_length=500)
    no_footage_reason = Text(max_length=40, allow_null=True, required=False, default=None)
    no_footage_link = Id(allow_null=True, required=False, default=None)
    actions = serializers.ListField(child=Text(max_length=40), required=False, max_length=50)


class NewSubmission(StrictSerializer):
    """Who is asked to sign."""

    supervisor = Id()


class NewReturnPoint(StrictSerializer):
    """One thing to answer: about an allegation, a mark, or the whole."""

    text = Text(max_length=LONG)
    allegation = Id(allow_null=True, required=False, default=None)
    annotation = Id(allow_null=True, required=False, default=None)


class Return(StrictSerializer):
    """What is to be answered, and by which London day; null for the period of the rule."""

    points = NewReturnPoint(many=True)
    answer_by = Day(allow_null=True, required=False, default=None)


class PointAnswer(StrictSerializer):
    """The answer to a point."""

    answer = Text(max_length=LONG)


class Signature(StrictSerializer):
    """The digest of what was read, and why cited moments were not watched, if any."""

    digest = Text(min_length=64, max_length=64)
    unwatched_reason = Text(max_length=LONG, allow_blank=True, required=False, default="")


class ReviewQuery(PageQuery):
    """What a list of versions is narrowed to; `mine`: those that ask the caller to sign."""

    state = Code(choices=SubmissionState.choices, required=False, default=None)
    mine = QueryYesNo(required=False, default=False)
