"""The pages of logging a complaint. Officers and allegations may be added without script.

The forms say what is wrong with an answer; what an answer means for the case is decided by
`incidents.services.logging`.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.form_fields import ClockTimeField, SplitDateField, london_moment
from accounts.models import CommandUnit, Person, Team, User
from bwcportal.phrasing import plain_date
from incidents.deadlines import end_of_day, start_of_day
from incidents.enums import Channel, ComplainantKind, ContactBy
from incidents.models import AllegationCategory, ComplaintFactor
from incidents.selectors.officers import find_officers

SHORT = {"class": "govuk-input--width-20"}


class IncidentForm(forms.Form):
    """Page 1: what happened, where and when. Gives `starts_at`, `ends_at`, `start_is_known` (UTC)."""

    happened_on = SplitDateField(
        label="Date of the incident",
        help_text="For example, 6 11 2026",
        not_after_today=True,
        error_messages={"required": "Enter the date of the incident"},
    )
    started = ClockTimeField(
        label="Time it started",
        name="time it started",
        help_text="24-hour clock. A guess is fine: footage is searched an hour either side",
        required=False,
    )
    time_not_known = forms.BooleanField(label="Time not known", required=False)
    ended = ClockTimeField(
        label="Time it ended, if known",
        name="time it ended",
        help_text="Before the start means on the next day",
        required=False,
    )
    place = forms.CharField(
        label="Where it happened",
        help_text="A street, a building, a vehicle",
        max_length=200,
        error_messages={"required": "Enter where it happened, in as much detail as you have"},
    )
    unit = forms.ModelChoiceField(
        CommandUnit.objects.order_by("kind", "name"),
        label="Borough or unit",
        empty_label="Choose a borough or unit",
        error_messages={"required": "Choose the borough or unit where it happened"},
    )
    title = forms.CharField(
        label="In a few words, what it is about",
        help_text="Stands at the head of every page of the case. Do not name the complainant",
        max_length=120,
        error_messages={"required": "Enter in a few words what it is about"},
    )
    original_words = forms.CharField(
        label="What the complainant says, in their words",
        help_text="Kept exactly as typed",
        widget=forms.Textarea(attrs={"rows": 5}),
        strip=False,
        error_messages={"required": "Enter what the complainant says"},
    )
    summary = forms.CharField(
        label="Your summary, if it helps",
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
    )
    made_on = SplitDateField(
        label="Date the complaint was made",
        not_after_today=True,
        error_messages={"required": "Enter the date the complaint was made"},
    )

    def clean(self) -> dict[str, Any]:
        """Join date and times to UTC moments; say what contradicts."""
        cleaned = super().clean() or self.cleaned_data
        day, started = cleaned.get("happened_on"), cleaned.get("started")
        if not started and not cleaned.get("time_not_known") and "started" not in self.errors:
            self.add_error(
                "started",
                "Enter the time it started, for example 21:40, or say the time is not known",
            )
        if day is None:
            return cleaned
        made_on = cleaned.get("made_on")
        if made_on and made_on < day:
            self.add_error(
                "made_on",
                f"Date the complaint was made must not be before the incident. You entered "
                f"{plain_date(made_on)}",
            )
        if cleaned.get("time_not_known"):
            cleaned.update(
                starts_at=start_of_day(day), ends_at=end_of_day(day), start_is_known=False
            )
        elif started:
            self._join(cleaned, day)
        return cleaned

    def _join(self, cleaned: dict[str, Any], day: date) -> None:
        started, ended = cleaned["started"], cleaned.get("ended")
        try:
            starts_at = london_moment(day, started)
        except ValidationError as error:
            self.add_error("started", error)
            return
        if starts_at > timezone.now():
            self.add_error(
                "started", f"The time it started must have passed. You entered {started:%H:%M}"
            )
            return
        ends_at: datetime = starts_at
        if ended:
            last_day = day + timedelta(days=1) if ended < started else day
            try:
                ends_at = london_moment(last_day, ended)
            except ValidationError as error:
                self.add_error("ended", error)
                return
        cleaned.update(starts_at=starts_at, ends_at=ends_at, start_is_known=True)


class ComplainantForm(forms.Form):
    """Page 2: how it came in, and who complains."""

    channel = forms.ChoiceField(
        label="How the complaint came in",
        choices=[("", "Choose how it came in"), *Channel.choices],
        error_messages={"required": "Choose how the complaint came in"},
    )
    kind = forms.ChoiceField(
        label="The complainant is",
        choices=ComplainantKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how the complainant stands to the incident"},
    )
    name = forms.CharField(
        label="Name", help_text="Leave empty if they do not want to be named", max_length=120,
        required=False,
    )  # fmt: skip
    email = forms.EmailField(
        label="Email",
        required=False,
        widget=forms.EmailInput(attrs=SHORT),
        error_messages={"invalid": "Enter an email address such as name@example.com"},
    )
    telephone = forms.CharField(
        label="Telephone", max_length=30, required=False, widget=forms.TextInput(attrs=SHORT)
    )
    address = forms.CharField(
        label="Postal address", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    prefers = forms.ChoiceField(
        label="How they want to hear from us",
        choices=ContactBy.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how they want to hear from us"},
    )
    needs = forms.CharField(
        label="Help they need to take part",
        help_text="For example an interpreter, large print or a call rather than a letter",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    was_under_18 = forms.BooleanField(label="Under 18 at the time", required=False)
    born_on = SplitDateField(label="Date of birth, if known", not_after_today=True, required=False)

    _WAYS = {
        ContactBy.EMAIL: ("email", "Enter an email address, or choose another way to reach them"),
        ContactBy.TELEPHONE: ("telephone", "Enter a number, or choose another way to reach them"),
        ContactBy.LETTER: ("address", "Enter an address, or choose another way to reach them"),
    }

    def clean(self) -> dict[str, Any]:
        """Ask for the address of the way they chose, unless they do not want to be named."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("name") and cleaned.get("prefers"):
            field, message = self._WAYS[ContactBy(cleaned["prefers"])]
            if not cleaned.get(field) and field not in self.errors:
                self.add_error(field, message)
        return cleaned


class OfficerForm(forms.Form):
    """Page 3, once for each officer: who it is, or what they looked like. Gives `person`."""

    officer = forms.CharField(
        label="Collar number or surname",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20", "autocomplete": "off"}),
    )
    description = forms.CharField(
        label="If not identified yet, a description",
        help_text="For example, tall, with a beard, about 40",
        required=False,
        max_length=200,
    )

    def clean(self) -> dict[str, Any]:
        """Find the officer. Several of one surname are listed, so that the number can be entered."""
        cleaned = super().clean() or self.cleaned_data
        cleaned["person"] = None
        typed = cleaned.get("officer", "")
        if typed:
            cleaned["person"] = self._find(typed)
        elif not cleaned.get("description") and "officer" not in self.errors:
            self.add_error(
                "officer", "Enter a collar number or surname, or describe the officer below"
            )
        return cleaned

    def _find(self, typed: str) -> Person | None:
        found = find_officers(typed, exact=True)
        if len(found) == 1:
            return found[0]
        if not found:
            self.add_error(
                "officer",
                f"Enter a collar number or surname that the force knows. You entered {typed}",
            )
        else:
            names = ", ".join(person.title for person in found)
            self.add_error("officer", f"Enter the collar number of one of: {names}")
        return None


class AllegationForm(forms.Form):
    """Page 4, once for each allegation: the complainant's words beside the category."""

    words = forms.CharField(
        label="In the complainant's words",
        widget=forms.Textarea(attrs={"rows": 3}),
        strip=False,
        error_messages={"required": "Enter the allegation in the complainant's words"},
    )
    category = forms.ChoiceField(
        label="Category", error_messages={"required": "Choose the category that fits best"}
    )
    subjects = forms.MultipleChoiceField(
        label="Whom it concerns",
        help_text="Leave empty if it concerns nobody in particular",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self,
        *args: Any,
        category_choices: list[Any],
        officers: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = category_choices  # type: ignore[attr-defined]
        self.fields["subjects"].choices = officers  # type: ignore[attr-defined]

    def clean_words(self) -> str:
        """Refuse blanks only; keep the rest as typed."""
        words: str = self.cleaned_data["words"]
        if not words.strip():
            raise ValidationError("Enter the allegation in the complainant's words", "required")
        return words


class ClosingForm(forms.Form):
    """The end of page 4: the team, factors, and whether the case is restricted."""

    team = forms.ModelChoiceField(
        Team.objects.none(),
        label="Team",
        empty_label=None,
        error_messages={"required": "Choose the team that handles the case"},
    )
    factors = forms.MultipleChoiceField(
        label="Tick what applies",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    is_restricted = forms.BooleanField(
        label="Restrict this case",
        help_text="It then opens to nobody in the team, but only to people who are given access",
        required=False,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.filter(pk__in=user.team_ids).order_by("name")
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        self.fields["team"].initial = teams.first()
        rows = ComplaintFactor.objects.in_force(timezone.localdate()).order_by("label")
        self.fields["factors"].choices = [  # type: ignore[attr-defined]
            (row.code, row.label) for row in rows
        ]


def category_choices() -> list[Any]:
    """List the categories in force today in their groups, for a select with headings."""
    groups: dict[str, list[tuple[str, str]]] = {}
    rows = AllegationCategory.objects.in_force(timezone.localdate()).order_by("position")
    for row in rows:
        groups.setdefault(row.group, []).append((row.code, row.title))
    return [("", "Choose the category that fits best"), *groups.items()]
