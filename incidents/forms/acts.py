"""What people type to manage a case: its handling, its pauses, what is sent, who may see it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from accounts.form_fields import HintedRadioSelect, SplitDateField
from accounts.human_beings import every_record
from accounts.roles import Role
from incidents.enums import ContactBy, Handling, ReviewBody
from incidents.forms.holders import holder_field
from incidents.kept_out import kept_out_of
from incidents.models import Complaint, Contribution, HandlingType
from incidents.selectors.officers import find_accounts

REASON = {
    "max_length": 200,
    "widget": forms.Textarea(attrs={"rows": 3}),
    "error_messages": {
        "required": "Enter the reason",
        "max_length": "The reason has at most 200 characters. You entered %(show_value)d",
    },
}


class HandlingForm(forms.Form):
    """How a case is handled, who investigates it and who will sign it off."""

    handling = forms.ChoiceField(
        label="How it is handled",
        error_messages={"required": "Choose how the complaint is handled"},
    )

    conflict_reason = forms.CharField(
        label="Why the possible conflict may stand",
        help_text="Recorded with your name, and shown to the supervisors of the team",
        required=False,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, case: Complaint, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case
        kinds = HandlingType.objects.in_force(timezone.localdate()).order_by("position")
        hints = {
            kind.code: "" if kind.has_review_right else "No right to a review" for kind in kinds
        }
        handling = self.fields["handling"]
        handling.widget = HintedRadioSelect(hints=hints)
        handling.choices = [(kind.code, kind.label) for kind in kinds]  # type: ignore[attr-defined]
        kept_out = set(kept_out_of(case))
        self.fields["investigator"] = holder_field(
            case,
            Role.INVESTIGATOR,
            but_not=kept_out,
            label="Investigator",
            help_text="The case opens to them when you save",
        )
        self.fields["supervisor"] = holder_field(
            case,
            Role.SUPERVISOR,
            but_not=kept_out | _part(case),
            label="Supervisor who will sign it off",
            help_text="Somebody who takes no part in it. Can be chosen later",
        )

    def clean_handling(self) -> Handling:
        """Give the handling as its code."""
        return Handling(self.cleaned_data["handling"])


class ReasonForm(forms.Form):
    """Why a case is suspended, resumed or withdrawn, or an access ended."""

    reason = forms.CharField(label="Reason", **REASON)


class SentForm(forms.Form):
    """When something was sent to the complainant, and how."""

    sent_on = SplitDateField(
        label="Date it was sent",
        not_after_today=True,
        error_messages={"required": "Enter the date it was sent"},
    )
    how = forms.ChoiceField(
        label="How it was sent",
        choices=ContactBy.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how it was sent"},
    )


class UpdateForm(SentForm):
    """A progress update."""

    note = forms.CharField(
        label="What it said, in short",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class OutcomeForm(SentForm):
    """The outcome, with the body that hears a review where there is a right to one."""

    review_body = forms.ChoiceField(
        label="Who hears a review",
        help_text="As named in the letter (regulation 32)",
        choices=ReviewBody.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose who hears a review: the outcome must name the body"},
    )

    def __init__(self, *args: Any, has_review_right: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_review_right:
            del self.fields["review_body"]


class GiveAccessForm(forms.Form):
    """To whom a case is opened, why and until when. Gives `user`."""

    who = forms.CharField(
        label="Collar number, surname or user name",
        max_length=64,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20", "autocomplete": "off"}),
        error_messages={"required": "Enter whom the case is opened to"},
    )
    reason = forms.CharField(label="Reason", help_text="Shown beside their name", **REASON)
    expires_on = SplitDateField(
        label="Last day, if it should end by itself",
        name="Last day",
        help_text="Leave empty for access until somebody ends it",
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Find the account; several of one surname are listed with their numbers."""
        cleaned = super().clean() or self.cleaned_data
        typed = cleaned.get("who", "")
        found = find_accounts(typed) if typed else []
        cleaned["user"] = found[0] if len(found) == 1 else None
        if typed and not found:
            self.add_error("who", f"Enter somebody who has an account. You entered {typed}")
        elif len(found) > 1:
            names = ", ".join(user.display_name for user in found)
            self.add_error("who", f"Enter the collar number of one of: {names}")
        return cleaned


def _part(case: Complaint) -> set[Any]:
    taken = Contribution.objects.filter(complaint=case).annotate(record=every_record())
    return set(taken.values_list("record", flat=True))
