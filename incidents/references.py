"""References that people say and type. They are random, so that they count nothing.

Cases that are logged restricted have a register of their own, a sixteenth of all references, which
only a keyed digest tells from the rest: nobody sees from a reference that its case is restricted,
and making one for a visible case can never meet that of a case logged restricted.

Example: `CM-26-K7MQ4`. The letters leave out those that are mistaken for figures and those that
make words (I, L, O, U and the other vowels), after Crockford's base 32.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.crypto import salted_hmac

_SIGNS = "23456789BCDFGHJKMNPQRSTVWXYZ"
_REGISTERS = 16
_LONDON = ZoneInfo("Europe/London")


def make_case_reference(*, is_restricted: bool, now: datetime) -> str:
    """Make a reference of a case, from the register of restricted cases or from the other."""
    while True:
        reference = make_reference("CM", now=now)
        if is_of_restricted_register(reference) == is_restricted:
            return reference


def is_of_restricted_register(reference: str) -> bool:
    """Tell from which register a reference is; to whom has no key it says nothing."""
    digest = salted_hmac("incidents.references", reference, algorithm="sha256").digest()
    return digest[0] % _REGISTERS == 0


def make_reference(prefix: str, *, now: datetime, length: int = 5) -> str:
    """Make a reference with the London year of `now`: 28^5 (17 million) to choose from a year.

    The column is unique: on the rare clash the database refuses and the act is tried again.
    """
    year = now.astimezone(_LONDON).year % 100
    signs = "".join(secrets.choice(_SIGNS) for _ in range(length))
    return f"{prefix}-{year:02d}-{signs}"
