"""Signing in as a new person would: set up, lose the phone, get back in, be locked out and let in again.

Chromium's virtual authenticator (over its debugging protocol) holds the passkeys. Browsers make none for
an address of numbers, so these tests call the portal `localhost`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from accounts.factors.codes import plain
from tests.factories.sign_in import code_at, wrong_code
from tests.functional.journey.looking import what_is_wrong
from tests.functional.journey.people import PATIENCE_MS

pytestmark = pytest.mark.functional

PASSWORD = "crumpet sundial gravel"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
OPENING = """
import sys, django
django.setup()
from django.utils import timezone
from accounts.models import CommandUnit, Person, RoleAssignment, User
from accounts.services.lost_factors import approve_factor_reset, ask_for_factor_reset
from accounts.services.sessions import unlock_account
from accounts.services.set_up_codes import issue_set_up_code_as_operator
now = timezone.now()

def account(name, role=""):
    unit = CommandUnit.objects.first()
    person = Person.objects.create(
        rank="DC", collar_number=name[:14], given_names="Nia", surname=name.title(), unit=unit
    )
    user = User(username=name, person=person)
    user.set_unusable_password()
    user.save()
    if role:
        RoleAssignment.objects.create(user=user, role=role, since=now)
    return user
"""


@dataclass
class Browser:
    """Somebody at a browser, with or without a passkey in it."""

    page: Any
    url: str
    used: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Go to an address of the portal."""
        self.page.goto(self.url + path)

    def fill(self, label: str, text: str) -> None:
        """Type into a field, and remember what must be in no log."""
        self.used.append(text)
        self.page.get_by_label(label, exact=True).fill(text)

    def press(self, name: str) -> None:
        """Press a button."""
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def sees(self, text: str) -> None:
        """Wait for words of the page."""
        self.page.get_by_text(text).first.wait_for()

    def is_in(self) -> None:
        """Wait for My work."""
        self.page.get_by_role("heading", name="My work", level=1).wait_for()

    def looks_well(self) -> None:
        """Put the page before the same eyes as all others."""
        assert what_is_wrong(self) == []  # type: ignore[arg-type]

    def give_password(self, username: str) -> None:
        """Fill the sign-in page in."""
        self.open("/sign-in/")
        self.fill("User name", username)
        self.fill("Password", PASSWORD)
        self.press("Sign in")


Opener = Callable[..., Browser]


@pytest.fixture
def at_browser(running_portal: Any, browser: Any) -> Iterator[Opener]:
    """Give browsers of their own; `passkeys` puts an authenticator into one."""
    contexts = []

    def opened(*, passkeys: bool) -> Browser:
        context = browser.new_context(locale="en-GB", timezone_id="Europe/London")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        if passkeys:
            protocol = context.new_cdp_session(page)
            protocol.send("WebAuthn.enable")
            protocol.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        return Browser(page, running_portal.url.replace("127.0.0.1", "localhost"))

    yield opened
    for each in contexts:
        each.close()


def operator(portal: Any, lines: str) -> str:
    """Let an operator or administrators act through the services; return what was printed."""
    return str(portal.python("-c", OPENING + lines)).strip().splitlines()[-1]


def set_up(person: Browser, username: str, code: str) -> None:
    """Go from the sign-in page to the page where a factor is set up."""
    person.open("/sign-in/")
    person.page.get_by_role("link", name="set-up code").click()
    person.looks_well()
    person.fill("User name", username)
    person.fill("Set-up code", code)
    person.press("Continue")
    person.looks_well()
    person.fill("New password", PASSWORD)
    person.press("Continue")
    person.page.get_by_role("heading", name="Set up your second factor").wait_for()
    person.looks_well()


def recovery_codes(person: Browser) -> list[str]:
    """Read the recovery codes off the page."""
    person.page.get_by_role("heading", name="Keep your recovery codes").wait_for()
    codes = [plain(text) for text in person.page.locator(".bwc-codes li").all_inner_texts()]
    person.used += codes
    assert len(set(codes)) == 10
    return codes


def app_secret(person: Browser) -> str:
    """Read the key of a new app off the page."""
    secret = plain(person.page.locator(".bwc-secret").inner_text())
    person.used.append(secret)
    return secret


def check_log(portal: Any, *people: Browser) -> None:
    """No code, password or key that anybody used is in a log, and no address with its query."""
    log = portal.log("web") + portal.log("worker")
    for person in people:
        long = [text for text in person.used if (len(text) > 5 and " " in text) or len(text) >= 10]
        assert not [text for text in long if text in log]
    assert not re.search(r"/sign-in/[a-z/]*\?", log)


def test_set_up_by_passkey_lose_it_get_back_in_and_drop_it(running_portal, at_browser):
    code = operator(
        running_portal,
        "print(issue_set_up_code_as_operator(user_id=account('newcomer').pk, "
        "sets_password=True, now=now))",
    )
    new = at_browser(passkeys=True)
    set_up(new, "newcomer", code)
    new.press("Set up a passkey")
    codes = recovery_codes(new)
    new.press("I have kept them: sign in")
    new.is_in()

    # By the passkey alone, then after the password.
    new.press("Sign out")
    new.press("Sign in with a passkey")
    new.is_in()
    new.press("Sign out")
    new.give_password("newcomer")
    new.press("Use your passkey")
    new.is_in()

    # The passkey shows anew who it is, for one change.
    new.open("/account/recovery-codes/")
    new.page.get_by_role("button", name="Use your passkey instead").click()
    renewed = recovery_codes(new)
    assert not set(codes) & set(renewed)

    # The phone is lost: a recovery code opens, an app takes its place, the passkey is dropped.
    left = at_browser(passkeys=False)
    left.give_password("newcomer")
    left.fill("Code", renewed[0])
    left.press("Continue")
    left.is_in()
    left.sees("New recovery codes were made")
    left.open("/account/app/")
    left.fill("Code from the app", code_at(app_secret(left)))
    left.fill("Code", renewed[1])
    left.press("Use this app")
    left.sees("The app is set up")
    left.looks_well()
    left.page.get_by_role("link", name="Remove Passkey").click()
    left.fill("Code", renewed[2])
    left.press("Remove it")
    left.sees("Passkey is removed")
    new.press("Sign out") if new.page.get_by_role("button", name="Sign out").count() else None
    new.open("/sign-in/")
    new.press("Sign in with a passkey")
    new.sees("This passkey was not accepted")
    check_log(running_portal, new, left)


def test_locked_out_and_let_in_again_then_everything_lost(running_portal, at_browser):
    code = operator(
        running_portal,
        "account('first-admin', 'administrator'); account('second-admin', 'administrator')\n"
        "print(issue_set_up_code_as_operator(user_id=account('unlucky').pk, "
        "sets_password=True, now=now))",
    )
    person = at_browser(passkeys=False)
    set_up(person, "unlucky", code)
    secret = app_secret(person)
    person.fill("Code from the app", code_at(secret))
    person.press("Use this app")
    codes = recovery_codes(person)
    person.press("I have kept them: sign in")
    person.is_in()
    person.press("Sign out")

    person.give_password("unlucky")
    for _ in range(5):
        person.fill("Code", wrong_code(secret))
        with person.page.expect_navigation():
            person.press("Continue")
        person.sees("This code is not right")
    person.looks_well()
    person.fill("Code", codes[0])
    person.press("Continue")
    person.sees("too many wrong tries")

    act = (
        "(actor=User.objects.get(username='{}'), user_id=User.objects.get(username='unlucky').pk, "
    )
    first = act.format("first-admin")
    operator(running_portal, f"unlock_account{first}reason='Rang', now=now); print('done')")
    person.fill("Code", codes[0])
    person.press("Continue")
    person.is_in()
    person.sees("An administrator unlocked your account")

    # Phone and codes are gone: two administrators, a set-up code, and still the password.
    again = operator(
        running_portal,
        f"asked = ask_for_factor_reset{first}reason='Lost bag', now=now)\n"
        "second = User.objects.get(username='second-admin')\n"
        "print(approve_factor_reset(actor=second, reset_id=asked.pk, now=now))",
    )
    person.open("/account/")
    assert "/sign-in/" in person.page.url
    person.give_password("unlucky")
    person.sees("has no phone or passkey to go with it")
    person.looks_well()
    person.fill("Set-up code", again)
    person.press("Continue")
    person.fill("Code from the app", code_at(app_secret(person)))
    person.press("Use this app")
    recovery_codes(person)
    person.press("I have kept them: sign in")
    person.is_in()
    check_log(running_portal, person)
