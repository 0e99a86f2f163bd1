"""Reading what the address of a list asks for. What is not known is refused, never ignored.

A filter that is silently left out shows more than was asked for, and one that reaches the database
unread spells out secrets (`?team__members__password__regex=`). The answer depends on the address
alone, so it says nothing about rows that are hidden.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.http import QueryDict

from accounts.branched_lists import PAGE_SIZE, PAGE_SIZES
from bwcportal.errors import Invalid

MOST_CHARACTERS = 500


def read_address(query: QueryDict, names: Iterable[str]) -> dict[str, str]:
    """Read the named parts of an address, trimmed, '' for one that is not there.

    Raises Invalid for a part that is not among the names, is there twice, or cannot be text that
    somebody typed.
    """
    names = list(names)
    for name, values in query.lists():
        if name not in names:
            raise Invalid(f"This list can be narrowed by {', '.join(names)} and by nothing else")
        if len(values) > 1:
            raise Invalid(f"The address names {name} twice. Name it once", field=name)
        if len(values[0]) > MOST_CHARACTERS or "\x00" in values[0]:
            raise Invalid(
                f"What the address gives for {name} is too long or is not text", field=name
            )
    return {name: query.get(name, "").strip() for name in names}


def one_of(value: str, choices: Iterable[str], *, name: str) -> str:
    """Give a code of a list, or '' for none; raise Invalid for any other."""
    if value and value not in set(choices):
        raise Invalid(f"Choose the {name} from the list", field=name)
    return value


def identifier(value: str, *, name: str) -> UUID | None:
    """Read an identifier, None for ''; raise Invalid for what is none. It need not name anything."""
    if not value:
        return None
    try:
        return UUID(value)
    except ValueError as error:
        raise Invalid(f"Choose the {name} from the list", field=name) from error


def page_size(value: str) -> int:
    """Read how many rows stand on a page; raise Invalid for a number that is not offered."""
    if not value:
        return PAGE_SIZE
    if value not in {str(size) for size in PAGE_SIZES}:
        sizes = ", ".join(str(size) for size in PAGE_SIZES)
        raise Invalid(f"A page has one of these numbers of rows: {sizes}", field="size")
    return int(value)
