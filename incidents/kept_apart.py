"""Keeping a destroyed case from whom it was kept while it was there, without keeping who that was.

Destroying a case removes its officers and its exclusions. The tombstone that stays holds a keyed digest
of each person instead: enough to ask whether somebody at the screen is one of them, and of no use to
whoever reads the table without the key.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac

_SALT = "incidents.kept_apart"


def digests_of(person_ids: Iterable[Any]) -> list[str]:
    """Give the digests under which a tombstone may hold these people, one for each key in use."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [_digest(person_id, key) for person_id in person_ids for key in keys]


def digest_of(person_id: Any) -> str:
    """Give the digest that a tombstone holds of a person."""
    return _digest(person_id, settings.SECRET_KEY)


def _digest(person_id: Any, key: str) -> str:
    digest: str = salted_hmac(_SALT, str(person_id), secret=key, algorithm="sha256").hexdigest()
    return digest[:32]
