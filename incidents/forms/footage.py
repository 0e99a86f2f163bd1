"""What people type about footage: a search, what to attach, and how a recording was lost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.form_fields import (
    ClockTimeField,
    HintedRadioSelect,
    SplitDateField,
    london_moment,
)
from accounts.models import Person
from bwcportal.phrasing import in_london, person
from incidents.enums import SearchResult
from incidents.models import Incident
from incidents.services.footage import REASON_LENGTH, SearchCriteria
from incidents.services.losses import REASON_LENGTH as LOSS_LENGTH

SYSTEM, HAND = "SYSTEM", "HAND"
# Officers turn their cameras on before they arrive and off after they leave.
ROOM = timedelta(hours=1)
MOST_OFFICERS = 20
_COLLAR = re.compile(r"[A-Za-z0-9][A-Za-z0-9/-]{0,15}\Z")


class FootageSearchForm(forms.Form):
    """A search of the evidence system, or the fact that there is nothing to find."""

    how = forms.ChoiceField(
        label="What do you want to record?",
        choices=[
            (SYSTEM, "Search the evidence system now"),
            (HAND, "Say what you found out elsewhere"),
        ],
        initial=SYSTEM,
        widget=HintedRadioSelect(
            hints={
                SYSTEM: "The search is recorded whether or not it finds anything",
                HAND: "For example that a camera was not worn, or a dock log shows no upload",
            }
        ),
        error_messages={"required": "Choose what you want to record"},
    )
    result = forms.ChoiceField(
        label="What you found out",
        required=False,
        choices=[choice for choice in SearchResult.choices if choice[0] != SearchResult.FOUND],
        widget=forms.RadioSelect,
    )
    place = forms.CharField(
        label="Where you looked",
        max_length=120,
        required=False,
        help_text="For example Dock log, Tarrow station",
    )
    note = forms.CharField(
        label="What it says, and from whom",
        max_length=REASON_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    officers = forms.MultipleChoiceField(
        label="Officers of this case", required=False, widget=forms.CheckboxSelectMultiple
    )
    other_officers = forms.CharField(
        label="Other collar numbers",
        required=False,
        max_length=200,
        help_text="Put commas between them. With no officer and no camera, every camera is searched",
    )
    camera_serial = forms.CharField(
        label="Camera serial",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10"}),
    )
    day = SplitDateField(label="Day", name="Day of the search", not_after_today=True)
    start = ClockTimeField(label="From", name="Time the search begins", help_text="24-hour clock")
    until = ClockTimeField(
        label="To",
        name="Time the search ends",
        help_text="Before From: on the next day",
    )

    def __init__(self, *args: Any, officers: Iterable[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(officer.collar_number, person(officer)) for officer in officers]
        self.fields["officers"].choices = choices  # type: ignore[attr-defined]
        if not choices:
            del self.fields["officers"]

    def clean_other_officers(self) -> list[str]:
        """Read collar numbers between commas or spaces. Raises ValidationError naming the bad one."""
        numbers = re.split(r"[,;\s]+", self.cleaned_data["other_officers"].strip())
        numbers = [number.upper() for number in numbers if number]
        for number in numbers:
            if not _COLLAR.match(number):
                raise ValidationError(
                    f"A collar number has letters and figures only. You entered {number}"
                )
        if len(numbers) > MOST_OFFICERS:
            raise ValidationError(f"Search for {MOST_OFFICERS} officers at most at a time")
        return numbers

    def clean(self) -> dict[str, Any]:
        """Work out the window in UTC, and ask for what a fact entered by hand needs."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("how") == HAND:
            if not cleaned.get("result"):
                self.add_error("result", "Choose what you found out")
            if not (cleaned.get("note") or "").strip() and "note" not in self.errors:
                self.add_error("note", "Enter what was found out, and from whom or what")
        day, start, until = (cleaned.get(name) for name in ("day", "start", "until"))
        if day and start is not None and until is not None:
            last_day = day if until > start else day + timedelta(days=1)
            try:
                cleaned["window"] = (
                    london_moment(day, start),
                    london_moment(last_day, until, later=True),
                )
            except ValidationError as error:
                self.add_error("start", error)
        return cleaned

    @property
    def by_hand_fields(self) -> list[forms.BoundField]:
        """Give the questions that belong to a fact entered by hand."""
        return [self["result"], self["place"], self["note"]]

    @property
    def by_hand(self) -> bool:
        """Whether a fact is entered rather than the evidence system searched."""
        return bool(self.cleaned_data["how"] == HAND)

    def criteria(self) -> SearchCriteria:
        """Give what to look for, once the form is valid."""
        data = self.cleaned_data
        numbers = dict.fromkeys([*data.get("officers", []), *data["other_officers"]])
        return SearchCriteria(
            window_from=data["window"][0],
            window_to=data["window"][1],
            collar_numbers=tuple(numbers),
            camera_serial=data["camera_serial"].strip(),
        )


def starting_values(
    incident: Incident | None, officers: Sequence[Person], asked: dict[str, str]
) -> dict[str, Any]:
    """Give what the form first shows: the officers, and the incident with an hour on either side.

    `asked` is the query of a link on the board: `how`, `officer` (collar number), `from` and `to`
    (ISO 8601). What cannot be read there is left out.
    """
    values: dict[str, Any] = {"how": HAND if asked.get("how") == HAND else SYSTEM}
    numbers = [officer.collar_number for officer in officers]
    if asked.get("officer") in numbers:
        numbers = [asked["officer"]]
    elif asked.get("officer"):
        numbers, values["other_officers"] = [], asked["officer"][:16]
    values["officers"] = numbers
    span = _span(incident, asked)
    if span is not None:
        first, last = in_london(span[0]), in_london(span[1])
        values |= {"day": first.date(), "start": f"{first:%H:%M}", "until": f"{last:%H:%M}"}
    return values


def _span(incident: Incident | None, asked: dict[str, str]) -> tuple[datetime, datetime] | None:
    try:
        start, end = (datetime.fromisoformat(asked[name]) for name in ("from", "to"))
        # A gap is given to the second, and a search to the minute around it.
        return start.astimezone(UTC), end.astimezone(UTC) + timedelta(seconds=59)
    except (KeyError, ValueError, OverflowError):
        pass
    if incident is None:
        return None
    if not incident.start_is_known:
        return incident.starts_at, incident.starts_at + timedelta(hours=23, minutes=59)
    return incident.starts_at - ROOM, incident.ends_at + ROOM


class AttachForm(forms.Form):
    """Which of the recordings found belong to the case, and why."""

    recordings = forms.MultipleChoiceField(
        label="Recordings to attach",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose the recordings that belong to the case",
            "invalid_choice": "Choose from the recordings that this search found",
        },
    )
    reason = forms.CharField(
        label="Why they belong to the case",
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="For example: worn by an officer complained about, at the time of the incident",
        error_messages={"required": "Enter why these recordings belong to the case"},
    )
    preserve = forms.BooleanField(
        label="Ask the evidence system to preserve them at once", required=False, initial=True
    )

    def __init__(self, *args: Any, external_ids: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["recordings"].choices = [(each, each) for each in external_ids]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> list[str]:
        """Give the identifiers that are ticked, as typed when the form was sent."""
        return list(self["recordings"].value() or [])


class LossForm(forms.Form):
    """How a recording was lost."""

    reason = forms.CharField(
        label="How was the recording lost, and who said so?",
        max_length=LOSS_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Everybody who can see the case reads this",
        error_messages={"required": "Enter how the recording was lost, and who said so"},
    )
