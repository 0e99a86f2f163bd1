"""Text that people write when they judge: reasons, points, answers."""

from __future__ import annotations

from bwcportal.errors import Invalid

LONGEST = 10_000


def read_text(value: str, *, field: str, empty: str, name: str) -> str:
    """Tidy a text that must be given; raise Invalid at `field` when it cannot be used.

    `empty` is the sentence for a missing text, `name` what the text is called: "Your reasons".
    At most 10,000 characters.
    """
    text = value.replace("\r\n", "\n").strip()
    if not text:
        raise Invalid(empty, code="missing_text", field=field)
    if any(letter == "\x00" or "\ud800" <= letter <= "\udfff" for letter in text):
        raise Invalid(
            f"{name}: the text holds a character that cannot be kept. Type it again", field=field
        )
    if len(text) > LONGEST:
        raise Invalid(
            f"{name} must have {LONGEST:,} characters or fewer. You entered {len(text):,}",
            code="too_long",
            field=field,
        )
    return text
