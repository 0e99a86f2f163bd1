"""Filters that say dates, times, lengths, counts and people; the rules are in bwcportal/phrasing.py."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bwcportal import phrasing

register = template.Library()


@register.filter
def bwc_date(value: date | datetime | None, year: str = "") -> str:
    """Say a date for a table: 'Fri 27 Nov', with the year when it is not this year.

    `{{ due|bwc_date }}`; `{{ made|bwc_date:"year" }}` always shows the year. None gives ''.
    """
    if value is None:
        return ""
    today = phrasing.london_day(timezone.now())
    return phrasing.short_date(value, today=today, always_year=bool(year))


@register.filter
def bwc_moment(value: datetime | None, year: str = "") -> str:
    """Say a date and time for a table: 'Fri 6 Nov, 21:38'. Takes "year" as `bwc_date` does."""
    return "" if value is None else f"{bwc_date(value, year)}, {phrasing.clock_time(value)}"


@register.filter
def bwc_sentence_date(value: date | datetime | None) -> str:
    """Say a date for a sentence: 'Friday 27 November 2026 at 18:22' (a plain date has no 'at')."""
    return "" if value is None else phrasing.sentence_date(value)


@register.filter
def bwc_plain_date(value: date | datetime | None) -> str:
    """Say a date without its weekday: '24 November 2026'."""
    return "" if value is None else phrasing.plain_date(value)


@register.filter
def bwc_time(value: datetime | None) -> str:
    """Say the London time of a moment: '18:22'."""
    return "" if value is None else phrasing.clock_time(value)


@register.filter
def bwc_clock(value: datetime | None) -> str:
    """Say the London time with seconds, for footage and history only: '21:51:20'."""
    return "" if value is None else phrasing.clock_time(value, seconds=True)


@register.filter
def bwc_zone(value: datetime | None) -> str:
    """Say which time London keeps at a moment: 'GMT' or 'BST'. Name it once per page."""
    return "" if value is None else phrasing.zone_name(value)


@register.filter
def bwc_iso(value: datetime | None) -> str:
    """Give a moment for the `datetime` attribute of `<time>`: '2026-11-27T18:22:00Z'."""
    return "" if value is None else phrasing.utc_iso(value)


@register.filter
def bwc_length(milliseconds: int | None) -> str:
    """Say a length given in ms: '42 s', '4 min 12 s', '1 h 45 min'."""
    return "" if milliseconds is None else phrasing.length(int(milliseconds))


@register.filter
def bwc_offset(milliseconds: int | None, with_ms: str = "") -> str:
    """Say a place in a file given in ms: '00:03:12'; with "ms", '00:03:12.480'."""
    return "" if milliseconds is None else phrasing.offset(int(milliseconds), with_ms=bool(with_ms))


@register.filter
def days_left(due: datetime | None) -> int | str:
    """Count the whole days of 24 hours from now until `due`, rounded down, never below 0."""
    return "" if due is None else phrasing.whole_days_left(due, timezone.now())


@register.filter
def due_in(value: date | datetime | None) -> str:
    """Say how far a due date is by calendar days: '2 days late', 'today', 'in 3 days'."""
    return "" if value is None else phrasing.due_in(value, timezone.now())


@register.filter
def bwc_number(value: int | None) -> str:
    """Say a whole number with commas: '18,204'."""
    return "" if value is None else phrasing.number(int(value))


@register.filter
def counted(value: int | None, nouns: str) -> str:
    """Say a count with its noun: `{{ n|counted:"recording" }}`, `{{ n|counted:"person,people" }}`."""
    singular, _, plural = nouns.partition(",")
    return "" if value is None else phrasing.counted(int(value), singular, plural)


@register.filter
def person(who: Any) -> str:
    """Say a person as rank, collar number, surname: 'PC 2186QX Brannick'."""
    return "" if not who else phrasing.person(who)


@register.filter
def reference(value: str | None) -> SafeString:
    """Show a reference that never breaks over two lines: `{{ case.reference|reference }}`."""
    return format_html('<span class="bwc-nw">{}</span>', value or "")


@register.filter
def digest(hexadecimal: str | None) -> str:
    """Show a digest in groups of eight characters. Put it in an element of class `bwc-hash`."""
    return phrasing.digest(hexadecimal or "")
