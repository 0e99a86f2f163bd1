"""Counting wrong tries, in PostgreSQL, and locking what is tried too often.

Three things are counted: passwords for a user name (whether or not anybody has it), codes and
passkeys of an account, and everything from one network address. A try is counted before it is
looked at, in a transaction of its own: a hundred tries at the same moment are a hundred tries.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.crypto import salted_hmac

from accounts.models import User, WrongTries
from audit import context
from bwcportal.errors import NotNow
from bwcportal.phrasing import counted

WINDOW = timedelta(minutes=15)
LOCKED_FOR = timedelta(minutes=15)
Kind = WrongTries.Kind
# NCSC: lock after about ten tries. A factor is harder to guess and is guessed at by whoever has the
# password already; an address may be a whole station's.
MOST = {Kind.NAME: 10, Kind.FACTOR: 5, Kind.ADDRESS: 100}


class TooManyTries(NotNow):
    """Too many wrong tries: whatever is sent now is not looked at."""

    status = 429
    default_code = "too_many_tries"


@dataclass(frozen=True)
class Counter:
    """What one try counts for."""

    kind: WrongTries.Kind
    key: str


def for_name(username: str) -> Counter:
    """Give the counter of a user name as typed; every way of typing it has the same."""
    folded = unicodedata.normalize("NFKC", username).upper().lower().strip()
    return Counter(Kind.NAME, _digest(folded))


def for_factor(user: User) -> Counter:
    """Give the counter of an account's codes and passkeys."""
    return Counter(Kind.FACTOR, str(user.pk))


def for_address() -> Counter:
    """Give the counter of the network address that this request came from."""
    return Counter(Kind.ADDRESS, _digest(context.current().address))


def count_try(*counters: Counter, now: datetime) -> None:
    """Count one try for each. Raises TooManyTries, and counts nothing, when one of them is locked."""
    with transaction.atomic():
        rows = [_row(counter, now=now) for counter in _ordered(counters)]
        locked = [row.locked_until for row in rows if row.locked_until and row.locked_until > now]
        if locked:
            raise _refused(max(locked), now)
        for row in rows:
            if row.locked_until or row.since < now - WINDOW:
                row.tries, row.since, row.locked_until = 0, now, None
            row.tries += 1
            if row.tries >= MOST[Kind(row.kind)]:
                row.locked_until = now + LOCKED_FOR
            row.save(update_fields=["tries", "since", "locked_until"])


def was_right(*counters: Counter, now: datetime) -> None:
    """Forget the tries of a name or a factor after a right one; take one off an address."""
    with transaction.atomic():
        for counter in _ordered(counters):
            row = _row(counter, now=now)
            row.tries = max(row.tries - 1, 0) if counter.kind == Kind.ADDRESS else 0
            row.locked_until = None
            row.save(update_fields=["tries", "locked_until"])


def unlock_account(user: User) -> None:
    """Forget every wrong try at an account's user name and factors."""
    keys = [for_name(user.username), for_factor(user)]
    for counter in keys:
        WrongTries.objects.filter(kind=counter.kind, key=counter.key).delete()


def locked_until(user: User, *, now: datetime) -> datetime | None:
    """Say until when an account cannot sign in by password and code, or None."""
    keys = [for_name(user.username).key, for_factor(user).key]
    rows = WrongTries.objects.filter(key__in=keys, locked_until__gt=now)
    return max((row.locked_until for row in rows if row.locked_until), default=None)


def locks_of(users: Iterable[User], *, now: datetime) -> dict[UUID, datetime]:
    """Say until when each of some accounts is locked; those that are not are left out (1 query)."""
    keys = {
        key: user.pk
        for user in users
        for key in (for_name(user.username).key, for_factor(user).key)
    }
    found: dict[UUID, datetime] = {}
    for row in WrongTries.objects.filter(key__in=keys, locked_until__gt=now):
        user_id = keys[row.key]
        if row.locked_until is not None:
            found[user_id] = max(row.locked_until, found.get(user_id, row.locked_until))
    return found


def forget_old_tries(*, now: datetime) -> int:
    """Remove the counts that no longer matter; return how many."""
    removed, _ = WrongTries.objects.filter(since__lt=now - WINDOW - LOCKED_FOR).delete()
    return removed


def _digest(text: str) -> str:
    return salted_hmac("accounts.lockout", text, algorithm="sha256").hexdigest()


def _ordered(counters: Iterable[Counter]) -> list[Counter]:
    """Always lock rows in one order, so that two tries cannot wait for each other."""
    return sorted(counters, key=lambda counter: (counter.kind, counter.key))


def _row(counter: Counter, *, now: datetime) -> WrongTries:
    WrongTries.objects.bulk_create(
        [WrongTries(kind=counter.kind, key=counter.key, since=now)], ignore_conflicts=True
    )
    return WrongTries.objects.select_for_update().get(kind=counter.kind, key=counter.key)


def _refused(until: datetime, now: datetime) -> TooManyTries:
    minutes = max(math.ceil((until - now).total_seconds() / 60), 1)
    return TooManyTries(
        f"There were too many wrong tries. Wait {counted(minutes, 'minute')}, then try again, "
        "or ask an administrator to unlock your account"
    )
