"""What people type to say who acts for somebody absent."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone

from accounts.form_fields import SplitDateField
from accounts.models import User
from incidents.deadlines import end_of_day, start_of_day
from incidents.forms.acts import REASON
from incidents.selectors.officers import find_accounts


class CoverForm(forms.Form):
    """Who is away, who acts for them, from which day to which. Gives `data` for the service."""

    absent = forms.ChoiceField(
        label="Who is away", error_messages={"required": "Choose who is away"}
    )
    deputy = forms.CharField(
        label="Who acts for them",
        help_text="Collar number, surname or user name",
        max_length=64,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20", "autocomplete": "off"}),
        error_messages={"required": "Enter who acts for them"},
    )
    first_day = SplitDateField(
        label="First day",
        name="First day",
        help_text="Leave empty for from now on",
        required=False,
    )
    last_day = SplitDateField(
        label="Last day",
        name="Last day",
        help_text="Until the end of that day, 92 days at most",
        error_messages={"required": "Enter the last day"},
    )
    reason = forms.CharField(
        label="Reason",
        help_text="Annual leave, course, illness. Shown beside the names",
        **REASON,
    )

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._people = {str(person.pk): person for person in people}
        own = people[0]
        if len(people) == 1:
            del self.fields["absent"]
            self.fields["deputy"].label = "Who acts for you"
            return
        choices = [(str(own.pk), f"{own.display_name} (you)")]
        choices += [(str(person.pk), person.display_name) for person in people[1:]]
        self.fields["absent"].choices = choices  # type: ignore[attr-defined]

    def clean_deputy(self) -> User | None:
        """Find the account; several of one surname are listed with their numbers."""
        typed = self.cleaned_data["deputy"]
        found = find_accounts(typed)
        if not found:
            raise forms.ValidationError(f"Enter somebody who has an account. You entered {typed}")
        if len(found) > 1:
            names = ", ".join(user.display_name for user in found)
            raise forms.ValidationError(f"Enter the collar number of one of: {names}")
        return found[0]

    def who_is_away(self) -> User:
        """Give the account that is covered: the one chosen, or the person's own."""
        own = next(iter(self._people.values()))
        return self._people.get(self.cleaned_data.get("absent", ""), own)

    def period(self) -> tuple[datetime, datetime]:
        """Give the period in UTC: from the start of the first day, or now, to the end of the last."""
        first: date | None = self.cleaned_data["first_day"]
        since = start_of_day(first) if first else timezone.now()
        return since, end_of_day(self.cleaned_data["last_day"])
