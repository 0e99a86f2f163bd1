"""What people type about officers: adding one to a case, saying who one is, keeping somebody out."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.form_fields import HintedCheckboxSelectMultiple, HintedRadioSelect
from accounts.models import Person
from incidents.enums import MatchState
from incidents.forms.acts import REASON
from incidents.forms.log_complaint import OfficerForm
from incidents.models import Complaint, SubjectMatch
from incidents.selectors.cases import allegations_of
from incidents.selectors.officers import find_officers

SOMEBODY_ELSE = "else"


class AddOfficerForm(OfficerForm):
    """An officer complained about who was not named when the complaint was logged."""

    allegations = forms.MultipleChoiceField(
        label="Which allegations concern this officer",
        help_text="Leave empty if none of them does",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, case: Complaint, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["allegations"].choices = [  # type: ignore[attr-defined]
            (str(each.pk), f"{each}: {each.category.title}") for each in allegations_of(case)
        ]


class PersonField(forms.CharField):
    """A person of the force, by number or surname of today or of the past."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"class": "govuk-input--width-20", "autocomplete": "off"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(max_length=60, **kwargs)

    def clean(self, value: Any) -> Any:
        """Give the one person who is meant; several are listed with their numbers."""
        typed = super().clean(value)
        if not typed:
            return None
        found = find_officers(typed, exact=True)
        if not found:
            raise forms.ValidationError(
                f"Enter a collar number or surname that the force knows. You entered {typed}"
            )
        if len(found) > 1:
            names = ", ".join(person.title for person in found)
            raise forms.ValidationError(f"Enter the number and surname of one of: {names}")
        return found[0]


class IdentifyForm(forms.Form):
    """Who an officer is: one of the people the description may mean, or somebody else."""

    answer = forms.ChoiceField(
        label="Who it is",
        error_messages={"required": "Choose who it is"},
    )
    officer = PersonField(label="Collar number or surname", required=False)
    reason = forms.CharField(label="How that is known", **REASON)

    def __init__(self, *args: Any, matches: list[SubjectMatch], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._people = {str(each.person_id): each.person for each in matches}
        hints = {str(each.person_id): _hint(each) for each in matches}
        choices = [(key, person.title) for key, person in self._people.items()]
        answer = self.fields["answer"]
        answer.widget = HintedRadioSelect(hints=hints)
        answer.choices = [*choices, (SOMEBODY_ELSE, "Somebody else")]  # type: ignore[attr-defined]
        if not choices:
            del self.fields["answer"]
            self.fields["officer"].required = True
            self.fields["officer"].error_messages["required"] = "Enter a collar number or surname"

    def clean(self) -> dict[str, Any]:
        """Give `person`: the one chosen, or the one typed."""
        cleaned = super().clean() or self.cleaned_data
        answer = cleaned.get("answer", SOMEBODY_ELSE)
        cleaned["person"] = self._people.get(answer) or cleaned.get("officer")
        if cleaned["person"] is None and not self.errors:
            self.add_error("officer", "Enter a collar number or surname")
        return cleaned


class RuleOutForm(forms.Form):
    """Who is not the officer described, and how that is known."""

    people = forms.MultipleChoiceField(
        label="Not this officer", error_messages={"required": "Tick whom you rule out"}
    )
    not_reason = forms.CharField(label="How that is known", **REASON)

    def __init__(self, *args: Any, matches: list[SubjectMatch], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        undecided = [each for each in matches if each.state == MatchState.PROPOSED]
        people = self.fields["people"]
        people.widget = HintedCheckboxSelectMultiple(
            hints={str(each.person_id): _hint(each) for each in undecided}
        )
        people.choices = [  # type: ignore[attr-defined]
            (str(each.person_id), each.person.title) for each in undecided
        ]


class DescribeForm(forms.Form):
    """What an officer looked like who is not identified yet."""

    description = forms.CharField(
        label="Description",
        max_length=200,
        error_messages={"required": "Describe the officer who is not identified yet"},
    )


class KeepOutForm(forms.Form):
    """Whom a case is closed to, and why."""

    person = PersonField(
        label="Collar number or surname",
        error_messages={"required": "Enter whom the case is closed to"},
    )
    reason = forms.CharField(
        label="Reason", help_text="Shown to those who see who can see the case", **REASON
    )


class LinkForm(forms.Form):
    """The case that this one belongs together with, and why."""

    other = forms.CharField(
        label="Reference of the other case",
        max_length=20,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20", "autocomplete": "off"}),
        error_messages={"required": "Enter the reference of the other case"},
    )
    reason = forms.CharField(label="Why they belong together", **REASON)


def _hint(match: SubjectMatch) -> str:
    person: Person = match.person
    return f"{person.unit.name}. The description has {match.what}"
