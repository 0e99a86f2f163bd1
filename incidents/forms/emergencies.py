"""What people type to open a case in an emergency, and to review that."""

from __future__ import annotations

from django import forms

from incidents.enums import EmergencyOutcome
from incidents.forms.acts import REASON


class BreakGlassForm(forms.Form):
    """Which case, and why at once."""

    reference = forms.CharField(
        label="Reference of the case",
        help_text="As you were told it, for example CM-26-K7MQ4",
        max_length=60,
        widget=forms.TextInput(
            attrs={
                "class": "govuk-input--width-10",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
        error_messages={"required": "Enter the reference of the case"},
    )
    reason = forms.CharField(
        label="Why it cannot wait for access to be given",
        help_text="Read at once by the people who work on the case and who oversee access",
        **REASON,
    )


class EmergencyReviewForm(forms.Form):
    """Whether an emergency access was justified."""

    outcome = forms.ChoiceField(
        label="Was it justified?",
        choices=EmergencyOutcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether it was justified"},
    )
    note = forms.CharField(
        label="What you looked at and why you decided so",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": "Enter what you looked at and why you decided so",
            "max_length": "The note has at most 500 characters. You entered %(show_value)d",
        },
    )
