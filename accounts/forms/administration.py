"""What an administrator types about people, accounts, roles, teams and units."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from accounts.form_fields import HintedRadioSelect, PlainWords, SplitDateField, london_moment
from accounts.models import CommandUnit, Person, Team, User
from accounts.policies import REASON_LENGTH
from accounts.roles import ABOUT, Role
from accounts.selectors.directory import all_units, find_accounts, open_teams
from bwcportal.phrasing import london_day


def reason_field(help_text: str = "") -> forms.CharField:
    """Make the question for the reason of an act."""
    return forms.CharField(
        label="Reason",
        help_text=help_text,
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": "Enter the reason",
            "max_length": f"The reason has at most {REASON_LENGTH} characters. "
            "You entered %(show_value)d",
        },
    )


def text_field(label: str, *, length: int, width: int, **kwargs: Any) -> forms.CharField:
    """Make a question for one line of text, as wide as so many characters."""
    widget = forms.TextInput(
        attrs={"class": f"govuk-input--width-{width}", "autocomplete": "off", "spellcheck": "false"}
    )
    return forms.CharField(label=label, max_length=length, widget=widget, **kwargs)


class ReasonForm(PlainWords, forms.Form):
    """Why something is done."""

    reason = reason_field()


class PersonForm(PlainWords, forms.Form):
    """What is known of a person."""

    rank = text_field(
        "Rank or title", length=24, width=10, required=False, help_text="PC, PS, DI, Ms, Mr, Mx"
    )
    collar_number = text_field(
        "Collar or staff number",
        length=16,
        width=10,
        help_text="For example 2186QX. It is shown beside the name everywhere",
    )
    given_names = text_field("Given names", length=100, width=20)
    surname = text_field("Surname", length=100, width=20)
    unit = forms.ModelChoiceField(CommandUnit.objects.none(), label="Unit", empty_label="Choose")
    is_officer = forms.TypedChoiceField(
        label="What they are",
        choices=(("yes", "A police officer"), ("no", "A member of staff or a machine")),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = all_units()  # type: ignore[attr-defined]


class ChangePersonForm(PersonForm):
    """What is known of a person, changed for a reason."""

    reason = reason_field("For example a promotion, a transfer or a new name")

    @classmethod
    def showing(cls, person: Person) -> dict[str, Any]:
        """Give the values of now, to begin from."""
        return {
            "rank": person.rank,
            "collar_number": person.collar_number,
            "given_names": person.given_names,
            "surname": person.surname,
            "unit": person.unit_id,
            "is_officer": "yes" if person.is_officer else "no",
        }


class OpenAccountForm(PlainWords, forms.Form):
    """The user name of a new account."""

    username = text_field(
        "User name",
        length=64,
        width=20,
        help_text="Small letters, figures, full stops and hyphens. It cannot be changed later",
    )
    reason = reason_field()


class SetUpCodeForm(PlainWords, forms.Form):
    """What a set-up code is for, and why it is handed out."""

    what = forms.ChoiceField(
        label="What they set up with it",
        choices=(
            ("password", "A new password, and a phone or passkey if they have none"),
            ("factor", "A phone or passkey only: they still know their password"),
        ),
        widget=forms.RadioSelect,
        initial="password",
    )
    reason = reason_field()

    def __init__(self, *args: Any, has_password: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_password:
            del self.fields["what"]


class PeriodForm(PlainWords, forms.Form):
    """From which day until which; both may be left out. Gives `since` and `until` in UTC."""

    begins_on = SplitDateField(
        label="First day",
        help_text="Leave empty to begin at once",
        required=False,
    )
    ends_on = SplitDateField(
        label="Last day",
        help_text="Leave empty if it holds until somebody ends it",
        required=False,
    )
    reason = reason_field()

    def clean(self) -> dict[str, Any]:
        """Turn days into moments; a first day of today means at once."""
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("begins_on"), cleaned.get("ends_on")
        today = london_day(timezone.now())
        cleaned["since"] = _begins(first) if first and first != today else None
        cleaned["until"] = _ends(last) if last else None
        return cleaned


class GiveRoleForm(PeriodForm):
    """Which role, from when until when, and why."""

    role = forms.TypedChoiceField(
        label="Role",
        choices=Role.choices,
        coerce=Role,
        widget=HintedRadioSelect(hints={role.value: words for role, words in ABOUT.items()}),
    )
    field_order = ("role", "begins_on", "ends_on", "reason")


class _TeamChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Team) -> str:
        return obj.name


class JoinTeamForm(PeriodForm):
    """Which team, from when until when, and why."""

    team = _TeamChoice(Team.objects.none(), label="Team", empty_label="Choose")
    field_order = ("team", "begins_on", "ends_on", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = open_teams()  # type: ignore[attr-defined]


class MoveTeamForm(PlainWords, forms.Form):
    """To which team somebody moves, and why."""

    team = _TeamChoice(Team.objects.none(), label="New team", empty_label="Choose")
    reason = reason_field()

    def __init__(self, *args: Any, but_not: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = open_teams().exclude(pk=but_not)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]


class AddMemberForm(PeriodForm):
    """Who is put into a team. Gives `user`."""

    who = text_field(
        "Collar number, surname or user name",
        length=100,
        width=20,
        error_messages={"required": "Enter who joins the team"},
    )
    field_order = ("who", "begins_on", "ends_on", "reason")

    def clean(self) -> dict[str, Any]:
        """Find the account; several of one surname are listed with their numbers."""
        cleaned = super().clean()
        typed = cleaned.get("who", "")
        found: list[User] = find_accounts(typed) if typed else []
        cleaned["user"] = found[0] if len(found) == 1 else None
        if typed and not found:
            self.add_error("who", f"Enter somebody who has an open account. You entered {typed}")
        elif len(found) > 1:
            names = ", ".join(f"{user.display_name} ({user.username})" for user in found)
            self.add_error("who", f"Enter the user name of one of: {names}")
        return cleaned


class TeamForm(PlainWords, forms.Form):
    """A team: its code, its name and its unit."""

    code = text_field(
        "Code", length=12, width=5, help_text="Short and lasting, for example T4. It stays"
    )
    name = text_field("Name", length=100, width=20)
    unit = forms.ModelChoiceField(CommandUnit.objects.none(), label="Unit", empty_label="Choose")
    reason = reason_field()

    def __init__(self, *args: Any, has_code: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = all_units()  # type: ignore[attr-defined]
        if not has_code:
            del self.fields["code"]


class UnitForm(PlainWords, forms.Form):
    """A unit of the force: its code, its name, and what sort it is."""

    code = text_field(
        "Code", length=12, width=5, help_text="Short and lasting, for example NM. It stays"
    )
    name = text_field("Name", length=100, width=20)
    kind = forms.ChoiceField(
        label="What sort of unit", choices=CommandUnit.Kind.choices, widget=forms.RadioSelect
    )
    is_armed = forms.BooleanField(
        label="Its officers carry firearms",
        help_text="Cameras are then worn on helmet and cap, and longer retention rules may apply",
        required=False,
    )
    reason = reason_field()

    def __init__(self, *args: Any, has_code: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_code:
            del self.fields["code"]


def _begins(day: date) -> datetime:
    return london_moment(day, time())


def _ends(day: date) -> datetime:
    """Give the last second of a London day."""
    return london_moment(day + timedelta(days=1), time()) - timedelta(seconds=1)
