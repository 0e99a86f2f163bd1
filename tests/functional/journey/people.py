"""People at browsers of their own, who remember every address they used, and one who may see none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from bwcportal.demo.people import PASSWORD

# Pages that are there for everybody and belong to no case. What they list is checked by its words.
GENERAL = re.compile(
    r"/($|\?|static/|sign-(in|out)/|disposal/(waiting/)?($|\?)"
    r"|cases/($|\?)|cases/log/($|\?(?!draft)|keep/|officers/|throw-away/))"
)
PATIENCE_MS = 20_000


@dataclass(frozen=True)
class Address:
    """One thing asked of the portal: how, where, and with what."""

    method: str
    path: str
    body: str = ""
    kind: str = ""


class Person:
    """Somebody of the demonstration force, signed in at a browser of 1280 by 900."""

    def __init__(self, browser: Any, portal: Any, username: str) -> None:
        self.username = username
        self.portal = portal
        self.context = browser.new_context(
            viewport={"width": 1280, "height": 900}, locale="en-GB", timezone_id="Europe/London"
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.used: list[Address] = []
        self.complaints: list[str] = []
        self.page.on("request", self._remember)
        self.page.on("console", self._complain)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self._sign_in()

    def _remember(self, request: Any) -> None:
        if not request.url.startswith(self.portal.url):
            return
        path = request.url.removeprefix(self.portal.url).partition("#")[0]
        if GENERAL.match(path):
            return
        kind = request.headers.get("content-type", "")
        body = "" if "multipart" in kind else request.post_data or ""
        address = Address(request.method, path, body, kind)
        if address not in self.used:
            self.used.append(address)

    def _complain(self, message: Any) -> None:
        # A form that is shown again with its errors answers 400, which the browser mentions.
        if message.type in {"error", "warning"} and "status of 400" not in message.text:
            self.complaints.append(message.text)

    def _sign_in(self) -> None:
        self.open("/sign-in/")
        self.page.get_by_label("User name").fill(self.username)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.press("Sign in")
        # The demonstration fills its code in.
        self.press("Continue")
        self.page.get_by_role("heading", name="My work", level=1).wait_for()

    def open(self, path: str) -> Any:
        """Go to an address of the portal."""
        return self.page.goto(self.portal.url + path)

    def open_case(self, case_id: str, part: str = "") -> Any:
        """Go to one part of a case: "" for the overview, else "footage", "findings" and so on."""
        return self.open(f"/cases/{case_id}/{part + '/' if part else ''}")

    def press(self, name: str) -> None:
        """Press the first button of that name."""
        self.page.get_by_role("button", name=name).first.click()

    def follow(self, name: str) -> None:
        """Follow the first link of that name."""
        self.page.get_by_role("link", name=name).first.click()

    def choose(self, name: str) -> None:
        """Choose the radio button of that name."""
        self.page.get_by_role("radio", name=name, exact=True).check()

    def fill(self, label: str, text: str) -> None:
        """Type into the field of that label."""
        self.page.get_by_label(label, exact=True).first.fill(text)

    def fill_date(self, name: str, day: Any) -> None:
        """Type a date into its three fields; `name` is the name of the field in the form."""
        for part, value in (("day", day.day), ("month", day.month), ("year", day.year)):
            self.page.locator(f"[name={name}_{part}]").fill(str(value))

    def sees(self, *texts: str) -> None:
        """Wait until each text is on the page."""
        for text in texts:
            self.page.get_by_text(text).first.wait_for()

    def sees_when_reloaded(self, text: str, *, tries: int = 60) -> None:
        """Reload until the text is there: what the worker does appears without being asked for."""
        for _ in range(tries):
            if self.page.get_by_text(text).count():
                return
            self.page.wait_for_timeout(250)
            self.page.reload()
        self.sees(text)

    def until(self, condition: str) -> None:
        """Wait until a condition in JavaScript holds.

        Playwright's own way compiles text in the page at every look, which our policy forbids.
        """
        loop = f"""async () => {{
          const end = performance.now() + {PATIENCE_MS};
          while (!({condition})) {{
            if (performance.now() > end) throw new Error("This never became true");
            await new Promise((go) => setTimeout(go, 30));
          }}
        }}"""
        self.page.evaluate(loop)

    @property
    def text(self) -> str:
        """The words of the page, with plain spaces for those that do not break."""
        return str(self.page.locator("body").inner_text()).replace("\u00a0", " ")


class Outsider(Person):
    """Somebody from whom a case is hidden: no address of it may give a sign of it."""

    def finds_nothing(self, addresses: list[Address], *, secrets: tuple[str, ...]) -> None:
        """Ask for every address as the others did; each must be a 404 without a word of the case."""
        self.open("/")
        headers = self.page.locator("body").get_attribute("hx-headers")
        token = re.search(r'"X-CSRFToken": "(\w+)"', headers or "")
        assert token, "no token on the page"
        for address in addresses:
            sent = {"X-CSRFToken": token[1]}
            body = address.body
            if "urlencoded" in address.kind:
                fields = [pair for pair in parse_qsl(body) if pair[0] != "csrfmiddlewaretoken"]
                body = urlencode(fields)
            if address.kind:
                sent["Content-Type"] = address.kind
            answer = self.context.request.fetch(
                self.portal.url + address.path,
                method=address.method,
                headers=sent,
                data=body or None,
                max_redirects=0,
            )
            said = answer.text()
            assert answer.status == 404, f"{self.username}: {address.method} {address.path}"
            assert not [secret for secret in secrets if secret in said], address.path

    def lists_nothing(self, *, secrets: tuple[str, ...]) -> None:
        """Look through the lists and the search: no word of the case."""
        searches = [f"/cases/?q={secret.replace(' ', '+')}" for secret in secrets]
        for path in ("/", "/cases/", *searches):
            answer = self.context.request.get(self.portal.url + path)
            assert answer.status == 200
            said = answer.text().replace(f'value="{path.partition("=")[2].replace("+", " ")}"', "")
            assert not [secret for secret in secrets if secret in said], path
