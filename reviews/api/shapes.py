"""What the API says of judging a case: marks, viewings, findings, versions and signatures."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.fields import Code, Day, Id, Moment, Text, Whole, YesNo
from incidents.api.shapes import Named
from reviews.enums import AnnotationKind, AnnotationState, Bearing, MarkType, SubmissionState


class BearingOnAllegation(serializers.Serializer):
    """What a mark says about one allegation."""

    allegation = Id(source="allegation_id")
    bearing = Code(choices=Bearing.choices)


class Annotation(serializers.Serializer):
    """A mark on a recording, in whole ms from the start of the file; `end_ms` is not included."""

    id = Id()
    complaint = Id(source="complaint_id")
    footage = Id(source="link_id")
    label = Text(help_text="The number people say: M3")
    number = Whole()
    version = Whole()
    kind = Code(choices=AnnotationKind.choices)
    mark_type = Code(choices=MarkType.choices)
    start_ms = Whole()
    end_ms = Whole(allow_null=True)
    observation = Text()
    assessment = Text()
    bearings = serializers.SerializerMethodField()
    state = Code(choices=AnnotationState.choices)
    author = Named()
    created_at = Moment()
    changed_at = Moment()

    @extend_schema_field(BearingOnAllegation(many=True))
    def get_bearings(self, row: Any) -> list[dict[str, Any]]:
        """Give what it says about each allegation."""
        return BearingOnAllegation(row.bearings.all(), many=True).data


class Viewing(serializers.Serializer):
    """A stretch that was really played, in ms, half-open; the rate in hundredths."""

    id = Id()
    footage = Id(source="link_id")
    from_ms = Whole()
    to_ms = Whole()
    rate_percent = Whole()
    with_sound = YesNo()
    ended_at = Moment()


class Finding(serializers.Serializer):
    """The decision on one allegation. `version` is the ETag of the allegation."""

    id = Id()
    complaint = Id(source="allegation.complaint_id")
    allegation = Id(source="allegation_id")
    allegation_number = Whole(source="allegation.number")
    version = Whole()
    decision = Text(source="decision.code")
    decision_version = Whole(source="decision.version")
    decision_label = Text(source="decision.label")
    rationale = Text()
    cited = serializers.SerializerMethodField()
    no_footage_reason = serializers.SerializerMethodField()
    no_footage_link = Id(source="no_footage_link_id", allow_null=True)
    actions = serializers.SerializerMethodField()
    decided_by = Named()
    decided_at = Moment()

    def get_cited(self, row: Any) -> list[str]:
        """Give the identifiers of the marks it relies on, by number."""
        return [str(mark.pk) for mark in sorted(row.cited.all(), key=lambda mark: mark.number)]

    def get_no_footage_reason(self, row: Any) -> str | None:
        """Give the code of the reason why it relies on none, or null."""
        return row.no_footage_reason.code if row.no_footage_reason else None

    def get_actions(self, row: Any) -> list[str]:
        """Give the codes of the actions."""
        return sorted(action.code for action in row.actions.all())


class ReturnPoint(serializers.Serializer):
    """One thing asked for in a return, and its answer."""

    id = Id()
    number = Whole()
    allegation = Id(source="allegation_id", allow_null=True)
    annotation = Id(source="annotation_id", allow_null=True)
    text = Text()
    answer = Text()
    answered_by = Named(allow_null=True)
    answered_at = Moment(allow_null=True)


class ReviewInList(serializers.Serializer):
    """A submitted version in a list."""

    id = Id()
    complaint = Id(source="complaint_id")
    reference = Text(source="complaint.reference")
    number = Whole()
    state = Code(choices=SubmissionState.choices)
    digest = Text(help_text="SHA-256 of `content` in UTF-8")
    submitted_by = Named()
    submitted_at = Moment()
    supervisor = Named()
    answer_by = Day(allow_null=True)
    closed_at = Moment(allow_null=True)
    points = ReturnPoint(many=True)
    signoff = serializers.SerializerMethodField()

    def get_signoff(self, row: Any) -> str | None:
        """Give the identifier of its signature, or null."""
        found = getattr(row, "signoff", None)
        return str(found.pk) if found is not None else None


class Review(ReviewInList):
    """A submitted version with its exact content: canonical JSON as text, which the digest binds."""

    content = Text()


class CitedMoment(serializers.Serializer):
    """A cited mark and how much of it the caller has watched, in ms from the start of the file."""

    annotation = Id(source="annotation.id")
    footage = Id(source="annotation.link_id")
    from_ms = serializers.SerializerMethodField()
    to_ms = serializers.SerializerMethodField()
    watched_ms = Whole()
    is_watched = YesNo()

    def get_from_ms(self, moment: Any) -> int:
        """Give where to begin to watch."""
        return int(moment.span[0])

    def get_to_ms(self, moment: Any) -> int:
        """Give where to end, not included."""
        return int(moment.span[1])


class ReviewForSigning(Review):
    """A version as the caller would sign it: which cited marks they have watched."""

    watched = serializers.SerializerMethodField()

    @extend_schema_field(CitedMoment(many=True))
    def get_watched(self, row: Any) -> list[dict[str, Any]]:
        """Give each cited mark, while the version waits for a signature."""
        return CitedMoment(self.context["cited"], many=True).data


class SignOff(serializers.Serializer):
    """A signature on one version; `voided_at` says when its content changed."""

    id = Id()
    complaint = Id(source="submission.complaint_id")
    review = Id(source="submission_id")
    signed_by = Named()
    signed_for = Named(allow_null=True)
    signed_at = Moment()
    digest = Text()
    unwatched = serializers.ListField(child=Text())
    unwatched_reason = Text()
    voided_at = Moment(allow_null=True)


class ReadinessItem(serializers.Serializer):
    """One thing that must be so before a case is submitted."""

    code = Text()
    label = Text()
    missing = YesNo()
    count = Text()
    detail = Text()
