"""What people type to give an outside reviewer a seat, and several people several cases."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from accounts.form_fields import HintedRadioSelect, PlainWords, SplitDateField
from accounts.models import User
from accounts.people import holders_of
from accounts.roles import Role
from incidents.enums import BulkMode
from incidents.forms.acts import REASON
from incidents.models import Complaint
from incidents.selectors.cases import find_by_reference
from incidents.selectors.officers import find_accounts

MOST_LINES = 50


class SeatForm(PlainWords, forms.Form):
    """Which outside reviewer gets a seat, why and until when. Gives `user`."""

    who = forms.ChoiceField(label="Outside reviewer")
    reason = forms.CharField(label="Reason", help_text="Shown beside their name", **REASON)
    expires_on = SplitDateField(
        label="Last day", help_text="A seat always ends by itself, after three months at the latest"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._people = {str(user.pk): user for user in holders_of(Role.OVERSIGHT)}
        field: Any = self.fields["who"]
        field.choices = [
            ("", "Choose somebody"),
            *((pk, user.display_name) for pk, user in self._people.items()),
        ]

    def clean(self) -> dict[str, Any]:
        """Find the account."""
        cleaned = super().clean() or self.cleaned_data
        cleaned["user"] = self._people.get(cleaned.get("who", ""))
        return cleaned


class BulkAccessForm(PlainWords, forms.Form):
    """Which cases are opened to whom. Gives `found_cases` and `found_users`.

    A reference that the person may not know of and one that nobody has are answered in one sentence.
    """

    cases = forms.CharField(
        label="References of the cases",
        help_text="One on each line",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "govuk-input--width-20"}),
    )
    people = forms.CharField(
        label="People",
        help_text="Collar number, surname or user name, one on each line",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "govuk-input--width-20"}),
    )
    mode = forms.ChoiceField(
        label="What happens to the personal access that is there",
        choices=[
            (BulkMode.ADD, "Add to it"),
            (BulkMode.REPLACE, "Replace it by exactly these people"),
        ],
        initial=BulkMode.ADD,
        widget=HintedRadioSelect(
            hints={
                BulkMode.ADD: "Whoever has access keeps it as it is",
                BulkMode.REPLACE: "Anybody else with a personal grant loses it. Teams, assignments and "
                "oversight seats stay",
            }
        ),
    )
    reason = forms.CharField(label="Reason", help_text="Shown beside each name", **REASON)
    expires_on = SplitDateField(
        label="Last day, if it should end by itself",
        name="Last day",
        help_text="Leave empty for access until somebody ends it",
        required=False,
    )
    field_order: ClassVar = ["cases", "people", "mode", "reason", "expires_on"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean(self) -> dict[str, Any]:
        """Find the cases that the person may know of, and the accounts."""
        cleaned = super().clean() or self.cleaned_data
        cleaned["found_cases"] = self._found("cases", self._case)
        cleaned["found_users"] = self._found("people", self._account)
        return cleaned

    def _found(self, name: str, find: Any) -> list[Any]:
        lines = [line.strip() for line in self.cleaned_data.get(name, "").splitlines()]
        lines = list(dict.fromkeys(line for line in lines if line))
        if len(lines) > MOST_LINES:
            self.add_error(name, f"Enter at most {MOST_LINES} lines. You entered {len(lines)}")
            return []
        return [found for line in lines if (found := find(line)) is not None]

    def _case(self, line: str) -> Complaint | None:
        case = find_by_reference(self._user, line)
        if case is None:
            self.add_error("cases", f"You can see no case with the reference {line}")
        return case

    def _account(self, line: str) -> User | None:
        found = find_accounts(line)
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(user.display_name for user in found)
            self.add_error("people", f"Enter the collar number of one of: {names}")
        else:
            self.add_error("people", f"Enter somebody who has an account. You entered {line}")
        return None
