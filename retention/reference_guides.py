"""The retention rules and hold reasons in words, for the pages of reference data."""

from __future__ import annotations

from datetime import date

from incidents.models import ReferenceRow
from incidents.reference_guides import Example, ListGuide, register_guides
from retention.enums import DisposalMode
from retention.models import HoldReason, RetentionRule
from retention.rules import add_years, say


def register() -> None:
    """Make the lists of this app known to the pages of reference data."""
    register_guides(
        {
            RetentionRule: ListGuide(
                "Retention rules",
                "Cases finalised from that day on are weighed by the new version. A case whose "
                "period by the version before has passed is weighed again by the nightly job, "
                "which never proposes it in that same run, whatever the new date. A disposal that "
                "was approved under the version before is not carried out.",
                _kept_until,
            ),
            HoldReason: ListGuide(
                "Reasons for a hold",
                "Holds placed from that day on are offered the new version. What was chosen before "
                "keeps the version under which it was chosen.",
            ),
        }
    )


def _kept_until(row: ReferenceRow, on: date) -> Example | None:
    if not isinstance(row, RetentionRule):
        return None
    what = f"A record whose period begins on {say(on)} is kept"
    if row.years is None or row.mode == DisposalMode.NEVER:
        return what, "until somebody decides: no job ever destroys it"
    last = add_years(on, row.years)
    return what, f"to {say(date(last.year, 12, 31) if row.to_year_end else last)}"
