"""How the portal says dates, times, lengths, counts and people.

Every function here is pure, takes UTC-aware moments and speaks London time. The template
filters of `bwcportal.templatetags.bwc` are thin wrappers over these. The rules are those of
the visual language: 24-hour clock, whole days rounded down, a non-breaking space between day
and month, number and unit, rank and number.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
NBSP = "\u00a0"
HOUR_MS = 3_600_000
# From here on a countdown is shown in red: seven times 24 hours before the deletion.
LAST_DAYS = timedelta(days=7)


def in_london(moment: datetime) -> datetime:
    """Give `moment` (aware) on the London clock. Raises ValueError for a naive moment."""
    if moment.tzinfo is None:
        raise ValueError("A moment without a time zone cannot be shown. Store it in UTC")
    return moment.astimezone(LONDON)


def london_day(value: date | datetime) -> date:
    """Give the London calendar day of a moment; a plain date is returned as it is."""
    return in_london(value).date() if isinstance(value, datetime) else value


def short_date(value: date | datetime, *, today: date, always_year: bool = False) -> str:
    """Say a date for a table, 'Fri 27 Nov', with the year when it is not the year of `today`."""
    day = london_day(value)
    text = f"{day:%a} {day.day}{NBSP}{day:%b}"
    return f"{text} {day.year}" if always_year or day.year != today.year else text


def sentence_date(value: date | datetime) -> str:
    """Say a date for a sentence, 'Friday 27 November 2026 at 18:22'; without 'at' for a plain date."""
    day = london_day(value)
    text = f"{day:%A} {day.day}{NBSP}{day:%B} {day.year}"
    return f"{text} at {clock_time(value)}" if isinstance(value, datetime) else text


def plain_date(value: date | datetime) -> str:
    """Say a date without its weekday, '24 November 2026'."""
    day = london_day(value)
    return f"{day.day}{NBSP}{day:%B} {day.year}"


def clock_time(moment: datetime, *, seconds: bool = False) -> str:
    """Say the London time of a moment, '18:22', or '18:22:07' with `seconds`."""
    return in_london(moment).strftime("%H:%M:%S" if seconds else "%H:%M")


def zone_name(moment: datetime) -> str:
    """Say whether London keeps 'GMT' or 'BST' at `moment`."""
    return in_london(moment).strftime("%Z")


def zone_note(now: datetime) -> str:
    """Say which clock is used and until when, for the foot of a page: 'GMT until 28 March 2027'."""
    here = zone_name(now)
    noon = in_london(now).replace(hour=12, minute=0, second=0, microsecond=0)
    for days in range(370):
        later = noon + timedelta(days=days)
        if later > now and zone_name(later) != here:
            return f"{here} until {plain_date(later)}"
    return here


def length(milliseconds: int) -> str:
    """Say a length given in ms: '42 s', '4 min 12 s', '1 h 45 min'; tenths below ten seconds."""
    if milliseconds < 0:
        raise ValueError("A length cannot be negative")
    if milliseconds < 10_000 and milliseconds % 1000 >= 100:
        return f"{milliseconds // 100 / 10:.1f}{NBSP}s"
    seconds = milliseconds // 1000
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    if hours:
        parts = [f"{hours}{NBSP}h", f"{minutes}{NBSP}min" if minutes else ""]
    elif minutes:
        parts = [f"{minutes}{NBSP}min", f"{rest}{NBSP}s" if rest else ""]
    else:
        parts = [f"{rest}{NBSP}s"]
    return " ".join(part for part in parts if part)


def offset(milliseconds: int, *, with_ms: bool = False) -> str:
    """Say a place in a file given in ms from its start: '00:03:12', or '00:03:12.480' with ms."""
    if milliseconds < 0:
        raise ValueError("An offset cannot be negative")
    seconds = milliseconds // 1000
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{text}.{milliseconds % 1000:03d}" if with_ms else text


def whole_days_left(due: datetime, now: datetime) -> int:
    """Count the whole days of 24 hours from `now` to `due`, rounded down and never below 0."""
    return max((due - now) // timedelta(days=1), 0)


def countdown(due: datetime, now: datetime) -> tuple[str, str, str]:
    """Say a countdown as (number, unit, tone): ('3', 'days left', 'bad').

    Below one day it counts whole hours, below one hour whole minutes. Tone is 'bad' within
    seven days of the end, else 'soon'. A moment that has passed is ('0', 'days left', 'bad').
    """
    left = due - now
    tone = "bad" if left <= LAST_DAYS else "soon"
    if left >= timedelta(days=1) or left <= timedelta(0):
        return _counted_unit(whole_days_left(due, now), "day", tone)
    if left >= timedelta(hours=1):
        return _counted_unit(left // timedelta(hours=1), "hour", tone)
    return _counted_unit(left // timedelta(minutes=1), "minute", tone)


def _counted_unit(number: int, unit: str, tone: str) -> tuple[str, str, str]:
    return str(number), f"{unit}{'' if number == 1 else 's'} left", tone


def due_in(value: date | datetime, now: datetime) -> str:
    """Say how far a due date is by London calendar days: '2 days late', 'today', 'in 3 days'."""
    days = (london_day(value) - london_day(now)).days
    if days == 0:
        return "today"
    unit = f"{abs(days):,}{NBSP}day{'' if abs(days) == 1 else 's'}"
    return f"in {unit}" if days > 0 else f"{unit} late"


def number(value: int) -> str:
    """Say a whole number with commas: '18,204'."""
    return f"{value:,}"


def counted(value: int, singular: str, plural: str = "") -> str:
    """Say a count with its noun: '1 recording', '3 recordings'; `plural` when an s is not enough."""
    noun = singular if value == 1 else plural or f"{singular}s"
    return f"{number(value)}{NBSP}{noun}"


def person(who: Any) -> str:
    """Say a person as rank, collar number, surname: 'PC 2186QX Brannick'.

    `who` is an object or a mapping with `rank`, `collar_number` and `surname` (or `name`);
    what is missing is left out.
    """
    rank, collar = _part(who, "rank"), _part(who, "collar_number")
    surname = _part(who, "surname") or _part(who, "last_name") or _part(who, "name")
    title = NBSP.join(part for part in (rank, collar) if part)
    return " ".join(part for part in (title, surname) if part) if collar else _titled(rank, surname)


def _titled(rank: str, surname: str) -> str:
    return NBSP.join(part for part in (rank, surname) if part)


def _part(who: Any, name: str) -> str:
    value = who.get(name, "") if isinstance(who, dict) else getattr(who, name, "")
    return str(value or "")


def digest(hexadecimal: str) -> str:
    """Say a digest in groups of eight characters, so that two can be compared by eye."""
    return " ".join(hexadecimal[i : i + 8] for i in range(0, len(hexadecimal), 8))


def utc_iso(moment: datetime) -> str:
    """Give a moment for a machine (`datetime` attribute): UTC, ISO 8601, with Z."""
    return in_london(moment).astimezone(UTC).isoformat().replace("+00:00", "Z")
