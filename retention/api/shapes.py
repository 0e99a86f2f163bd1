"""What the API says of the end of a record: when and why, holds, disposals, certificates."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.api.fields import Code, Day, Id, Moment, Text, Whole, YesNo
from incidents.api.shapes import Named
from retention.enums import DisposalState


class Retention(serializers.Serializer):
    """When a record goes, by which rule. A forecast until the case is finalised."""

    due_on = Day(allow_null=True, help_text="Null: never by a job")
    rule = Text(source="rule_code")
    rule_version = Whole()
    rule_label = Text()
    rule_is_confirmed = YesNo()
    arithmetic = serializers.ListField(child=serializers.ListField(child=Text()))
    weighed = serializers.ListField(child=serializers.DictField())
    forecast = YesNo()


class Hold(serializers.Serializer):
    """A pause of destruction. In force until `released_at`."""

    id = Id()
    complaint = Id(source="complaint_id")
    reference = Text()
    reason = Text(source="reason.code")
    reason_label = Text(source="reason.label")
    authority = Text()
    placed_by = Named(allow_null=True)
    placed_at = Moment()
    review_on = Day()
    released_by = Named(allow_null=True)
    released_at = Moment(allow_null=True)
    release_reason = Text()


class Approval(serializers.Serializer):
    """One person's approval of a disposal."""

    by = Named(source="approver")
    at = Moment(source="approved_at")
    reason = Text()


class Disposal(serializers.Serializer):
    """The way of one case from proposal to destruction."""

    id = Id()
    complaint = Id(source="complaint_id")
    reference = Text(source="complaint.reference")
    state = Code(choices=DisposalState.choices)
    rule = Text(source="rule.code")
    rule_version = Whole(source="rule.version")
    due_on = Day()
    proposed_at = Moment()
    approvals = Approval(many=True)
    approved_at = Moment(allow_null=True)
    act_after = Moment(allow_null=True, help_text="End of the quarantine")
    destroyed_at = Moment(allow_null=True)
    stopped_by = Named(allow_null=True)
    stopped_at = Moment(allow_null=True)
    stopped_reason = Text()
    keep_until = Day(allow_null=True)
    failures = Whole()
    last_failure = Text()
    certificate = serializers.SerializerMethodField()

    def get_certificate(self, row: Any) -> str | None:
        """Give the identifier of the certificate, or null."""
        found = getattr(row, "certificate", None)
        return str(found.pk) if found is not None else None


class CertificateInList(serializers.Serializer):
    """A certificate of destruction in a list."""

    id = Id()
    number = Text()
    complaint = Id(source="complaint_id")
    reference = Text(source="complaint.reference")
    issued_at = Moment()
    digest = Text()


class Certificate(CertificateInList):
    """A certificate: why, what, who, when; no content of what was destroyed.

    `digest` is the SHA-256 of `body` as JSON with sorted keys, no spaces, in UTF-8.
    """

    disposal = Id(source="disposal_id")
    body = serializers.DictField()
