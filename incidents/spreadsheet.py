"""Lists for a spreadsheet: CSV (RFC 4180) in which no cell can be taken for a formula.

Spreadsheets run what begins with = + - or @, also behind blanks, quotes and control characters.
Such a cell gets an apostrophe in front, which they show as text (OWASP, CSV injection).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

# The full-width signs mean the same to spreadsheets set to Japanese.
_ACTIVE = frozenset("=+-@＝＋－＠")  # noqa: RUF001
_SKIPPED = " \t\r\n\v\f\"'\u00a0\u200b\ufeff`"
# Tells Excel that the text is UTF-8.
BYTE_ORDER_MARK = "\ufeff"


def make_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Write a list as CSV in UTF-8, every cell quoted and none of them active."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([inert(cell) for cell in header])
    writer.writerows([inert(cell) for cell in row] for row in rows)
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def inert(value: object) -> str:
    """Give a value as text that no spreadsheet runs; NUL is left out, None is empty."""
    text = "" if value is None else str(value).replace("\x00", "")
    begins_oddly = text[:1] in {"\t", "\r", "\n"}
    if begins_oddly or (text.lstrip(_SKIPPED)[:1] in _ACTIVE and text.strip()):
        return f"'{text}"
    return text
