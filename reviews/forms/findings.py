"""What people type to decide an allegation and to answer a point of a return."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bwcportal.phrasing import clock_time, short_date
from incidents.models import ActionOption, Allegation, DecisionOption, FootageLink, NoFootageReason
from reviews.enums import Bearing
from reviews.models import Finding
from reviews.selectors.findings import MomentRow
from reviews.wording import LONGEST

_GONE = {
    "invalid_choice": "One of the moments is no longer there. Choose from the list as it is now"
}


class DecideForm(forms.Form):
    """Decide one allegation: what is found, on which moments or why on none, and the reasons."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    decision = forms.ChoiceField(
        label="What do you find?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what you find"},
    )
    cited = forms.MultipleChoiceField(
        label="Which moments do you rely on?",
        help_text="At least one, unless you give a reason below. "
        "The supervisor will be asked to watch them.",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages=_GONE,
    )
    more_cited = forms.MultipleChoiceField(
        label="Moments not linked to this allegation",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages=_GONE,
    )
    no_footage_reason = forms.ChoiceField(
        label="If you rely on no moment, or cannot determine it: why?", required=False
    )
    no_footage_link = forms.ChoiceField(
        label="Which recording is that about?",
        help_text="Leave empty when it is about none in particular.",
        required=False,
    )
    rationale = forms.CharField(
        label="Your reasons",
        help_text="Written for the complainant and the officer.",
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=LONGEST,
        error_messages={
            "required": "Enter your reasons",
            "max_length": "Your reasons must have 10,000 characters or fewer",
        },
    )
    actions = forms.MultipleChoiceField(
        label="Actions that follow",
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        allegation: Allegation,
        moments: Sequence[MomentRow],
        decisions: Sequence[DecisionOption],
        reasons: Sequence[NoFootageReason],
        recordings: Sequence[FootageLink],
        actions: Sequence[ActionOption],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._decisions = {option.code: option for option in decisions}
        self._reasons = {reason.code: reason for reason in reasons}
        linked = [row for row in moments if _bearing(row, allegation)]
        others = [row for row in moments if not _bearing(row, allegation)]
        if not linked:
            linked, others = others, []
        choices = {
            "decision": [(option.code, option.label) for option in decisions],
            "cited": [(str(row.mark.pk), _moment(row, allegation)) for row in linked],
            "more_cited": [(str(row.mark.pk), _moment(row, allegation)) for row in others],
            "no_footage_reason": [("", "No reason needed")]
            + [(reason.code, reason.label) for reason in reasons],
            "no_footage_link": [("", "None in particular")]
            + [(str(link.pk), _recording(link)) for link in recordings],
            "actions": [(action.code, action.label) for action in actions],
        }
        for name, known in choices.items():
            self.fields[name].choices = known

    @property
    def has_more_cited(self) -> bool:
        """Whether a moment is relied on that is not linked to the allegation."""
        return bool(self["more_cited"].value())

    def place_of(self, field: str) -> str | None:
        """Say at which field of this form a refusal of the service is shown; None is the summary."""
        if field == "cited" and not self.fields["cited"].choices:
            return "no_footage_reason"
        return field if field in self.fields else None

    def arguments(self) -> dict[str, Any]:
        """Give the arguments of `decide_allegation` that were typed. Only for a valid form."""
        typed = self.cleaned_data
        cited = [*typed["cited"], *typed["more_cited"]]
        return {
            "version": typed["version"],
            "decision": self._decisions.get(typed["decision"]),
            "rationale": typed["rationale"],
            "cited_ids": [UUID(each) for each in cited],
            "no_footage_reason": self._reasons.get(typed["no_footage_reason"]),
            "no_footage_link_id": UUID(typed["no_footage_link"])
            if typed["no_footage_link"]
            else None,
            "action_codes": typed["actions"],
        }

    @staticmethod
    def initial_of(finding: Finding | None) -> dict[str, Any]:
        """Give what the form first shows: the decision as it is, or nothing decided."""
        if finding is None:
            return {"version": 0}
        cited = [str(mark.pk) for mark in finding.cited.all()]
        reason, link = finding.no_footage_reason, finding.no_footage_link_id
        return {
            "version": finding.version,
            "decision": finding.decision.code,
            "cited": cited,
            "more_cited": cited,
            "no_footage_reason": reason.code if reason else "",
            "no_footage_link": str(link) if link else "",
            "rationale": finding.rationale,
            "actions": [action.code for action in finding.actions.all()],
        }


class AnswerForm(forms.Form):
    """Answer one point of a return."""

    answer = forms.CharField(
        label="Your answer",
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=LONGEST,
        error_messages={
            "required": "Enter your answer",
            "max_length": "Your answer must have 10,000 characters or fewer",
        },
    )


def _bearing(row: MomentRow, allegation: Allegation) -> str:
    return next((cell.bearing for cell in row.cells if cell.allegation == allegation), "")


def _moment(row: MomentRow, allegation: Allegation) -> SafeString:
    mark = row.mark
    facts = [mark.link.label, clock_time(row.at, seconds=True), row.length]
    bearing = _bearing(row, allegation)
    said = f" ({Bearing(bearing).label})" if bearing else ""
    return format_html(
        "<strong>{}</strong> {}. {}{}",
        mark.label,
        ", ".join(fact for fact in facts if fact),
        mark.observation,
        said,
    )


def _recording(link: FootageLink) -> str:
    footage = link.footage
    worn = footage.wearer.title if footage.wearer else footage.camera_serial or "wearer not known"
    day = short_date(footage.recorded_on, today=footage.recorded_on.date())
    return f"{link.label}, {worn}, {day} {clock_time(footage.recorded_on)}"
