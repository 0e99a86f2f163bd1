"""What differs between two contents of a case, and between two texts. Pure: no database.

A content is what `reviews.digest.read` gives. Differences name their place by ids and codes; the
selector that shows them puts the words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

# Fields that hold what somebody wrote: shown word by word, not as a whole replaced by a whole.
TEXT_FIELDS = frozenset(
    {"rationale", "observation", "assessment", "words", "summary", "original_words", "title"}
)


@dataclass(frozen=True)
class Difference:
    """One field that differs. `kind` is case, subject, recording, mark or allegation.

    `number` is the number people say, `field` is '' when the whole thing is new (`was` is None) or
    gone (`now` is None). `key` is the id of the thing, '' for the case.
    """

    kind: str
    key: str
    number: int | None
    field: str
    was: Any
    now: Any


@dataclass(frozen=True)
class Piece:
    """A stretch of a text, and whether it is on this side only."""

    text: str
    differs: bool


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """List every field in which two contents differ: allegations first, then marks, then the rest."""
    found = _of_allegations(old["allegations"], new["allegations"])
    found += _of_things("mark", old["marks"], new["marks"])
    found += _of_things("recording", old["recordings"], new["recordings"])
    found += _of_things("subject", old["subjects"], new["subjects"])
    before, after = _flat(old["case"]), _flat(new["case"])
    found += [
        Difference("case", "", None, field, before.get(field), after.get(field))
        for field in sorted(before.keys() | after.keys())
        if before.get(field) != after.get(field)
    ]
    return found


def word_pieces(was: str, now: str) -> tuple[list[Piece], list[Piece]]:
    """Split two texts into pieces that are the same and pieces that differ, word by word."""
    left, right = re.findall(r"\S+|\s+", was), re.findall(r"\S+|\s+", now)
    matcher = SequenceMatcher(a=left, b=right, autojunk=False)
    old: list[Piece] = []
    new: list[Piece] = []
    for what, a, b, c, d in matcher.get_opcodes():
        if b > a:
            old.append(Piece("".join(left[a:b]), what != "equal"))
        if d > c:
            new.append(Piece("".join(right[c:d]), what != "equal"))
    return old, new


def _of_allegations(old: list[Any], new: list[Any]) -> list[Difference]:
    spread = [[_with_finding(each) for each in side] for side in (old, new)]
    return _of_things("allegation", *spread)


def _with_finding(allegation: Mapping[str, Any]) -> dict[str, Any]:
    finding = allegation["finding"] or {}
    rest = {key: value for key, value in allegation.items() if key != "finding"}
    return {**rest, **finding}


def _of_things(kind: str, old: list[Any], new: list[Any]) -> list[Difference]:
    before = {each["id"]: each for each in old}
    after = {each["id"]: each for each in new}
    found = []
    for key in sorted(before.keys() | after.keys(), key=lambda key: _place(before, after, key)):
        was, now = before.get(key), after.get(key)
        number = (now or was or {}).get("number")
        if was is None or now is None:
            found.append(Difference(kind, key, number, "", was, now))
            continue
        found += [
            Difference(kind, key, number, field, was.get(field), now.get(field))
            for field in sorted(was.keys() | now.keys())
            if was.get(field) != now.get(field)
        ]
    return found


def _place(before: Mapping[str, Any], after: Mapping[str, Any], key: str) -> tuple[int, str]:
    thing = after.get(key) or before[key]
    return (thing.get("number", 0), key)


def _flat(case: Mapping[str, Any]) -> dict[str, Any]:
    incident = case.get("incident") or {}
    rest = {key: value for key, value in case.items() if key != "incident"}
    return {**rest, **{f"incident_{key}": value for key, value in incident.items()}}
