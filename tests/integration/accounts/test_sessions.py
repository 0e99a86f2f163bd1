"""Sessions end when they should, for good, and closing an account ends everything it acts by."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import FactorReset, SecurityNotice, SetUpCode, SignedInSession, User
from accounts.roles import Role
from accounts.selectors.own_account import browser_in_words
from accounts.services.accounts import close_account, reopen_account
from accounts.services.lost_factors import (
    approve_factor_reset,
    ask_for_factor_reset,
    drop_factor_reset,
)
from accounts.services.roles import give_role
from accounts.services.sessions import end_sessions, unlock_account
from accounts.services.set_up_codes import issue_set_up_code
from audit.models import Event
from bwcportal.errors import NotFound, NotNow, NotPermitted
from tests.factories.callers import Caller
from tests.factories.people import make_person, make_user
from tests.factories.sign_in import (
    code_at,
    is_signed_in,
    session_of,
    type_code,
    type_password,
    with_app,
    wrong_code,
)

pytestmark = pytest.mark.django_db


def signed_in(user: User, **extra: str) -> Client:
    client = Client(**extra)
    client.force_login(user)
    assert is_signed_in(client)
    return client


def copy_of(client: Client) -> Client:
    other = Client()
    other.cookies["session"] = client.cookies["session"].value
    return other


def later(**delta: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(**delta))


def test_t52_the_key_of_a_session_is_nowhere_in_the_database() -> None:
    client = signed_in(make_user())

    row = SignedInSession.objects.get()

    assert client.cookies["session"].value not in f"{row.session_key} {row.session_data}"
    thief = Client()
    thief.cookies["session"] = row.session_key
    assert not is_signed_in(thief)


def test_t52_the_key_changes_when_the_roles_do() -> None:
    user = make_user(Role.INVESTIGATOR)
    client = signed_in(user)
    old = copy_of(client)
    give_role(
        actor=make_user(Role.ADMINISTRATOR),
        user_id=user.pk,
        role=Role.DISCLOSURE_OFFICER,
        since=None,
        until=None,
        reason="Covers for a colleague",
        now=timezone.now(),
    )

    assert is_signed_in(client)

    assert client.cookies["session"].value != old.cookies["session"].value
    assert not is_signed_in(old)
    assert is_signed_in(client)


def test_t53_fifteen_minutes_without_use_end_a_session() -> None:
    client = signed_in(make_user())
    with later(minutes=14):
        assert is_signed_in(client)
    with later(minutes=28):
        assert is_signed_in(client)
    with later(minutes=44):
        assert not is_signed_in(client)
    # For good: going back in time does not bring it back.
    assert not is_signed_in(client)


def test_t53_what_a_page_asks_by_itself_does_not_keep_a_session_alive() -> None:
    client = signed_in(make_user())
    for minutes in (5, 10, 14):
        with later(minutes=minutes):
            assert client.get("/cases/", headers={"X-Background": "1"}).status_code == 200
    with later(minutes=16):
        assert client.get("/cases/", headers={"X-Background": "1"}).status_code == 302


def test_t53_twelve_hours_end_a_session_however_busy() -> None:
    client = signed_in(make_user())
    for step in range(1, 72):
        with later(minutes=10 * step):
            assert is_signed_in(client), step
    with later(minutes=12 * 60 + 1):
        assert not is_signed_in(client)


def test_t53_a_copied_cookie_is_dead_after_signing_out_and_nothing_is_kept() -> None:
    client = signed_in(make_user())
    copied = copy_of(client)

    answer = client.post("/sign-out/")

    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert not is_signed_in(copied)
    page = signed_in(make_user()).get("/cases/")
    assert page["Cache-Control"] == "private, no-store"


def test_the_page_of_ones_own_account_lists_and_ends_sessions() -> None:
    user = make_user()
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"
    secret = with_app(user)
    elsewhere = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR="10.20.30.40")
    type_password(elsewhere, user)
    type_code(elsewhere, code_at(secret))
    here = signed_in(user)

    page = here.get("/account/").content.decode()
    assert "Firefox on Windows" in page
    assert "10.20.30.40" in page
    other = SignedInSession.objects.get(address="10.20.30.40")
    assert here.post(f"/account/sessions/{other.public_id}/end/")["Location"] == "/account/"

    assert not is_signed_in(elsewhere)
    assert is_signed_in(here)
    third = signed_in(user)
    here.post("/account/sessions/end-others/")
    assert not is_signed_in(third)
    assert is_signed_in(here)


def test_somebody_elses_session_cannot_be_ended() -> None:
    victim, client = session_of(make_user()), signed_in(make_user())

    assert client.post(f"/account/sessions/{victim.public_id}/end/").status_code == 404

    assert SignedInSession.objects.filter(pk=victim.pk).exists()


def test_an_ended_session_is_not_brought_back_by_a_request_that_still_runs() -> None:
    session = signed_in(make_user()).session
    assert SESSION_KEY in session
    SignedInSession.objects.all().delete()

    session["something"] = "new"
    with pytest.raises(UpdateError):
        session.save()

    assert not SignedInSession.objects.exists()


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156 Safari/537",
            "Chrome on Linux",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18) Version/18 Safari/604.1", "Safari on iOS"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/1 Safari/5 Edg/1", "Edge on Windows"),
        ("", "Another browser"),
        ("<script>", "Another browser"),
    ],
)
def test_a_browser_is_named_in_words(agent: str, words: str) -> None:
    assert browser_in_words(agent) == words


def test_t58_closing_an_account_ends_everything_it_acts_by_and_for_good() -> None:
    administrator, user = make_user(Role.ADMINISTRATOR), make_user(Role.ADMINISTRATOR)
    secret = with_app(user)
    caller, client = Caller(user), signed_in(user)
    half_way = Client()
    type_password(half_way, user)
    now = timezone.now()
    issue_set_up_code(
        actor=administrator, user_id=user.pk, sets_password=True, reason="New phone", now=now
    )
    ask_for_factor_reset(actor=administrator, user_id=user.pk, reason="Lost phone", now=now)
    assert caller.get("/me").status == 200

    close_account(actor=administrator, user_id=user.pk, reason="Left", now=now)

    assert not is_signed_in(client)
    assert caller.get("/me").status == 401
    assert type_code(half_way, code_at(secret))["Location"] == "/sign-in/"
    assert not SetUpCode.objects.filter(user=user, used_at=None).exists()
    assert not FactorReset.objects.filter(user=user, decided_at=None).exists()
    reopen_account(actor=administrator, user_id=user.pk, reason="Back", now=now)
    assert not is_signed_in(client)
    assert caller.get("/me").status == 401


def test_an_administrator_ends_all_sessions_and_the_person_is_told() -> None:
    user = make_user()
    one, two = signed_in(user), signed_in(user)

    ended = end_sessions(
        actor=make_user(Role.ADMINISTRATOR), user_id=user.pk, reason="Laptop stolen",
        now=timezone.now(),
    )  # fmt: skip

    assert ended == 2
    assert not is_signed_in(one)
    assert not is_signed_in(two)
    assert (
        "An administrator ended your sessions" in signed_in(user).get("/account/").content.decode()
    )


@pytest.mark.parametrize("act", [end_sessions, unlock_account, ask_for_factor_reset])
def test_these_acts_are_refused_without_the_role_for_oneself_and_for_nobody(act) -> None:
    now, user = timezone.now(), make_user()
    administrator = make_user(Role.ADMINISTRATOR)

    with pytest.raises(NotPermitted):
        act(actor=make_user(Role.SUPERVISOR), user_id=user.pk, reason="Because", now=now)
    with pytest.raises(NotPermitted):
        act(actor=administrator, user_id=administrator.pk, reason="Because", now=now)
    with pytest.raises(NotFound):
        act(actor=administrator, user_id=make_person().pk, reason="Because", now=now)


def test_an_administrator_lets_a_locked_person_in_again(client: Client) -> None:
    user = make_user()
    secret = with_app(user)
    type_password(client, user)
    for _ in range(5):
        type_code(client, wrong_code(secret))
    assert type_code(client, code_at(secret)).status_code == 429

    unlock_account(
        actor=make_user(Role.ADMINISTRATOR), user_id=user.pk, reason="Rang me", now=timezone.now()
    )

    assert type_code(client, code_at(secret)).status_code == 302
    told = client.get("/account/").content.decode()
    assert "wrong code or passkey was given after your password" in told
    assert "An administrator unlocked your account" in told


def test_t54_lost_factors_take_two_administrators_and_the_password_still(client: Client) -> None:
    user = make_user()
    with_app(user)
    first, second = make_user(Role.ADMINISTRATOR), make_user(Role.ADMINISTRATOR)
    other_account = make_user(Role.ADMINISTRATOR, person=first.person)
    now = timezone.now()
    session = signed_in(user)
    asked = ask_for_factor_reset(actor=first, user_id=user.pk, reason="Phone drowned", now=now)

    for same in (first, other_account):
        with pytest.raises(NotPermitted):
            approve_factor_reset(actor=same, reset_id=asked.pk, now=now)
    with pytest.raises(NotNow):
        ask_for_factor_reset(actor=second, user_id=user.pk, reason="Phone drowned", now=now)
    code = approve_factor_reset(actor=second, reset_id=asked.pk, now=now)

    assert not is_signed_in(session)
    given = {"username": user.username, "code": code}
    assert client.post("/sign-in/set-up/", given).status_code == 400
    assert type_password(client, user)["Location"] == "/sign-in/set-up/"
    sent = client.post("/sign-in/set-up/", {"code": code})
    assert sent["Location"] == "/sign-in/set-up/factor/"
    with pytest.raises(NotNow):
        approve_factor_reset(actor=second, reset_id=asked.pk, now=now)
    assert Event.objects.filter(name="accounts.factor_reset_done").count() == 1
    assert SecurityNotice.objects.filter(user=user, what="RESET_DONE").count() == 1


def test_a_request_to_remove_factors_can_be_dropped_and_runs_out() -> None:
    user = make_user()
    with_app(user)
    first, second = make_user(Role.ADMINISTRATOR), make_user(Role.ADMINISTRATOR)
    now = timezone.now()
    asked = ask_for_factor_reset(actor=first, user_id=user.pk, reason="Phone drowned", now=now)
    drop_factor_reset(actor=first, reset_id=asked.pk, now=now)
    with pytest.raises(NotNow):
        approve_factor_reset(actor=second, reset_id=asked.pk, now=now)
    again = ask_for_factor_reset(actor=first, user_id=user.pk, reason="Phone drowned", now=now)
    after = now + timedelta(days=4)
    with pytest.raises(NotNow):
        approve_factor_reset(actor=second, reset_id=again.pk, now=after)
    ask_for_factor_reset(actor=second, user_id=user.pk, reason="Still", now=after)


def test_old_sessions_and_counts_are_forgotten(capsys) -> None:
    signed_in(make_user())
    type_password(Client(), "nobody-at-all")
    with later(days=2):
        call_command("forget_old_sign_ins", "--once")
    assert "removed" in capsys.readouterr().out
    assert not SignedInSession.objects.exists()


def test_a_session_that_is_not_signed_in_belongs_to_nobody(client: Client) -> None:
    type_password(client, make_user_with_app())

    assert SESSION_KEY not in client.session
    assert SignedInSession.objects.get().user is None


def make_user_with_app() -> User:
    user = make_user()
    with_app(user)
    return user
