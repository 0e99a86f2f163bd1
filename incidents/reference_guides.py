"""What each list of reference data is called, what an amendment of it affects, and an example of it.

An app above registers the guides of its own lists when it is ready (see `retention.apps`), so that
the pages here know every list and import nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from incidents.deadlines import due
from incidents.enums import LengthUnit
from incidents.models import ReferenceRow
from incidents.models.reference import (
    ActionOption,
    AllegationCategory,
    CaseStateRow,
    ComplaintFactor,
    DeadlineRule,
    DecisionOption,
    HandlingType,
    NoFootageReason,
    SeverityLevel,
)

Example = tuple[str, str]


@dataclass(frozen=True)
class ListGuide:
    """A list in words. `example` works out what a version gives on a day: (what, result).

    `closed` says why no row can be added; '' for a list to which rows can be added.
    """

    title: str
    effect: str
    example: Callable[[ReferenceRow, date], Example | None] | None = None
    closed: str = ""


_GUIDES: dict[type[ReferenceRow], ListGuide] = {}


def register_guides(guides: Mapping[type[ReferenceRow], ListGuide]) -> None:
    """Add the guides of some lists."""
    _GUIDES.update(guides)


def guide_of(model: type[ReferenceRow]) -> ListGuide:
    """Give the guide of a list. Raises KeyError for a list without one."""
    return _GUIDES[model]


def _period_from(row: ReferenceRow, on: date) -> Example | None:
    if not isinstance(row, DeadlineRule) or row.length is None or row.unit == LengthUnit.NONE:
        return None
    worked_out = due(row, on)
    return f"A period that begins on {worked_out.arithmetic[0][1]} ends on", worked_out.arithmetic[
        -1
    ][1]


_BY_CODE = (
    "No row can be added here: the portal acts on these rows by their code, so a new one would do "
    "nothing."
)
_NEW_ONES = "What was chosen before keeps the version under which it was chosen."

register_guides(
    {
        AllegationCategory: ListGuide(
            "Allegation categories",
            f"Allegations typed in from that day on are offered the new version. {_NEW_ONES}",
        ),
        HandlingType: ListGuide(
            "Ways of handling",
            "Counts from that day on for every case handled this way, also for those that are "
            "open: whether it falls under Schedule 3 and whether the outcome must name who hears "
            "a review.",
            closed=_BY_CODE,
        ),
        CaseStateRow: ListGuide(
            "Case states",
            "The wording of the states and what the guidance says of them. The steps themselves "
            "are part of the program and do not change with it.",
            closed=_BY_CODE,
        ),
        SeverityLevel: ListGuide(
            "Severity levels",
            f"Assessments made from that day on are offered the new version. {_NEW_ONES}",
        ),
        DecisionOption: ListGuide(
            "Decisions on an allegation",
            "Decisions made from that day on are offered the new version, with its ways of "
            f"handling. {_NEW_ONES}",
        ),
        NoFootageReason: ListGuide(
            "Reasons for citing no footage",
            f"Decisions made from that day on are offered the new version. {_NEW_ONES}",
        ),
        ActionOption: ListGuide(
            "Actions that follow a decision",
            f"Decisions made from that day on are offered the new version. {_NEW_ONES}",
        ),
        ComplaintFactor: ListGuide(
            "Factors of a complaint",
            f"Complaints logged from that day on are offered the new version. {_NEW_ONES}",
        ),
        DeadlineRule: ListGuide(
            "Periods and deadlines",
            "Periods that begin from that day on are counted by the new version. Those that run "
            "already keep their last day. When footage auto-deletes is a setting of the portal, "
            "not a row of this list.",
            _period_from,
            closed=_BY_CODE,
        ),
    }
)
