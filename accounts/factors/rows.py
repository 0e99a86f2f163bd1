"""The factors an account has, as they are listed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator

from accounts.models import User

_WORDS = {"totp": "Authenticator app", "webauthn": "Passkey", "recovery_codes": "Recovery codes"}


@dataclass(frozen=True)
class Factor:
    """One factor of an account. `counts` is false for recovery codes, which only help out."""

    id: int
    kind: str
    name: str
    added_at: datetime
    last_used_at: datetime | None

    @property
    def counts(self) -> bool:
        """Tell whether an account may live on this factor alone."""
        return self.kind != "recovery_codes"

    @property
    def word(self) -> str:
        """Name its kind for people."""
        return _WORDS[self.kind]


def factors_of(user: User) -> list[Factor]:
    """List the factors of an account, the oldest first (1 query)."""
    rows = Authenticator.objects.filter(user_id=user.pk).order_by("created_at", "pk")
    return [
        Factor(row.pk, row.type, row.data.get("name", ""), row.created_at, row.last_used_at)
        for row in rows
    ]


def remove_factors(user: User) -> int:
    """Remove every factor and recovery code of an account; return how many rows there were."""
    removed, _ = Authenticator.objects.filter(user_id=user.pk).delete()
    return removed


def remove_factor(user: User, factor_id: int) -> Factor | None:
    """Remove one factor of an account and return what it was, or None."""
    found = next((each for each in factors_of(user) if each.id == factor_id), None)
    if found is not None:
        Authenticator.objects.filter(user_id=user.pk, pk=factor_id).delete()
    return found
