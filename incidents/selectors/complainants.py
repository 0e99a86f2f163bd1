"""What is told of who complained: one rule for the pages and the API.

How to reach the person is told to those who tell them how the case goes, and to nobody else who
reads it: an outside reviewer, an auditor or a disclosure officer judges the case without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from accounts.models import User
from accounts.roles import Permission
from incidents.models import Complainant, Complaint


@dataclass(frozen=True)
class ComplainantTold:
    """Who complained, as far as one reader is told; None stands for what is kept from them."""

    kind: str
    name: str
    prefers: str
    needs: str
    was_under_18: bool
    email: str | None
    telephone: str | None
    address: str | None
    born_on: date | None
    has_contact: bool
    in_words: str


def complainant_for(user: User, case: Complaint) -> ComplainantTold | None:
    """Give who complained, as far as the person is told; None once the record is destroyed."""
    found: Complainant | None = getattr(case, "complainant", None)
    if found is None:
        return None
    is_told = user.has_role_permission(Permission.NOTIFY_OUTCOME)
    words = f"{found.get_kind_display()}. Prefers {found.get_prefers_display().lower()}"
    return ComplainantTold(
        kind=found.kind,
        name=found.name,
        prefers=found.prefers,
        needs=found.needs,
        was_under_18=found.was_under_18,
        email=found.email if is_told else None,
        telephone=found.telephone if is_told else None,
        address=found.address if is_told else None,
        born_on=found.born_on if is_told else None,
        has_contact=is_told,
        in_words=f"{words}. Under 18 at the time" if found.was_under_18 else words,
    )
