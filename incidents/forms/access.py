"""What people type to ask who could see a case, and to change who can."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.form_fields import ClockTimeField, PlainWords, london_moment
from bwcportal.phrasing import LONDON, plain_date


class AsAtForm(PlainWords, forms.Form):
    """A past London day and time; neither means now. Gives `at`, a moment in UTC, or None."""

    on = forms.DateField(
        label="As at",
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "bwc-w-date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "As at must be a real date, for example 2026-11-24"},
    )
    time = ClockTimeField(label="Time", seconds=True, required=False)

    def clean(self) -> dict[str, Any]:
        """Join day and time; a day without a time is its end, or now if it is today."""
        cleaned = super().clean() or self.cleaned_data
        cleaned["at"] = None
        if self.errors:
            return cleaned
        day, clock = cleaned.get("on"), cleaned.get("time")
        if day is None and clock is not None:
            self.add_error("on", "Enter the day as well as the time")
        elif day is not None:
            cleaned["at"] = self._moment(day, clock)
        return cleaned

    def _moment(self, day: date, clock: time | None) -> datetime | None:
        now = timezone.now()
        try:
            if clock is None:
                end = london_moment(day + timedelta(days=1), time()) - timedelta(seconds=1)
                return None if day == now.astimezone(LONDON).date() else self._past(end, day, now)
            return self._past(london_moment(day, clock), day, now)
        except ValidationError as error:
            self.add_error("time", error)
        except OverflowError:
            self.add_error("on", "As at must be a real date, for example 2026-11-24")
        return None

    def _past(self, moment: datetime, day: date, now: datetime) -> datetime | None:
        if moment > now + timedelta(seconds=1):
            self.add_error("on", f"As at must be now or earlier. You entered {plain_date(day)}")
            return None
        # A turning point that has only just happened is asked for by the second after it.
        return min(moment, now)
