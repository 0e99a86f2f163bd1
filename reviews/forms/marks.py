"""The form of a mark whose times are typed: what the review room does, without its script."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms

from bwcportal import phrasing
from reviews.enums import AnnotationKind, Bearing, MarkType
from reviews.marking import TEXT_LENGTH
from reviews.offsets import parse_offset
from reviews.selectors.room import Room

_TIME_HINT = (
    "Hours, minutes, seconds and thousandths from the start of the file, such as 0:03:12.480"
)
# Fields of the services under the names they have in this form.
FORM_FIELDS = {"start_ms": "start", "end_ms": "end", "bearings": None, "kind": "end"}


class OffsetField(forms.CharField):
    """A place in a recording, typed; its value is whole ms from the start of the file."""

    def clean(self, value: Any) -> Any:
        """Read the place; the message says what was typed and how to write it."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_offset(text)
        except ValueError:
            raise forms.ValidationError(
                f"“{text}” cannot be read. Enter a time in the file, such as 0:03:12.480"
            ) from None


class MarkForm(forms.Form):
    """A mark of one recording of a case, for a person who types its times."""

    link = forms.TypedChoiceField(label="Recording", coerce=UUID)
    start = OffsetField(
        label="Start",
        help_text=_TIME_HINT,
        error_messages={"required": "Enter where in the file the moment begins"},
        widget=forms.TextInput(attrs={"class": "bwc-w-time", "autocomplete": "off"}),
    )
    end = OffsetField(
        label="End (optional)",
        help_text="Leave it empty to mark one moment. The end itself is not included",
        required=False,
        widget=forms.TextInput(attrs={"class": "bwc-w-time", "autocomplete": "off"}),
    )
    mark_type = forms.TypedChoiceField(
        label="Type", choices=MarkType.choices, coerce=int, initial=MarkType.OTHER
    )
    observation = forms.CharField(
        label="Seen or heard (optional)",
        help_text="Only what the recording shows",
        max_length=TEXT_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    assessment = forms.CharField(
        label="What I make of it (optional)",
        help_text="Kept apart from what was seen or heard",
        max_length=TEXT_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, room: Room, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["link"].choices = [
            (str(link.pk), f"{link.label} {_who(link)}, {_length(link)}") for link in room.links
        ]
        self.allegation_ids = [allegation.pk for allegation in room.allegations]
        for allegation in room.allegations:
            self.fields[f"bearing_{allegation.pk}"] = forms.ChoiceField(
                label=f"A{allegation.number} {allegation.category.label}",
                choices=[("", "Not tied to it"), *Bearing.choices],
                required=False,
            )

    @property
    def bearing_fields(self) -> list[forms.BoundField]:
        """The fields that tie the mark to each allegation."""
        return [self[f"bearing_{allegation_id}"] for allegation_id in self.allegation_ids]

    def content(self) -> dict[str, Any]:
        """Give what the services take, from a valid form."""
        data = self.cleaned_data
        return {
            "kind": AnnotationKind.MARKER if data["end"] is None else AnnotationKind.CLIP,
            "mark_type": data["mark_type"],
            "start_ms": data["start"],
            "end_ms": data["end"],
            "observation": data["observation"],
            "assessment": data["assessment"],
            "bearings": {
                allegation_id: data[f"bearing_{allegation_id}"]
                for allegation_id in self.allegation_ids
                if data[f"bearing_{allegation_id}"]
            },
        }


def initial_of(mark: Any) -> dict[str, Any]:
    """Give the answers of the form for a mark that is there."""
    answers = {
        "link": str(mark.link_id),
        "start": phrasing.offset(mark.start_ms, with_ms=True),
        "end": "" if mark.end_ms is None else phrasing.offset(mark.end_ms, with_ms=True),
        "mark_type": mark.mark_type,
        "observation": mark.observation,
        "assessment": mark.assessment,
        "version": mark.version,
    }
    return answers | {f"bearing_{row.allegation_id}": row.bearing for row in mark.bearings.all()}


def _who(link: Any) -> str:
    wearer = link.footage.wearer
    return wearer.title if wearer else link.footage.camera_serial


def _length(link: Any) -> str:
    return phrasing.offset(link.footage.duration_ms, with_ms=True)
