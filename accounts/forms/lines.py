"""What people type about reporting lines and declared interests."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.form_fields import PlainWords, SplitDateField
from accounts.forms.administration import text_field
from accounts.models import Person
from accounts.selectors.identities import find_people


class _Named(PlainWords, forms.Form):
    """Finds one person of the force by what was typed in `who`; gives `person`."""

    def find(self, typed: str, but_not: Any) -> Person | None:
        """Give the one person who is meant; several are listed with their numbers."""
        found = find_people(typed, but_not=but_not) if typed else []
        if typed and not found:
            self.add_error("who", f"Enter somebody of the force. You entered {typed}")
        elif len(found) > 1:
            names = ", ".join(each.title for each in found)
            self.add_error("who", f"Enter the collar number of one of: {names}")
        return found[0] if len(found) == 1 else None


class BeginLineForm(_Named):
    """Whom a person reports to, and since when."""

    who = text_field(
        "Collar number or surname of the manager",
        length=100,
        width=20,
        error_messages={"required": "Enter the collar number or surname of the manager"},
    )
    since = SplitDateField(label="First day", not_after_today=True)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean(self) -> dict[str, Any]:
        """Find the manager."""
        cleaned = super().clean() or self.cleaned_data
        cleaned["manager"] = self.find(cleaned.get("who", ""), self.person.pk)
        return cleaned


class EndLineForm(PlainWords, forms.Form):
    """From which day on a person reports to somebody no more."""

    until = SplitDateField(label="First day without it", not_after_today=True)


class DeclareForm(_Named):
    """What a person is tied to: somebody of the force, or something said in words; and how."""

    who = text_field(
        "Somebody of the force: collar number or surname", length=100, width=20, required=False
    )
    about_words = forms.CharField(
        label="Or in words",
        help_text="An address, an event, a person outside the force. For example: 14 Elm Road, "
        "Northmarsh",
        max_length=200,
        required=False,
    )
    nature = forms.CharField(
        label="What ties you to them or to it",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Enter what ties you to them or to it"},
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean(self) -> dict[str, Any]:
        """Find the person."""
        cleaned = super().clean() or self.cleaned_data
        cleaned["about_person"] = self.find(cleaned.get("who", ""), self.person.pk)
        return cleaned
