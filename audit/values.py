"""Who did it, and to what: copied into the event, because names change and rows go away."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from audit.enums import ActorKind


@dataclass(frozen=True)
class Actor:
    """Who acted, with name and role as they were at that moment.

    Names of staff who act are kept in the leaf for ever: they answer for the act. Whoever acts for
    somebody absent is named with them ("DS Pell, for DI Vasey"), and `on_behalf_of` is the account
    of the absent person, which the event keeps in its details. Raises ValueError for an unknown
    kind or an empty id or name.
    """

    kind: str
    id: str
    name: str
    role: str = ""
    on_behalf_of: str = ""

    def __post_init__(self) -> None:
        if self.kind not in ActorKind.values:
            raise ValueError(f"{self.kind!r} is not a kind of actor")
        if not self.id or not self.name:
            raise ValueError("an actor needs an id and a name")


@dataclass(frozen=True)
class Subject:
    """What was acted upon. ``label`` is a reference or a code, never a member of the public's name.

    Raises ValueError for an empty type, or a case reference without its case.
    """

    type: str
    id: str
    label: str
    case_id: UUID | None = None
    case_reference: str = ""

    def __post_init__(self) -> None:
        if not self.type:
            raise ValueError("a subject needs a type")
        if self.case_reference and self.case_id is None:
            raise ValueError("a case reference needs its case")
