"""What an administrator types about what a person was called, and which records are one human being."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.form_fields import PlainWords, SplitDateField
from accounts.forms.administration import reason_field, text_field
from accounts.models import Person, PersonLink
from accounts.selectors.identities import find_people


class _Days(PlainWords, forms.Form):
    since = SplitDateField(
        label="First day", required=False, help_text="Leave empty if nobody knows it"
    )
    until = SplitDateField(
        label="Last day", required=False, help_text="Leave empty if it is used still"
    )


class RecordNumberForm(_Days):
    """A number that a person had before, or has in another force."""

    number = text_field("Collar or staff number", length=16, width=10)
    force = text_field(
        "Force", length=60, width=20, required=False, help_text="Leave empty for this force"
    )
    field_order = ("number", "force", "since", "until")


class RecordNameForm(_Days):
    """A name that a person had before, or goes by besides."""

    given_names = text_field("Given names", length=100, width=20, required=False)
    surname = text_field("Surname", length=100, width=20)
    field_order = ("given_names", "surname", "since", "until")


class LinkRecordsForm(PlainWords, forms.Form):
    """Which other record is the same human being, and how that came about. Gives `other`."""

    who = text_field(
        "Collar number or surname of the other record",
        length=100,
        width=20,
        error_messages={"required": "Enter the collar number or surname of the other record"},
    )
    why = forms.ChoiceField(
        label="How there came to be two records",
        choices=PersonLink.Why.choices,
        widget=forms.RadioSelect,
    )
    reason = reason_field("How it is known that they are one human being")

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean(self) -> dict[str, Any]:
        """Find the record; several of one surname are listed with their numbers."""
        cleaned = super().clean() or self.cleaned_data
        typed = cleaned.get("who", "")
        found = find_people(typed, but_not=self.person.pk) if typed else []
        cleaned["other"] = found[0] if len(found) == 1 else None
        if typed and not found:
            self.add_error("who", f"Enter somebody of the force. You entered {typed}")
        elif len(found) > 1:
            names = ", ".join(each.title for each in found)
            self.add_error("who", f"Enter the collar number of one of: {names}")
        return cleaned
