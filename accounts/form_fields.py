"""Form fields and widgets for dates and times as people type them, and for choices with hints.

They live in the lowest app that has forms, so that every app can use them. A field keeps
exactly what was typed when it is wrong, and says what to do and what was typed. Markup:
templates/django/forms/widgets/.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import pretty_name
from django.utils import timezone

from bwcportal.phrasing import LONDON, plain_date

_PARTS = ("day", "month", "year")


class SplitDateWidget(forms.Widget):
    """Three text inputs for day, month and year, in one fieldset (GOV.UK date input)."""

    template_name = "django/forms/widgets/split_date.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None, *, birthday: bool = False) -> None:
        """Take `birthday` to let the browser offer the person's own date of birth."""
        super().__init__(attrs)
        self.birthday = birthday

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[str]:
        """Give the three parts exactly as typed."""
        return [str(data.get(f"{name}_{part}", "") or "") for part in _PARTS]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Say whether none of the three parts was sent."""
        return not any(f"{name}_{part}" in data for part in _PARTS)

    def id_for_label(self, id_: str | None) -> str:
        """Give no id: the parts have labels of their own, the group has a legend."""
        return ""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the three parts with their values and, when the answer is wrong, which are red."""
        context = super().get_context(name, value, attrs)
        values = _as_parts(value)
        invalid = context["widget"]["attrs"].get("aria-invalid") == "true"
        wrong = wrong_parts(values) if invalid else set()
        group_id = context["widget"]["attrs"].get("id", f"id_{name}")
        context["widget"]["parts"] = [
            {
                "id": f"{group_id}_{part}",
                "name": f"{name}_{part}",
                "label": part.capitalize(),
                "value": values[index],
                "width": 4 if part == "year" else 2,
                "wrong": part in wrong,
                "autocomplete": f"bday-{part}" if self.birthday else "",
            }
            for index, part in enumerate(_PARTS)
        ]
        return context

    def first_wrong_id(self, field: forms.BoundField) -> str:
        """Give the id of the first wrong part, for the link in the error summary."""
        wrong = wrong_parts(_as_parts(field.value()))
        return next((f"{field.auto_id}_{part}" for part in _PARTS if part in wrong), "")


def wrong_parts(values: list[str]) -> set[str]:
    """Name the parts of a typed date to repair: the empty ones, else the impossible ones, else all."""
    empty = {part for part, typed in zip(_PARTS, values, strict=True) if not typed.strip()}
    if empty:
        return empty
    limits = {"day": (1, 31), "month": (1, 12), "year": (1900, 2200)}
    impossible = {
        part
        for part, typed in zip(_PARTS, values, strict=True)
        if not (_is_number(typed) and limits[part][0] <= int(typed) <= limits[part][1])
    }
    return impossible or set(_PARTS)


def _is_number(typed: str) -> bool:
    return typed.strip().isascii() and typed.strip().isdigit()


def _as_parts(value: Any) -> list[str]:
    if isinstance(value, date):
        return [str(value.day), str(value.month), str(value.year)]
    return [str(part) for part in value] if value else ["", "", ""]


class SplitDateField(forms.Field):
    """A date typed as day, month and year.

    `name` is what the sentences call it, by default the label: 'Date of the incident'.
    `not_after_today` refuses dates after today in London. Gives a `date`, or None when it is
    not required and all three parts are empty.
    """

    widget = SplitDateWidget

    def __init__(self, *, name: str = "", not_after_today: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.name = name or str(self.label or "Date")
        self.not_after_today = not_after_today

    def to_python(self, value: Any) -> date | None:
        """Read the three parts. Raises ValidationError with what to do and what was typed."""
        if isinstance(value, date):
            return value
        parts = [part.strip() for part in _as_parts(value)]
        missing = [name for name, part in zip(_PARTS, parts, strict=True) if not part]
        if len(missing) == 3:
            return None
        if missing:
            raise ValidationError(
                f"{self.name} must include a {' and a '.join(missing)}", code="incomplete"
            )
        typed = " ".join(parts)
        if not all(_is_number(part) for part in parts) or len(parts[2]) != 4:
            raise ValidationError(
                f"{self.name} must be in numbers, for example 6 11 2026. You entered {typed}",
                code="not_numbers",
            )
        try:
            return date(int(parts[2]), int(parts[1]), int(parts[0]))
        except ValueError:
            raise ValidationError(
                f"{self.name} must be a real date. You entered {typed}", code="unreal"
            ) from None

    def validate(self, value: date | None) -> None:
        """Refuse nothing typed when required, and a date to come when it must have been."""
        if value is None and self.required:
            given = self.error_messages["required"]
            usual = str(forms.Field.default_error_messages["required"])
            words = f"Enter the {self.name[:1].lower()}{self.name[1:]}"
            raise ValidationError(words if str(given) == usual else given, code="required")
        today = timezone.now().astimezone(LONDON).date()
        if value is not None and self.not_after_today and value > today:
            raise ValidationError(
                f"{self.name} must be today or earlier. You entered {plain_date(value)}",
                code="in_the_future",
            )

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare the date typed with the one first shown."""
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


class ClockTimeField(forms.CharField):
    """A time on the 24-hour clock: 21:40, 2140, 21.40 or, with `seconds`, 21:40:07.

    Gives a `time`, or None when it is not required and empty. The sentences call it `name`,
    by default the label.
    """

    default_widget_attrs: ClassVar[dict[str, str]] = {"class": "bwc-w-time", "autocomplete": "off"}

    def __init__(self, *, name: str = "", seconds: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.name = name or str(self.label or "Time")
        self.seconds = seconds

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Make the input as wide as a time."""
        return {**super().widget_attrs(widget), **self.default_widget_attrs}

    def clean(self, value: Any) -> time | None:
        """Read the time. Raises ValidationError with an example and what was typed."""
        typed = str(value or "").strip()
        example = "21:40:07" if self.seconds else "21:40"
        what = f"{self.name[:1].lower()}{self.name[1:]}"
        if not typed:
            if not self.required:
                return None
            raise ValidationError(f"Enter the {what}, for example {example}", code="required")
        found = re.fullmatch(r"(\d{1,2})[:.]?(\d{2})(?:[:.](\d{2}))?", typed, re.ASCII)
        if found and (self.seconds or found[3] is None):
            hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
            if hour < 24 and minute < 60 and second < 60:
                return time(hour, minute, second)
        raise ValidationError(
            f"Enter the {what}, for example {example}. You entered {typed}", code="not_a_time"
        )


def london_moment(day: date, at: time, *, later: bool = False) -> datetime:
    """Give the UTC moment of a London day and time.

    In the hour that happens twice in autumn `later` chooses the second. Raises
    ValidationError for a time that did not exist because the clocks went forward.
    """
    local = datetime.combine(day, at, tzinfo=LONDON).replace(fold=int(later))
    moment = local.astimezone(UTC)
    if moment.astimezone(LONDON).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise ValidationError(
            f"{at:%H:%M} on {plain_date(day)} did not exist: the clocks went forward from 01:00 to 02:00",
            code="skipped_hour",
        )
    return moment


class PlainWords:
    """Says every error in the portal's words, naming the answer: a mixin for forms.

    Put it first: `class SearchForm(PlainWords, forms.Form)`. Words that a field sets for itself
    stay. Fields of this module already speak so.
    """

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if not isinstance(field, (SplitDateField, ClockTimeField)):
                _speak_plainly(name, field)


def _speak_plainly(name: str, field: forms.Field) -> None:
    label = str(field.label or pretty_name(name))
    answer = f"{label[:1].lower()}{label[1:]}"
    chosen = isinstance(field, (forms.ChoiceField, forms.ModelChoiceField, forms.FileField))
    wanted = f"{'Choose' if chosen else 'Enter'} {answer}"
    if label.endswith("?"):
        wanted = f"Answer “{label}”"
    plain = {
        "required": wanted,
        "invalid_choice": f"{label.rstrip('?')}: choose one from the list",
        "invalid_list": f"{label.rstrip('?')}: choose from the list",
    }
    limit = getattr(field, "max_length", None)
    if limit:
        plain["max_length"] = f"{label} must be {limit:,} characters or fewer"
    usual = _usual_messages(type(field))
    for code, words in plain.items():
        if field.error_messages.get(code) == usual.get(code):
            field.error_messages[code] = words


def _usual_messages(kind: type) -> dict[str, Any]:
    usual: dict[str, Any] = {}
    for ancestor in reversed(kind.__mro__):
        usual.update(getattr(ancestor, "default_error_messages", {}))
    return usual


class _Hinted:
    """Gives every choice that has one its hint, shown below the label."""

    def __init__(self, *args: Any, hints: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hints = dict(hints or {})

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the hint of the choice to what the template draws."""
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)  # type: ignore[misc]
        option["hint"] = self.hints.get(str(value), "")
        return option


class HintedRadioSelect(_Hinted, forms.RadioSelect):
    """Radios of which some choices have a hint: `HintedRadioSelect(hints={"LOCAL": "..."})`."""


class HintedCheckboxSelectMultiple(_Hinted, forms.CheckboxSelectMultiple):
    """Checkboxes of which some choices have a hint."""
