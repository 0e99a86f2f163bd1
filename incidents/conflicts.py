"""When a person and a case do not go together. Rules only: facts in, conflicts out, no database.

Police (Conduct) Regulations 2020, regulation 15(3): nobody may be appointed to investigate who is an
interested party or works, directly or indirectly, under the management of the officer concerned.
These are hard and nothing overrides them. The soft ones give reason to ask, and an answer in words
lets the assignment stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from accounts.identities import folded, words_of
from incidents.enums import ConflictKind

K = ConflictKind
SOFT = frozenset({K.POSSIBLE_INTEREST, K.SAME_UNIT, K.SAME_TEAM})
HARD = frozenset(ConflictKind) - SOFT
# Nothing lets these stand, not even after the fact: the person cannot see the case.
NEVER_STANDS = frozenset({K.SUBJECT, K.EXCLUDED})
# Words that stand in most addresses and tell nothing apart.
_COMMON = frozenset(
    """
    the and for with from near street road lane avenue terrace court close way drive place square
    station house flat view north south east west old new high police complaint incident family
    """.split()  # noqa: SIM905 - shorter to read
)


@dataclass(frozen=True)
class Conflict:
    """One conflict: of which kind, about whom, and from which linked case."""

    kind: ConflictKind
    about: UUID | None = None
    because: UUID | None = None

    @property
    def is_hard(self) -> bool:
        """Tell whether nothing may override it."""
        return self.kind in HARD


@dataclass(frozen=True)
class Facts:
    """What is known of a person and a case. People are sets of the ids of all their records.

    `subjects` maps each officer complained about to all records of that human being.
    """

    candidate: frozenset[UUID]
    subjects: Mapping[UUID, frozenset[UUID]] = field(default_factory=dict)
    excluded: frozenset[UUID] = frozenset()
    managers: frozenset[UUID] = frozenset()
    managers_of: Mapping[UUID, frozenset[UUID]] = field(default_factory=dict)
    linked_parties: Mapping[UUID, frozenset[UUID]] = field(default_factory=dict)
    wearers: frozenset[UUID] = frozenset()
    interests: frozenset[UUID] = frozenset()
    interest_words: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    units: frozenset[UUID] = frozenset()
    units_of: Mapping[UUID, frozenset[UUID]] = field(default_factory=dict)
    teams: frozenset[UUID] = frozenset()
    teams_of: Mapping[UUID, frozenset[UUID]] = field(default_factory=dict)


def conflicts_of(facts: Facts) -> list[Conflict]:
    """List every conflict between a person and a case, the hard ones first."""
    me = facts.candidate
    found: list[Conflict] = []
    for subject, records in facts.subjects.items():
        if me & records:
            found.append(Conflict(K.SUBJECT, subject))
            continue
        tests = (
            (K.UNDER_SUBJECT, facts.managers & records),
            (K.OVER_SUBJECT, facts.managers_of.get(subject, frozenset()) & me),
            (K.INTEREST, facts.interests & records),
            (K.SAME_UNIT, facts.units & facts.units_of.get(subject, frozenset())),
            (K.SAME_TEAM, facts.teams & facts.teams_of.get(subject, frozenset())),
        )
        found += [Conflict(kind, subject) for kind, meets in tests if meets]
    if me & facts.excluded:
        found.append(Conflict(K.EXCLUDED))
    if me & facts.wearers:
        found.append(Conflict(K.PRESENT))
    found += [
        Conflict(K.LINKED_PARTY, because=case)
        for case, parties in facts.linked_parties.items()
        if me & parties
    ]
    if any(words_meet(words, facts.texts) for words in facts.interest_words):
        found.append(Conflict(K.POSSIBLE_INTEREST))
    return sorted(found, key=lambda each: not each.is_hard)


def words_meet(declared: str, texts: tuple[str, ...]) -> bool:
    """Tell whether every telling word of a declared interest stands in what is known of a case.

    House numbers and words that stand in most addresses do not count; an interest that has no
    other word meets nothing.
    """
    telling = {folded(word) for word in words_of(declared)}
    telling = {word for word in telling if len(word) > 2 and word.isalpha()} - _COMMON
    said = {folded(word) for text in texts for word in words_of(text)}
    return bool(telling) and telling <= said
