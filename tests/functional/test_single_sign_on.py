"""Single sign-on in a browser, with a provider on another site: in, refused, down; and every log."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from accounts.services.single_sign_on import DOWN, REFUSED
from bwcportal.demo.people import PASSWORD
from tests.identity_provider import CLIENT_ID, CLIENT_SECRET, GROUP, identity_provider

pytestmark = pytest.mark.functional

BUTTON = "Sign in with your force account"
BACK = "/sign-in/single-sign-on/back/"


class Visitor:
    """Somebody at a browser of their own, on the portal at `url`."""

    def __init__(self, browser: Any, url: str) -> None:
        self.url = url
        self.context = browser.new_context(locale="en-GB")
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.complaints: list[str] = []
        self.page.on("console", self._complain)

    def _complain(self, message: Any) -> None:
        # That a page answers with a refusal, the browser mentions.
        if message.type in {"error", "warning"} and "responded with a status" not in message.text:
            self.complaints.append(message.text)

    def press(self, name: str) -> None:
        """Press a button."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def sign_on(self, provider: Any, name: str) -> None:
        """Go to the provider and sign in there."""
        self.page.goto(f"{self.url}/cases/")
        self.press(BUTTON)
        self.page.get_by_role("heading", name="Force account").wait_for()
        assert self.page.url.startswith(f"{provider.issuer}/authorize?")
        self.page.get_by_label("Name").fill(name)
        self.press("Sign in here")

    def use_the_password(self, name: str) -> None:
        """Sign in by password on the page at hand."""
        self.page.get_by_label("User name").fill(name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.press("Sign in")
        self.continue_with_the_code()

    def continue_with_the_code(self) -> None:
        """Show the code, which the demonstration fills in."""
        self.page.get_by_role("heading", name="Show that it is you").wait_for()
        self.press("Continue")


@pytest.fixture
def visitor(browser: Any) -> Iterator[Any]:
    """Make visitors, and close their browsers."""
    made: list[Visitor] = []

    def make(url: str) -> Visitor:
        made.append(Visitor(browser, url))
        return made[-1]

    yield make
    for each in made:
        each.context.close()


def test_in_refused_and_down_and_no_log_knows_a_secret(running_portal: Any, visitor: Any) -> None:
    with identity_provider() as provider:
        settings = {
            "BWC_SSO_ISSUER": provider.issuer,
            "BWC_SSO_CLIENT_ID": CLIENT_ID,
            "BWC_SSO_CLIENT_SECRET": CLIENT_SECRET,
            "BWC_SSO_GROUP": GROUP,
            "GUNICORN_CMD_ARGS": "--access-logfile - --log-level debug",
        }
        with running_portal.second_web_server(**settings) as url:
            gets_in(visitor(url), provider)
            is_refused(visitor(url), provider)
            provider.stop()
            falls_back(visitor(url))

    read_every_log(running_portal, provider)


def gets_in(person: Visitor, provider: Any) -> None:
    """Through the provider, past our second factor, to the page that was asked for."""
    person.sign_on(provider, "vasey")
    person.continue_with_the_code()
    person.page.get_by_role("heading", name="Cases", level=1).wait_for()
    assert person.page.url == f"{person.url}/cases/"
    session = next(each for each in person.context.cookies(person.url) if each["name"] == "session")
    assert session["sameSite"] == "Strict"
    assert person.complaints == []


def is_refused(person: Visitor, provider: Any) -> None:
    """Without the group: the one sentence, and a page whose password form works."""
    provider.claims["groups"] = ["everybody"]
    person.sign_on(provider, "vasey")
    person.page.get_by_text(REFUSED).wait_for()
    person.page.goto(f"{person.url}/cases/")
    assert "/sign-in/" in person.page.url
    person.page.go_back()
    person.use_the_password("vasey")
    person.page.get_by_role("heading", name="My work", level=1).wait_for()
    assert person.complaints == []


def falls_back(person: Visitor) -> None:
    """With nobody at the provider's address: said in words, and the password works."""
    person.page.goto(f"{person.url}/cases/")
    person.press(BUTTON)
    person.page.get_by_text(DOWN).wait_for()
    person.use_the_password("vasey")
    person.page.get_by_role("heading", name="Cases", level=1).wait_for()
    assert person.complaints == []


def read_every_log(portal: Any, provider: Any) -> None:
    """No code, state, nonce, token or secret, and no query string at all."""
    logs = {path: path.read_text(errors="replace") for path in (portal.var / "log").iterdir()}
    web = portal.log("web")
    assert f'"GET {BACK} HTTP/1.1" 200' in web, "the web server's own access log was not there"
    assert "single_sign_on_refused" in web
    assert "single_sign_on_down" in web
    assert len(provider.secrets) > 10
    for path, text in logs.items():
        assert not [each for each in provider.secrets if each in text], path
        assert not re.search(r"\?\w+=", text), path
