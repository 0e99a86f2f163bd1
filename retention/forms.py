"""What people type to hold, keep or destroy a record."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from accounts.form_fields import SplitDateField
from retention.models import HoldReason


class HoldForm(forms.Form):
    """Place a hold: why, on whose word, and when to look at it again."""

    reason = forms.ChoiceField(
        label="Why must it be kept?", error_messages={"required": "Choose why the record is held"}
    )
    authority = forms.CharField(
        label="Who asked for it, and their reference",
        help_text="For example, letter before claim DLS/26/0417 of 1 October 2026",
        max_length=200,
        error_messages={
            "required": "Enter who asked for the hold, and their reference",
            "max_length": "Who asked for it must be 200 characters or fewer",
        },
    )
    review_on = SplitDateField(
        label="Look at this hold again on",
        help_text="For example, 4 1 2027",
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = HoldReason.objects.in_force(today).order_by("position")
        self.fields["reason"].choices = [("", "Choose a reason")] + [
            (row.code, row.label) for row in rows
        ]


class ReasonForm(forms.Form):
    """Say why, before an act that others will have to answer for."""

    reason = forms.CharField(
        label="Why?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": "Enter why",
            "max_length": "Why must be 500 characters or fewer",
        },
    )

    def __init__(self, *args: Any, label: str = "", empty: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label:
            self.fields["reason"].label = label
        if empty:
            self.fields["reason"].error_messages["required"] = empty


class KeepForm(ReasonForm):
    """Keep a record that is due: why, and until when."""

    keep_until = SplitDateField(
        label="Keep it until", help_text="It is proposed again after that day"
    )
