"""Refuses four kinds of account in turns and prints the processor times in ms as JSON.

Run on a database of its own. The processor's time, because other work on the machine is not in it.
"""

from __future__ import annotations

import json
import random
import sys
import time

import django

django.setup()

from django.contrib.auth import authenticate  # noqa: E402 - the models need Django

from accounts.models import CommandUnit, Person, User  # noqa: E402
from accounts.passwords import choose_password  # noqa: E402

PASSWORD = "crumpet sundial gravel"  # noqa: S105


def make_account(name: str) -> User:
    """Make an account with a password."""
    unit, _ = CommandUnit.objects.get_or_create(
        code="NM", defaults={"name": "Northmarsh", "kind": "BOROUGH"}
    )
    person = Person.objects.create(
        rank="DC", collar_number=name, given_names="Nia", surname=name.title(), unit=unit
    )
    user = User(username=name, person=person)
    user.set_unusable_password()
    user.save()
    choose_password(user, PASSWORD)
    return user


def main() -> None:
    """Make the accounts and measure."""
    make_account("known")
    closed, empty = make_account("closed"), make_account("empty")
    closed.is_active = False
    closed.save()
    empty.set_unusable_password()
    empty.save()
    order = random.Random(1)  # noqa: S311
    times: dict[str, list[float]] = {name: [] for name in ("known", "closed", "empty", "unknown")}
    for _ in range(int(sys.argv[1])):
        kinds = list(times)
        order.shuffle(kinds)
        for name in kinds:
            began = time.process_time()
            assert authenticate(None, username=name, password="not the password of it") is None  # noqa: S106
            times[name].append((time.process_time() - began) * 1000)
    json.dump(times, sys.stdout)


main()
