"""What the API says of footage: offsets are whole milliseconds from the start of the file."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.fields import Code, Id, Moment, Text, Whole, YesNo
from incidents.api.shapes import Named, OfficerInBrief
from incidents.enums import FootageStatus, Mount, PreservationState, SearchResult


class Preservation(serializers.Serializer):
    """The request to keep a recording, and what the evidence system answered."""

    id = Id()
    footage = Id(source="link_id")
    state = Code(choices=PreservationState.choices)
    requested_by = Named()
    requested_at = Moment()
    attempts = Whole()
    last_attempt_at = Moment(allow_null=True)
    last_answer = Text()
    receipt_number = Text()
    receipt_at = Moment(allow_null=True)
    sha256 = Text()
    file_changed = YesNo()
    verified_at = Moment(allow_null=True)
    last_checked_at = Moment(allow_null=True)


class Footage(serializers.Serializer):
    """A recording's place in a case. `starts_at` is the corrected moment of offset 0."""

    id = Id()
    complaint = Id(source="complaint_id")
    label = Text(help_text="The number people say: F1")
    number = Whole()
    reason = Text()
    attached_by = Named()
    attached_at = Moment()
    source = Text(source="footage.source")
    external_id = Text(source="footage.external_id")
    status = Code(source="footage.status", choices=FootageStatus.choices)
    lost_noticed_at = Moment(source="footage.lost_noticed_at", allow_null=True)
    lost_reason = Text()
    camera_serial = Text(source="footage.camera_serial")
    camera_model = Text(source="footage.camera_model")
    mount = Code(source="footage.mount", choices=Mount.choices)
    wearer = OfficerInBrief(source="footage.wearer", allow_null=True)
    wearer_collar_number = Text(source="footage.wearer_collar_number")
    recorded_on = Moment(source="footage.recorded_on")
    clock_verified = YesNo(source="footage.clock_verified")
    clock_correction_ms = Whole(source="footage.clock_correction_ms")
    buffer_ms = Whole(source="footage.buffer_ms")
    starts_at = Moment(source="footage.starts_at")
    ends_at = Moment(source="footage.ends_at")
    duration_ms = Whole(source="footage.duration_ms")
    frame_rate = serializers.SerializerMethodField()
    variable_frame_rate = YesNo(source="footage.variable_frame_rate")
    width = Whole(source="footage.width")
    height = Whole(source="footage.height")
    has_audio = YesNo(source="footage.has_audio")
    plays_in_browser = YesNo(source="footage.plays_in_browser")
    size_bytes = Whole(source="footage.size_bytes")
    sha256 = Text(source="own_sha256")
    auto_delete_at = Moment(source="footage.auto_delete_at", allow_null=True)
    preservation = serializers.SerializerMethodField()

    def get_frame_rate(self, row: Any) -> str:
        """Give frames per second as an exact fraction: 25/1."""
        return f"{row.footage.frame_rate_numerator}/{row.footage.frame_rate_denominator}"

    def get_preservation(self, row: Any) -> str | None:
        """Give how far keeping it has come: a PreservationState, or null when nobody asked."""
        found = getattr(row, "preservation", None)
        return found.state if found is not None else None


class FoundRecording(serializers.Serializer):
    """A recording as the evidence system describes it now."""

    external_id = Text()
    title = Text()
    camera_serial = Text()
    camera_model = Text()
    mount = Code(choices=Mount.choices)
    wearer_collar_number = Text()
    recorded_on = Moment()
    starts_at = Moment()
    ends_at = Moment()
    buffer_ms = Whole()
    duration_ms = Whole()
    clock_verified = YesNo()
    has_audio = YesNo()
    plays_in_browser = YesNo()
    size_bytes = Whole()
    sha256 = Text(allow_null=True)
    auto_delete_at = Moment(allow_null=True)
    on_hold = YesNo()


class Search(serializers.Serializer):
    """A search for footage, which is a fact whether or not anything was found."""

    id = Id()
    complaint = Id(source="complaint_id")
    source = Text(help_text="The evidence system; empty for a search by hand")
    place = Text()
    collar_numbers = serializers.ListField(child=Text())
    camera_serial = Text()
    window_from = Moment()
    window_to = Moment()
    result = Code(choices=SearchResult.choices)
    found_count = Whole()
    found_external_ids = serializers.ListField(child=Text())
    note = Text()
    searched_by = Named()
    searched_at = Moment()


class SearchWithFound(Search):
    """A search and the recordings it found."""

    found = serializers.SerializerMethodField()

    @extend_schema_field(FoundRecording(many=True))
    def get_found(self, row: Any) -> list[dict[str, Any]]:
        """Give the recordings, the earliest first."""
        return FoundRecording(self.context["found"], many=True).data


class PlaybackAddress(serializers.Serializer):
    """A short-lived address for the bytes of a recording, for the caller and this token alone."""

    url = Text()
    expires_in_seconds = Whole()


class CheckResult(serializers.Serializer):
    """What a check saw: kept, in_doubt, lost, or looked_at when nobody asked for it to be kept."""

    seen = Text()


class CameraIssue(serializers.Serializer):
    """Who had a camera, from when until when."""

    officer = OfficerInBrief(source="person")
    since = Moment()
    until = Moment(allow_null=True)


class Camera(serializers.Serializer):
    """A body-worn camera."""

    id = Id()
    serial = Text()
    model = Text()
    mount = Code(choices=Mount.choices)
    issues = serializers.SerializerMethodField()

    @extend_schema_field(CameraIssue(many=True))
    def get_issues(self, row: Any) -> list[dict[str, Any]]:
        """Give who had it, the last first."""
        rows = sorted(row.issues.all(), key=lambda issue: (issue.since, issue.pk), reverse=True)
        return CameraIssue(rows, many=True).data


class ReferenceRow(serializers.Serializer):
    """One entry of a list, in the version in force; `columns` are those that only this list has."""

    code = Text()
    version = Whole()
    label = Text()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)
    source = Text()
    is_confirmed = YesNo()
    note = Text()
    columns = serializers.SerializerMethodField()

    def get_columns(self, row: Any) -> dict[str, Any]:
        """Give the columns of this list."""
        return dict(self.context["columns"](row))


class ReferenceList(serializers.Serializer):
    """A list of reference data."""

    name = Text()
    url = Text()


class Colleague(serializers.Serializer):
    """An account of one of the caller's teams, and the roles it holds."""

    id = Id()
    name = Text(source="display_name")
    roles = serializers.SerializerMethodField()

    def get_roles(self, row: Any) -> list[str]:
        """Give the roles in force."""
        now = self.context["now"]
        return sorted(
            each.role
            for each in row.role_assignments.all()
            if each.since <= now and (each.until is None or each.until > now)
        )
