"""What a password must be, the same wherever one is chosen, and the only place that sets one.

After the NCSC's advice and OWASP ASVS 5.0 chapter 6.2: at least 12 characters and up to 128, of
any kind; not what is guessed first. No rules of composition and no expiry.
"""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.models import User
from bwcportal.errors import Invalid

SHORTEST, LONGEST = 12, 128
# Letters that people write as figures, so that B0dyW0rn counts as bodyworn.
_FIGURES = str.maketrans("0134578@$!", "oieastbasi")
_TRADE = (
    "bodyworn", "bodycam", "bwcportal", "police", "constable", "complaint", "standards",
    "password", "welcome", "letmein", "iloveyou", "football", "sunshine", "princess", "changeme", "qwerty",
)  # fmt: skip
# Every form that collar numbers have here: 2186QX, 88213, S-0001.
_COLLAR = re.compile(r"(?<![a-z0-9])[a-z]{0,2}-?\d{1,6}[a-z]{0,2}(?![a-z0-9])", re.ASCII)
# What must be left of a password when everything that others can guess is taken away: so many
# letters and figures, so many different ones.
_OF_ONES_OWN, _DIFFERENT = 8, 5


class LengthValidator:
    """At least 12 characters and at most 128, counted as people see them."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError with the length wanted."""
        if len(password) < SHORTEST:
            raise ValidationError(
                f"Use at least {SHORTEST} characters. Three random words make a good password",
                code="password_too_short",
            )
        if len(password) > LONGEST:
            raise ValidationError(f"Use at most {LONGEST} characters", code="password_too_long")

    def get_help_text(self) -> str:
        """Say the rule."""
        return f"At least {SHORTEST} characters. Three random words make a good password"


class GuessedFirstValidator:
    """Not made of what a stranger would try here: the force, the trade, the person, a collar number."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError when too little is left besides those words and numbers."""
        words = sorted(_words(user), key=len, reverse=True)
        left = password.lower()
        for word in words:
            left = left.replace(word, " ")
        left = _COLLAR.sub(" ", left).translate(_FIGURES)
        for word in words:
            left = left.replace(word.translate(_FIGURES), " ")
        own = re.sub(r"[\W_]", "", left)
        if len(own) < _OF_ONES_OWN or len(set(own)) < _DIFFERENT:
            raise ValidationError(
                "This is easy to guess: it is mostly the name of the force, a name, a collar number "
                "or a usual word. Use three random words instead",
                code="password_guessed_first",
            )

    def get_help_text(self) -> str:
        """Say the rule."""
        return "Not your name, your collar number, the force's name or a usual password"


def _words(user: Any) -> set[str]:
    """Give what others would try first, in small letters, of at least three letters."""
    parts = [settings.FORCE_NAME, *_TRADE]
    person = getattr(user, "person", None)
    if user is not None:
        parts.append(user.get_username())
    if person is not None:
        parts += [person.given_names, person.surname, person.collar_number, person.unit.name]
    words = {word for part in parts for word in re.split(r"[\W_]+", part.lower())}
    return {word for word in words if len(word) >= 3}


def check_password_is_fit(password: str, user: User) -> None:
    """Refuse a password that is not fit for this account; raises Invalid at `password`."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        # One reason at a time: the first is the one to mend, and others often say the same.
        raise Invalid(error.messages[0].rstrip("."), field="password") from error


def choose_password(user: User, password: str) -> None:
    """Give the account this password, which ends its other sessions. Raises Invalid when it is not fit."""
    check_password_is_fit(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
