"""What people type to submit a version, to return it or to sign it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms

from accounts.form_fields import SplitDateField
from accounts.models import User
from reviews.selectors.versions import VersionInWords
from reviews.services.submissions import MOST_POINTS, NewPoint
from reviews.wording import LONGEST

RETURN, SIGN = "return", "sign"
FIRST_POINTS = 2


class SubmitForm(forms.Form):
    """Submit the case: to whom."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    supervisor = forms.ChoiceField(
        label="Who is to sign it?",
        help_text="Only people who can see the case and took no part in it.",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a supervisor"},
    )

    def __init__(self, *args: Any, supervisors: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._supervisors = {str(user.pk): user for user in supervisors}
        self.fields["supervisor"].choices = [
            (key, user.display_name) for key, user in self._supervisors.items()
        ]

    def chosen(self) -> User | None:
        """Give the supervisor who was chosen. Only for a valid form."""
        return self._supervisors.get(self.cleaned_data["supervisor"])


class JudgeForm(forms.Form):
    """Return a version with points to answer, or sign it. `digest` is what the person was shown."""

    digest = forms.CharField(widget=forms.HiddenInput)
    rows = forms.IntegerField(widget=forms.HiddenInput, required=False)
    choice = forms.ChoiceField(
        label="What do you decide?",
        choices=[(RETURN, "Return it, with points to answer"), (SIGN, "Sign it")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether to return it or to sign it"},
    )
    unwatched_reason = forms.CharField(
        label="Why sign without watching all of it?",
        help_text="Your reason becomes part of the signature.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=LONGEST,
        required=False,
    )
    answer_by = SplitDateField(
        label="Answer by",
        name="The day to answer by",
        help_text="Leave empty for five working days.",
        required=False,
    )

    def __init__(
        self, *args: Any, version: VersionInWords, rows: int = FIRST_POINTS, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.point_count = min(max(rows, FIRST_POINTS), MOST_POINTS)
        self.initial["rows"] = self.point_count
        choices = _about(version)
        for index in range(1, self.point_count + 1):
            self.fields[f"point_{index}"] = forms.CharField(
                label=f"Point {index}",
                widget=forms.Textarea(attrs={"rows": 2}),
                max_length=LONGEST,
                required=False,
            )
            self.fields[f"about_{index}"] = forms.ChoiceField(
                label=f"Point {index} is about", choices=choices, required=False
            )

    @property
    def return_fields(self) -> list[forms.BoundField]:
        """The fields that belong to a return, in the order in which they are shown."""
        points = [
            self[f"{name}_{index}"]
            for index in range(1, self.point_count + 1)
            for name in ("point", "about")
        ]
        return [*points, self["answer_by"]]

    def clean(self) -> dict[str, Any]:
        """Ask for at least one point when the version is returned."""
        typed: dict[str, Any] = super().clean() or {}
        if typed.get("choice") == RETURN and not self.points():
            self.add_error("point_1", "Enter at least one point to answer")
        return typed

    def points(self) -> list[NewPoint]:
        """Give the points that were typed; empty rows are left out."""
        points = []
        for index in range(1, self.point_count + 1):
            text = (self.cleaned_data.get(f"point_{index}") or "").strip()
            if text:
                kind, _, key = (self.cleaned_data.get(f"about_{index}") or "").partition(":")
                points.append(
                    NewPoint(
                        text,
                        allegation_id=UUID(key) if kind == "allegation" else None,
                        annotation_id=UUID(key) if kind == "annotation" else None,
                    )
                )
        return points


def rows_asked(data: Mapping[str, Any]) -> int:
    """Read how many rows for points the form had that was sent."""
    rows = str(data.get("rows", ""))
    return int(rows) if rows.isascii() and rows.isdigit() and len(rows) < 4 else FIRST_POINTS


def _about(version: VersionInWords) -> list[tuple[str, str]]:
    whole = [("", "The whole case")]
    allegations = [
        (f"allegation:{each['id']}", f"Allegation {each['number']}, {each['category']}")
        for each in version.allegations
    ]
    marks = [(f"annotation:{each['id']}", f"Moment {each['label']}") for each in version.marks]
    return [*whole, *allegations, *marks]
