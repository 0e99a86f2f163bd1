"""What the API says of cases: every key by name, moments in UTC, days as London days."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.api.fields import Code, Day, Id, Moment, Text, Whole, YesNo
from incidents.enums import (
    CaseState,
    Channel,
    ComplainantKind,
    ContactBy,
    Handling,
    Regime,
    ReviewBody,
)


class Named(serializers.Serializer):
    """An account, by its person's rank, number and surname."""

    id = Id()
    name = Text(source="display_name")


class UnitOrTeam(serializers.Serializer):
    """A unit or a team of the force."""

    id = Id()
    code = Text()
    name = Text()


class Officer(serializers.Serializer):
    """A person who serves or works in the force."""

    id = Id()
    rank = Text()
    collar_number = Text()
    given_names = Text()
    surname = Text()
    title = Text(help_text="Rank, number and surname, as people say it")
    unit = UnitOrTeam()
    is_officer = YesNo()


class OfficerInBrief(serializers.Serializer):
    """An officer where a case names one."""

    id = Id()
    title = Text()
    collar_number = Text()


class Incident(serializers.Serializer):
    """What happened. With `start_is_known` false only the day is known."""

    id = Id()
    place = Text()
    unit = UnitOrTeam()
    starts_at = Moment()
    ends_at = Moment()
    start_is_known = YesNo()


class IncidentWithCases(Incident):
    """An incident and the cases about it that the caller may know of."""

    complaints = serializers.SerializerMethodField()

    def get_complaints(self, row: Any) -> list[str]:
        """Give the identifiers of the cases."""
        return [str(case.pk) for case in self.context["cases"]]


class Complainant(serializers.Serializer):
    """Who complains. An empty name is somebody who wants not to be named.

    How to reach them, and their date of birth, are null unless you may tell them how the case goes.
    """

    kind = Code(choices=ComplainantKind.choices)
    name = Text()
    email = Text(allow_null=True)
    telephone = Text(allow_null=True)
    address = Text(allow_null=True)
    prefers = Code(choices=ContactBy.choices)
    needs = Text()
    was_under_18 = YesNo()
    born_on = Day(allow_null=True)


class Subject(serializers.Serializer):
    """An officer complained about, or the description of one not identified yet."""

    id = Id()
    officer = OfficerInBrief(source="person", allow_null=True)
    description = Text()


class Allegation(serializers.Serializer):
    """One matter complained of."""

    id = Id()
    complaint = Id(source="complaint_id")
    number = Whole()
    category = Text(source="category.code")
    category_version = Whole(source="category.version")
    category_label = Text(source="category.title")
    words = Text()
    subjects = serializers.SerializerMethodField()

    def get_subjects(self, row: Any) -> list[str]:
        """Give the identifiers of the officers whom it concerns."""
        return sorted(str(subject.pk) for subject in row.subjects.all())


class AllegationWithVersion(Allegation):
    """An allegation and the version of its finding, 0 while it is not decided: the ETag."""

    finding_version = serializers.SerializerMethodField()

    def get_finding_version(self, row: Any) -> int:
        """Give the version to send as If-Match when deciding it."""
        return int(self.context["finding_version"])


class Deadline(serializers.Serializer):
    """A clock that runs, with its arithmetic as pairs of what and value."""

    rule = Text(source="rule.code")
    rule_version = Whole(source="rule.version")
    label = Text(source="rule.label")
    started_on = Day()
    due_on = Day()
    arithmetic = serializers.ListField(child=serializers.ListField(child=Text()))


class FootageClock(serializers.Serializer):
    """When footage that is not preserved will be auto-deleted; null when none is at risk."""

    moment = Moment(allow_null=True)
    arithmetic = serializers.ListField(child=serializers.ListField(child=Text()))
    at_risk = Whole()
    preserved = Whole()
    lost = Whole()
    total = Whole()


class ComplaintInList(serializers.Serializer):
    """A case in a list."""

    id = Id()
    reference = Text()
    version = Whole()
    state = Code(choices=CaseState.choices)
    handling = Code(choices=Handling.choices, allow_blank=True)
    title = Text()
    team = UnitOrTeam()
    is_restricted = YesNo()
    investigator = Named(allow_null=True)
    supervisor = Named(allow_null=True)
    made_on = Day()
    logged_at = Moment()


class Complaint(serializers.Serializer):
    """A case with its parts. `version` is the ETag."""

    id = Id(source="case.id")
    reference = Text(source="case.reference")
    version = Whole(source="case.version")
    state = Code(source="case.state", choices=CaseState.choices)
    handling = Code(source="case.handling", choices=Handling.choices, allow_blank=True)
    regime = Code(source="case.regime", choices=Regime.choices)
    channel = Code(source="case.channel", choices=Channel.choices)
    title = Text(source="case.title")
    summary = Text(source="case.summary")
    original_words = Text(source="case.original_words")
    incident = Incident(source="case.incident", allow_null=True)
    team = UnitOrTeam(source="case.team")
    is_restricted = YesNo(source="case.is_restricted")
    complainant = Complainant(allow_null=True)
    subjects = Subject(many=True)
    allegations = Allegation(many=True)
    factors = serializers.ListField(child=Text())
    investigator = Named(source="case.investigator", allow_null=True)
    supervisor = Named(source="case.supervisor", allow_null=True)
    made_on = Day(source="case.made_on")
    logged_at = Moment(source="case.logged_at")
    handling_since = Moment(source="case.handling_since", allow_null=True)
    recorded_at = Moment(source="case.recorded_at", allow_null=True)
    signed_at = Moment(source="case.signed_at", allow_null=True)
    outcome_sent_on = Day(source="case.outcome_sent_on", allow_null=True)
    outcome_how = Code(source="case.outcome_how", choices=ContactBy.choices, allow_blank=True)
    review_body = Code(source="case.review_body", choices=ReviewBody.choices, allow_blank=True)
    finalised_at = Moment(source="case.finalised_at", allow_null=True)
    destroyed_at = Moment(source="case.destroyed_at", allow_null=True)
    deadlines = Deadline(many=True)
    footage_clock = FootageClock()


class Event(serializers.Serializer):
    """One event of the record. `personal` is the part that is erased with the case."""

    id = Id(source="uuid")
    occurred_at = Moment()
    recorded_at = Moment()
    name = Text()
    sentence = Text()
    operation = Text()
    outcome = Text()
    actor_kind = Text()
    actor_id = Text()
    actor_name = Text()
    actor_role = Text()
    subject_type = Text()
    subject_id = Text()
    subject_label = Text()
    purpose = Text()
    request_id = Text()
    source = Text()
    details = serializers.DictField()
    personal_state = Text()
    personal = serializers.DictField()
