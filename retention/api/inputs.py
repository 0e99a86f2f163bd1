"""What the API takes about the end of a record. Shapes only: the services decide what may be."""

from __future__ import annotations

from accounts.api.base import PageQuery
from accounts.api.fields import Code, Day, StrictSerializer, Text
from retention.enums import DisposalState


class NewHold(StrictSerializer):
    """Why a record is held, on whose authority, and when that is looked at again."""

    reason = Text(max_length=40, help_text="A code of the list hold-reason")
    authority = Text(max_length=200)
    review_on = Day()


class Keep(StrictSerializer):
    """Why a record is kept although it is due, and until which London day."""

    reason = Text(max_length=500)
    keep_until = Day()


class DisposalQuery(PageQuery):
    """What a list of disposals is narrowed to."""

    state = Code(choices=DisposalState.choices, required=False, default=None)
