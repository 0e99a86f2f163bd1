"""What people type to ask who could see a case, and to change who can."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.form_fields import ClockTimeField, PlainWords, london_moment
from accounts.models import Team
from bwcportal.phrasing import LONDON, plain_date
from incidents.forms.acts import REASON
from incidents.selectors.access_preview import Preview


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


class KeepingForm(PlainWords, forms.Form):
    """Why the case moves or its restriction changes, and who of the losing keeps it by name."""

    reason = forms.CharField(
        label="Reason", help_text="Stands in the history of the case", **REASON
    )
    keep = forms.MultipleChoiceField(
        label="Keep it open to",
        help_text="They get a grant by name. Everybody else on this list loses the case at once",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def offer(self, preview: Preview, *, kept: set[UUID]) -> None:
        """Offer those who would lose the case; `kept` are ticked until somebody has seen the list."""
        field: Any = self.fields["keep"]
        field.choices = [(str(user.pk), user.display_name) for user in preview.loses]
        if not preview.loses:
            del self.fields["keep"]
        self.initial["keep"] = [str(user.pk) for user in preview.loses if user.pk in kept]
        self.initial["shown"] = preview.digest

    def seen(self) -> bool:
        """Tell whether the list of who loses the case was on the page that was sent."""
        return bool(self.is_bound and self.data.get("shown"))


class TransferForm(KeepingForm):
    """The team to which a case moves."""

    team = forms.ChoiceField(label="The team it moves to")
    conflict_reason = forms.CharField(
        label="Why the case may go to this team all the same",
        help_text="Stands in the history of the case, with the conflicts",
        **{**REASON, "required": False},
    )
    field_order: ClassVar = ["team", "reason", "conflict_reason", "keep", "shown"]

    def __init__(self, *args: Any, teams: list[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._teams = {str(team.pk): team for team in teams}
        field: Any = self.fields["team"]
        field.choices = [("", "Choose a team"), *((pk, t.name) for pk, t in self._teams.items())]

    def chosen(self) -> Team | None:
        """Give the team that was chosen, if there is such a one."""
        return self._teams.get(str(self.data.get("team", ""))) if self.is_bound else None
