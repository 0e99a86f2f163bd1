"""What the API takes about cases. Shapes only: what may be is decided by the services."""

from __future__ import annotations

from rest_framework import serializers

from accounts.api.base import PageQuery
from accounts.api.fields import Code, Day, Id, Moment, StrictSerializer, Text, Whole, YesNo
from accounts.roles import Role
from incidents.enums import (
    BulkMode,
    CaseState,
    Channel,
    ComplainantKind,
    ContactBy,
    Handling,
    ReviewBody,
    SearchResult,
)

LONG = 20_000


class ComplaintQuery(PageQuery):
    """What a list of cases is narrowed to."""

    state = Code(choices=CaseState.choices, required=False, default=None)
    team = Id(required=False, default=None)
    investigator = Id(required=False, default=None)


class NewIncident(StrictSerializer):
    """What happened; `unit` is the code of a unit."""

    place = Text(max_length=200)
    unit = Text(max_length=12)
    starts_at = Moment()
    ends_at = Moment()
    start_is_known = YesNo(required=False, default=True)


class NewComplainant(StrictSerializer):
    """Who complains; leave the name out for somebody who wants not to be named."""

    kind = Code(choices=ComplainantKind.choices)
    name = Text(max_length=120, allow_blank=True, required=False, default="")
    email = serializers.EmailField(allow_blank=True, required=False)
    telephone = Text(max_length=30, allow_blank=True, required=False, default="")
    address = Text(max_length=2000, allow_blank=True, required=False, default="")
    prefers = Code(choices=ContactBy.choices, required=False, default=ContactBy.EMAIL)
    needs = Text(max_length=2000, allow_blank=True, required=False, default="")
    was_under_18 = YesNo(required=False, default=False)
    born_on = Day(required=False, allow_null=True, default=None)


class NewSubject(StrictSerializer):
    """An officer by identifier, or the description of one not identified yet."""

    officer = Id(required=False, allow_null=True, default=None)
    description = Text(max_length=200, allow_blank=True, required=False, default="")


class NewAllegation(StrictSerializer):
    """One matter; `subjects` are places in the list of subjects, counted from 0."""

    category = Text(max_length=40)
    words = Text(max_length=LONG)
    subjects = serializers.ListField(child=Whole(min_value=0), required=False, max_length=50)


class NewComplaint(StrictSerializer):
    """Everything that is known when a complaint is logged."""

    channel = Code(choices=Channel.choices)
    made_on = Day()
    title = Text(max_length=120, help_text="Names no complainant")
    summary = Text(max_length=LONG, allow_blank=True, required=False, default="")
    original_words = Text(max_length=LONG, help_text="As received; never changed")
    team = Text(max_length=12, required=False, help_text="Code; your first team if left out")
    is_restricted = YesNo(required=False, default=False)
    incident = NewIncident()
    complainant = NewComplainant()
    subjects = NewSubject(many=True, max_length=50)
    allegations = NewAllegation(many=True, max_length=50)
    factors = serializers.ListField(child=Text(max_length=40), required=False, max_length=50)


class HandlingDecision(StrictSerializer):
    """How a case is handled, who investigates and who will sign it off; null for nobody yet."""

    handling = Code(choices=Handling.choices)
    investigator = Id(allow_null=True)
    supervisor = Id(allow_null=True)
    conflict_reason = Text(
        max_length=200,
        allow_blank=True,
        required=False,
        default="",
        help_text="Why a possible conflict may stand; asked for when there is one",
    )


class Reason(StrictSerializer):
    """Why."""

    reason = Text(max_length=500)


class UpdateSent(StrictSerializer):
    """A progress update that was sent to the complainant."""

    sent_on = Day()
    how = Code(choices=ContactBy.choices)
    note = Text(max_length=LONG, allow_blank=True, required=False, default="")


class OutcomeSent(StrictSerializer):
    """The outcome that was sent; `review_body` is null where there is no right to a review."""

    sent_on = Day()
    how = Code(choices=ContactBy.choices)
    review_body = Code(choices=ReviewBody.choices, allow_null=True)


class AccessQuery(StrictSerializer):
    """The moment at which it is asked who can see a complaint; now if left out."""

    at = Moment(required=False, default=None)


class AccessGrant(StrictSerializer):
    """Whom a case is opened to, why and until when; null for no end."""

    account = Id()
    reason = Text(max_length=200)
    expires_at = Moment(allow_null=True)


class Seat(StrictSerializer):
    """Which outside reviewer gets a seat, why and until when."""

    account = Id()
    reason = Text(max_length=200)
    expires_at = Moment()


class BulkAccess(StrictSerializer):
    """Which complaints are opened to whom. REPLACE ends the personal access of everybody else."""

    complaints = serializers.ListField(child=Id(), min_length=1, max_length=50)
    accounts = serializers.ListField(child=Id(), min_length=1, max_length=50)
    mode = Code(choices=BulkMode.choices)
    expires_at = Moment(allow_null=True)


class BulkAccessConfirmed(BulkAccess):
    """The same, with the reason and the digest that the preview gave."""

    reason = Text(max_length=200)
    digest = Text(max_length=64)


class Transfer(StrictSerializer):
    """The code of the team a complaint moves to, and the accounts that keep it by a grant by name."""

    team = Text(max_length=12)
    reason = Text(max_length=200)
    conflict_reason = Text(
        max_length=200,
        required=False,
        help_text="Why it may go there although people of the team are in conflict with it",
    )
    keep = serializers.ListField(child=Id(), required=False, max_length=200)


class Restriction(StrictSerializer):
    """Why a complaint is restricted, and the accounts that keep it by a grant by name."""

    reason = Text(max_length=200)
    keep = serializers.ListField(child=Id(), required=False, max_length=200)


class ShortReason(StrictSerializer):
    """Why."""

    reason = Text(max_length=200)


class AccessEnd(StrictSerializer):
    """Whose personal access ends, and why."""

    account = Id()
    reason = Text(max_length=200)


class FootageQuery(StrictSerializer):
    """What to look for in the evidence system. With neither officer nor camera: every camera."""

    window_from = Moment()
    window_to = Moment()
    collar_numbers = serializers.ListField(child=Text(max_length=16), required=False, max_length=50)
    camera_serial = Text(max_length=40, allow_blank=True, required=False, default="")


class SearchByHand(FootageQuery):
    """A search that a person made elsewhere, and what came of it. `result` is any but FOUND."""

    result = Code(choices=SearchResult.choices)
    place = Text(max_length=120, allow_blank=True, required=False, default="")
    note = Text(max_length=500)


class Attachment(StrictSerializer):
    """A recording that a search found, and why it belongs to the case."""

    external_id = Text(max_length=200)
    reason = Text(max_length=500)


class OfficerQuery(StrictSerializer):
    """The beginning of a collar number or surname, two characters or more."""

    q = Text(min_length=2, max_length=60)


class CameraQuery(PageQuery):
    """The beginning of a serial, and who had the camera, at a moment if one is given."""

    serial = Text(required=False, default="", allow_blank=True, max_length=40)
    officer = Id(required=False, default=None)
    at = Moment(required=False, default=None)


class ColleagueQuery(PageQuery):
    """A role that the accounts must hold."""

    role = Code(choices=Role.choices, required=False, default=None)


class ReferenceQuery(StrictSerializer):
    """The London day on which the rows are in force; today if left out."""

    on = Day(required=False, default=None)


class Nothing(StrictSerializer):
    """An act that takes nothing: an empty object, or no body."""
