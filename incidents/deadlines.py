"""The arithmetic of statutory periods and of the footage clock. Pure: no database, no clock.

Days are London calendar days, moments UTC. The day on which something happens is day 0, so that
28 days from a letter of 1 April end on 29 April (SI 2020/2, regulation 29(2)). A working day is
none of Saturday, Sunday and the bank holidays of England and Wales. Every result carries its
arithmetic as (what, value) rows, the last of which is the result.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, Protocol

from govuk_bank_holidays.bank_holidays import BankHolidays

from bwcportal.phrasing import LONDON, clock_time, counted, london_day, short_date
from incidents.enums import LengthUnit

Rows = list[tuple[str, str]]


class Period(Protocol):
    """What is needed of a rule: how long it is, how it is counted and what starts it."""

    label: str
    length: int | None
    unit: str
    clock_start_text: str


class IncidentTimes(Protocol):
    """What is needed of an incident: when it began, and whether the time of day is known."""

    starts_at: datetime
    start_is_known: bool


class RecordingInCase(Protocol):
    """What is needed of a recording's place in a case."""

    @property
    def label(self) -> str:
        """The number people say: F1."""

    @property
    def footage(self) -> Any:
        """The recording, with `recorded_on`: when it began by the evidence system's reckoning."""


@dataclass(frozen=True)
class Due:
    """The last day of a period, and how it was worked out."""

    on: date
    arithmetic: Rows


@dataclass(frozen=True)
class PreserveBy:
    """The last safe moment for footage (UTC), and how it was worked out."""

    moment: datetime
    arithmetic: Rows


def add_working_days(start: date, count: int) -> date:
    """Count working days on from a day, which is day 0 whatever day it is."""
    day = start
    while count > 0:
        day += timedelta(days=1)
        if _calendar().is_work_day(day, division=BankHolidays.ENGLAND_AND_WALES):
            count -= 1
    return day


def bank_holidays_between(start: date, end: date) -> list[date]:
    """List the bank holidays on weekdays after `start` and up to `end`."""
    days = (start + timedelta(days=offset) for offset in range(1, (end - start).days + 1))
    return [
        day
        for day in days
        if day.weekday() < 5
        and _calendar().is_holiday(day, division=BankHolidays.ENGLAND_AND_WALES)
    ]


def add_months(start: date, count: int) -> date:
    """Count calendar months on: the same day of the month, or its last day if there is none."""
    years, month = divmod(start.month - 1 + count, 12)
    year, month = start.year + years, month + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))


def due(rule: Period, started_on: date) -> Due:
    """Work out the last day of a rule's period that began on a London day.

    Raises ValueError for a rule without a length, such as 'as soon as practicable'.
    """
    if rule.length is None or rule.unit == LengthUnit.NONE:
        raise ValueError("a rule without a length has no last day")
    last = {
        LengthUnit.DAYS: lambda length: started_on + timedelta(days=length),
        LengthUnit.WORKING_DAYS: lambda length: add_working_days(started_on, length),
        LengthUnit.MONTHS: lambda length: add_months(started_on, length),
    }[LengthUnit(rule.unit)](rule.length)
    rows: Rows = [(rule.clock_start_text or "Began", _day(started_on))]
    rows.append(("Period", f"+ {_length(rule.length, rule.unit)}"))
    if rule.unit == LengthUnit.WORKING_DAYS:
        holidays = bank_holidays_between(started_on, last)
        if holidays:
            rows.append(("Left out, besides weekends", ", ".join(map(_day, holidays))))
    rows.append(("Last day", _day(last)))
    return Due(last, rows)


def set_by_hand(rule: Period, started_on: date, due_on: date) -> Rows:
    """Give the arithmetic of a day that a person has set."""
    return [
        (rule.clock_start_text or "Began", _day(started_on)),
        ("Last day, set by hand", _day(due_on)),
    ]


def preserve_by(incident: IncidentTimes, links: Iterable[RecordingInCase], days: int) -> PreserveBy:
    """Work out the last safe moment: the earliest recording plus the force's period in days.

    Without a recording the clock runs from the incident, and from the start of that London day if
    the time is not known: rather too early than too late. The evidence system counts 24-hour days
    from Recorded On.
    """
    known = sorted((link.footage.recorded_on, link.label) for link in links)
    if known:
        start, label = known[0]
        first = f"Earliest recording, {label}" if len(known) > 1 else f"Recording {label}"
    elif incident.start_is_known:
        start, first = incident.starts_at, "Incident began"
    else:
        start, first = (
            start_of_day(london_day(incident.starts_at)),
            "Start of that day, time not known",
        )
    moment = start + timedelta(days=days)
    rows = [
        (first, _moment(start)),
        ("Force period", f"+ {counted(days, 'day')}"),
        ("Last safe moment", _moment(moment)),
    ]
    return PreserveBy(moment, rows)


def start_of_day(day: date) -> datetime:
    """Give the UTC moment at which a London day begins."""
    return datetime.combine(day, time(), tzinfo=LONDON).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """Give the last UTC second of a London day."""
    return start_of_day(day + timedelta(days=1)) - timedelta(seconds=1)


@cache
def _calendar() -> BankHolidays:
    # The list that comes with the package: a deadline never waits for the network.
    return BankHolidays(use_cached_holidays=True)


def _length(length: int, unit: str) -> str:
    singular = LengthUnit(unit).label.removesuffix("s")
    return counted(length, singular)


def _day(day: date) -> str:
    return short_date(day, today=day, always_year=True)


def _moment(moment: datetime) -> str:
    return f"{_day(london_day(moment))}, {clock_time(moment)}"
