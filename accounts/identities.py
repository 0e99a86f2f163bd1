"""Which records are one human being, and whom a description may mean. Rules only: no database.

The portal refuses by default: a description that may mean somebody counts as meaning them until a
person has looked and said no.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar
from uuid import UUID

Node = TypeVar("Node")

# The second sign of each is the apostrophe that word processors write.
_WORD = re.compile("[^\\W_]+(?:['\u2019-][^\\W_]+)*")
_INNER = re.compile("['\u2019-]")
_RANKS = frozenset(
    """
    pc ps sgt sergeant insp inspector di dci ds dc dcs supt superintendent chief constable
    officer wpc pcso mr mrs ms miss mx called named name surname
    """.split()  # noqa: SIM905 - a list of sixty lines is not easier to read
)
# Words of descriptions that are surnames as well. After a rank they are taken for a name.
_PLAIN = frozenset(
    """
    tall short small long young old big large little white black brown grey gray green blue
    red fair dark stout sharp strong swift man men male female woman women boy girl bald
    beard hair glasses van car dog hill wood field street road house park station night day
    hand head face may will wise good best rich poor hard smart bright stern merry noble
    """.split()  # noqa: SIM905 - a list of sixty lines is not easier to read
)
SHORTEST_NAME = 3


@dataclass(frozen=True)
class KnownAs:
    """One way in which a person is or was known: a number, or a name."""

    person_id: UUID
    number: str = ""
    given_names: str = ""
    surname: str = ""
    is_past: bool = False


@dataclass(frozen=True)
class Mention:
    """Why a description may mean a person: what in it fits, and whether that is of the past."""

    person_id: UUID
    what: str
    is_past: bool


def components(pairs: Iterable[tuple[Node, Node]]) -> dict[Node, frozenset[Node]]:
    """Put everything that is linked, directly or by way of others, into one set each."""
    groups: dict[Node, set[Node]] = {}
    for first, second in pairs:
        merged = groups.get(first, {first}) | groups.get(second, {second})
        for member in merged:
            groups[member] = merged
    return {member: frozenset(group) for member, group in groups.items()}


def folded(text: str) -> str:
    """Make texts comparable: small letters, without accents, apostrophes and blanks."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in plain if each.isalnum())


def words_of(text: str) -> list[str]:
    """Split a description into words; a hyphen or an apostrophe inside a word stays."""
    return _WORD.findall(text)


def search_terms(text: str) -> list[str]:
    """List what a description may name people by, as typed: its words, and neighbours together."""
    words = words_of(text)
    parts = [part for word in words for part in _INNER.split(word) if part]
    pairs = [f"{a}{glue}{b}" for a, b in pairwise(words) for glue in ("", " ")]
    return list(dict.fromkeys([*words, *parts, *pairs]))


def mentions(text: str, known: Iterable[KnownAs]) -> list[Mention]:
    """List the persons whom a description may mean, each once, a number before a name."""
    words = words_of(text)
    whole = [folded(word) for word in words]
    single = set(whole) | {folded(part) for word in words for part in _INNER.split(word)}
    joined = {a + b for a, b in pairwise(whole)}
    ranked = {b for a, b in pairwise(whole) if a in _RANKS}
    ranked |= {a + b for r, a, b in zip(whole, whole[1:], whole[2:], strict=False) if r in _RANKS}
    found: dict[UUID, Mention] = {}
    for way in known:
        fits = _fits(way, single=single, joined=joined, ranked=ranked)
        if not fits:
            continue
        before = found.get(way.person_id)
        if before is None or (way.number and before.what.startswith("the name")):
            found[way.person_id] = Mention(way.person_id, fits, way.is_past)
    return list(found.values())


def _fits(way: KnownAs, *, single: set[str], joined: set[str], ranked: set[str]) -> str:
    if way.number:
        number = folded(way.number)
        return f"the number {way.number}" if number and number in single | joined else ""
    surname = folded(way.surname)
    if not surname or surname not in single | joined:
        return ""
    given = {folded(part) for part in way.given_names.split()}
    needs_more = surname in _PLAIN or len(surname) < SHORTEST_NAME
    if needs_more and surname not in ranked and not given & single:
        return ""
    return f"the name {way.surname}"


def managers_above(
    start: Iterable[UUID],
    lines: Mapping[UUID, Iterable[UUID]],
    same: Mapping[UUID, Iterable[UUID]],
) -> frozenset[UUID]:
    """Give the records of everybody under whose management a human being works, at any distance.

    `lines` maps a record to its managers, `same` to the other records of its human being. A ring
    of lines ends: whoever is met twice is not followed again.
    """
    waiting = {each for record in start for each in (record, *same.get(record, ()))}
    mine = frozenset(waiting)
    seen: set[UUID] = set()
    above: set[UUID] = set()
    while waiting:
        record = waiting.pop()
        seen.add(record)
        for manager in lines.get(record, ()):
            for each in (manager, *same.get(manager, ())):
                above.add(each)
                if each not in seen:
                    waiting.add(each)
    return frozenset(above - mine)
