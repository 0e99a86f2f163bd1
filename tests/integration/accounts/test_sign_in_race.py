"""Many tries at one moment are many tries, and a code that is typed twice at one moment works once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from accounts.factors import codes
from accounts.lockout import MOST, Kind
from tests.factories.people import make_user
from tests.factories.sign_in import code_at, type_code, type_password, with_app, wrong_code

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(acts: list[Callable[[], object]]) -> Counter[object]:
    def run(act: Callable[[], object]) -> object:
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as threads:
        return Counter(threads.map(run, acts))


def test_t55_a_code_that_is_sent_eight_times_at_once_works_once() -> None:
    user = make_user()
    secret = with_app(user)
    now = timezone.now()
    code = code_at(secret, now)

    outcomes = at_once([lambda: codes.spend_app_code(user, code, now=now)] * 8)

    assert outcomes == {True: 1, False: 7}


def test_t55_a_recovery_code_that_is_sent_eight_times_at_once_works_once() -> None:
    user = make_user()
    with_app(user)
    code = codes.new_recovery_codes(user, now=timezone.now())[0]

    outcomes = at_once([lambda: codes.spend_recovery_code(user, code, now=timezone.now())] * 8)

    assert outcomes == {True: 1, False: 7}


def test_t55_twelve_wrong_codes_at_once_are_looked_at_five_times() -> None:
    user = make_user()
    secret = with_app(user)
    wrong = wrong_code(secret)

    def half_way() -> Client:
        client = Client()
        type_password(client, user)
        return client

    clients = [half_way() for _ in range(12)]
    outcomes = at_once([lambda c=c: type_code(c, wrong).status_code for c in clients])

    assert outcomes == {400: MOST[Kind.FACTOR], 429: 12 - MOST[Kind.FACTOR]}


def test_t57_fifteen_wrong_passwords_at_once_are_looked_at_ten_times() -> None:
    name = make_user().username

    outcomes = at_once(
        [lambda: type_password(Client(), name, "not the password of it").status_code] * 15
    )

    assert outcomes == {400: MOST[Kind.NAME], 429: 15 - MOST[Kind.NAME]}
