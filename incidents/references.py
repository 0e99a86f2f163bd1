"""References that people say and type. They are random, so that they count nothing.

Example: `CM-26-K7MQ4`. The letters leave out those that are mistaken for figures and those that
make words (I, L, O, U and the other vowels), after Crockford's base 32.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from zoneinfo import ZoneInfo

_SIGNS = "23456789BCDFGHJKMNPQRSTVWXYZ"
_LONDON = ZoneInfo("Europe/London")


def make_reference(prefix: str, *, now: datetime, length: int = 5) -> str:
    """Make a reference with the London year of `now`: 28^5 (17 million) to choose from a year.

    The column is unique: on the rare clash the database refuses and the act is tried again.
    """
    year = now.astimezone(_LONDON).year % 100
    signs = "".join(secrets.choice(_SIGNS) for _ in range(length))
    return f"{prefix}-{year:02d}-{signs}"
