"""Places in a recording as people type them. Pure."""

from __future__ import annotations

import re

_TYPED = re.compile(
    r"(?:(?:(?P<hours>\d{1,2}):)?(?P<minutes>\d{1,3}):)?(?P<seconds>\d{1,6})(?:[.,](?P<part>\d{1,3}))?",
    re.ASCII,
)


def parse_offset(text: str) -> int:
    """Read a place in a recording, `1:02:03.480`, `2:03`, or seconds `123.48`, as whole ms.

    Raises ValueError for anything else, and for more than 59 seconds or minutes after a colon.
    """
    match = _TYPED.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a place in a recording")
    hours, minutes, seconds = (int(match[name] or 0) for name in ("hours", "minutes", "seconds"))
    if match["minutes"] and seconds > 59:
        raise ValueError("more than 59 seconds after the minutes")
    if match["hours"] and minutes > 59:
        raise ValueError("more than 59 minutes after the hours")
    part = int((match["part"] or "").ljust(3, "0"))
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + part
