"""What an administrator answers to amend a row of reference data; the questions follow the list."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.form_fields import PlainWords, SplitDateField
from accounts.forms.administration import reason_field
from incidents.models import ReferenceRow
from incidents.reference_words import codes_of, column_label
from incidents.selectors.resources import own_columns

_YES_NO = (("yes", "Yes"), ("no", "No"))
_ABOUT = ("begins_on", "reason")


class AmendForm(PlainWords, forms.Form):
    """The next version of a row. Gives what differs from the open one as `changes`."""

    begins_on = SplitDateField(
        label="First day of the new version",
        help_text="Today or later. What was before keeps the version of its day",
    )
    reason = reason_field("For example the letter or the meeting that decided it")

    def __init__(self, *args: Any, row: ReferenceRow, today: date, **kwargs: Any) -> None:
        self.row = row
        names = ["label", *own_columns(row), "source", "is_confirmed", "note"]
        kwargs["initial"] = {
            **{name: _shown(row, name) for name in names},
            "begins_on": max(today, row.valid_from + timedelta(days=1)),
        }
        self.columns = names
        self.base_fields = {name: _question(row, name) for name in names} | {
            name: type(self).base_fields[name] for name in _ABOUT
        }
        super().__init__(*args, **kwargs)

    def changes(self) -> dict[str, Any]:
        """Give the columns that differ from the open version, with their new values."""
        return {
            name: self.cleaned_data[name]
            for name in self.columns
            if _differs(self.cleaned_data[name], getattr(self.row, name))
        }

    def fingerprint(self) -> str:
        """Give a digest of the answers, to tell whether these were the ones looked at."""
        answers = {name: str(self.cleaned_data[name]) for name in (*self.columns, *_ABOUT)}
        text = json.dumps([self.row.version, answers], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


class AddForm(PlainWords, forms.Form):
    """A new row: its code, what it says, and from when it counts. Gives all columns as `values`."""

    code = forms.CharField(
        label="Code",
        max_length=40,
        help_text="Short, never to be changed and never used again. The API says it",
        error_messages={"required": "Enter the code"},
        widget=forms.TextInput(
            attrs={"class": "govuk-input--width-20", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    begins_on = SplitDateField(
        label="First day it counts", help_text="Today or later. What was before does not have it"
    )
    reason = reason_field("For example the letter or the meeting that decided it")

    def __init__(
        self, *args: Any, model: type[ReferenceRow], today: date, example: str = "", **kwargs: Any
    ) -> None:
        row = model()
        self.columns = ["label", *own_columns(row), "source", "is_confirmed", "note"]
        kwargs["initial"] = {"begins_on": today, "is_confirmed": "no"} | {
            name: _shown(row, name) for name in own_columns(row)
        }
        own = type(self).declared_fields
        self.base_fields = {
            "code": own["code"],
            **{name: _question(row, name) for name in self.columns},
            "begins_on": own["begins_on"],
            "reason": own["reason"],
        }
        super().__init__(*args, **kwargs)
        if example:
            self.fields["code"].help_text += f". Others are written like {example}"
        self.fields["is_confirmed"].help_text += ". No marks the row as unconfirmed"

    def values(self) -> dict[str, Any]:
        """Give what was answered for each column."""
        return {name: self.cleaned_data[name] for name in self.columns}


def _differs(new: Any, old: Any) -> bool:
    # Codes come in the order of the boxes, which says nothing.
    return set(new) != set(old) if isinstance(new, list) else bool(new != old)


def _shown(row: ReferenceRow, name: str) -> Any:
    value = getattr(row, name)
    return ("yes" if value else "no") if isinstance(value, bool) else value


def _question(row: ReferenceRow, name: str) -> forms.Field:
    field: Any = row._meta.get_field(name)
    about: dict[str, Any] = {"label": column_label(row, name), "required": not field.blank}
    if isinstance(field, models.BooleanField):
        return _yes_no(name, about)
    if isinstance(field, ArrayField):
        known: Mapping[str, str] = dict(codes_of(name) or [])
        missing = {code: code for code in getattr(row, name) if code not in known}
        return forms.MultipleChoiceField(
            choices=[*known.items(), *missing.items()],
            widget=forms.CheckboxSelectMultiple,
            help_text="None ticked means any" if field.blank else "",
            **about,
        )
    if field.choices:
        return forms.ChoiceField(choices=field.choices, widget=forms.RadioSelect, **about)
    if isinstance(field, models.PositiveIntegerField):
        narrow = forms.NumberInput(attrs={"class": "govuk-input--width-3"})
        return forms.IntegerField(min_value=1, max_value=9999, widget=narrow, **about)
    if isinstance(field, models.TextField):
        about["help_text"] = "Where it is written" if name == "source" else ""
        lines = forms.Textarea(attrs={"rows": 3 if name == "source" else 2})
        return forms.CharField(max_length=2000, widget=lines, **about)
    width = 20 if field.max_length > 40 else 5
    line = forms.TextInput(attrs={"class": f"govuk-input--width-{width}", "autocomplete": "off"})
    return forms.CharField(max_length=field.max_length, widget=line, **about)


def _yes_no(name: str, about: dict[str, Any]) -> forms.Field:
    if name == "is_confirmed":
        about["help_text"] = "Yes if somebody read the source and it says exactly this"
    return forms.TypedChoiceField(
        choices=_YES_NO,
        coerce=lambda answer: answer == "yes",
        widget=forms.RadioSelect(attrs={"class": "govuk-radios--inline"}),
        **{**about, "required": True},
    )
