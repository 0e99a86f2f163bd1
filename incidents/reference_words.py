"""The columns of reference rows and their values in words, and which codes a column may hold."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from incidents.enums import Handling
from incidents.models import ReferenceRow
from incidents.models.reference import CaseStateRow, DecisionOption

_LABELS = {
    "label": "Name",
    "source": "Source",
    "is_confirmed": "Confirmed by the source",
    "note": "Note",
    "iopc_code": "Code of the IOPC",
    "group": "Group",
    "taxonomy": "Taxonomy",
    "bwv_expected": "Footage is expected",
    "is_schedule_3": "Falls under Schedule 3",
    "has_review_right": "Has a right to a review",
    "blocks_disposal": "Blocks disposal",
    "next_codes": "States that may follow",
    "handling_types": "Ways of handling",
    "needs_reason": "Needs a reason",
    "regime": "Regime",
    "clock_start": "What starts the period",
    "clock_start_text": "The start in words",
    "length": "Length",
    "unit": "Counted in",
    "recurs_length": "Again every",
    "recipient": "Who is told",
    "schedule_3_only": "Only under Schedule 3",
    "trigger": "What starts the period",
    "years": "Years kept",
    "to_year_end": "To the end of that year",
    "mode": "What may happen then",
    "decision_codes": "Decisions it covers",
    "covers_cases": "Weighed for cases",
}


def column_label(row: ReferenceRow | type[ReferenceRow], name: str) -> str:
    """Name a column as the pages do."""
    return _LABELS.get(name) or str(row._meta.get_field(name).verbose_name).capitalize()


def in_words(row: ReferenceRow, name: str) -> str:
    """Give the value of a column as people read it; '' for nothing."""
    value: Any = getattr(row, name)
    field = row._meta.get_field(name)
    if isinstance(field, models.BooleanField):
        return "Yes" if value else "No"
    if isinstance(field, ArrayField):
        words = dict(codes_of(name) or [])
        return "; ".join(words.get(code, code) for code in value)
    if getattr(field, "choices", None):
        return str(dict(field.flatchoices).get(value, value))  # type: ignore[union-attr]
    return "" if value is None else str(value)


def codes_of(name: str, *, on: date | None = None) -> list[tuple[str, str]] | None:
    """List the codes that a column of codes may hold, with their words; None when any may stand."""
    if name == "handling_types":
        return list(Handling.choices)
    if name == "next_codes":
        return _in_force(CaseStateRow, on)
    if name == "decision_codes":
        return _in_force(DecisionOption, on)
    return None


def _in_force(model: type[ReferenceRow], on: date | None) -> list[tuple[str, str]]:
    rows = model.objects.in_force(on or timezone.localdate())
    return list(rows.order_by("position", "code").values_list("code", "label"))
