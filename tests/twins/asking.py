"""One request and its answer, whole: status, headers, cookies and body."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any, Protocol

from django.db import transaction
from django.test import Client

from accounts.models import User
from tests.twins.chance import Chance

SAFE = ("GET", "HEAD", "OPTIONS")
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


@dataclass(frozen=True)
class Ask:
    """A request. `headers` are pairs, so that two requests can be compared."""

    method: str
    path: str
    body: bytes = b""
    content_type: str = FORM
    headers: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        sent = f" {self.body[:80].decode(errors='replace')}" if self.body else ""
        return f"{self.method} {self.path}{sent}"

    @property
    def is_api(self) -> bool:
        """Tell whether the API is asked."""
        return self.path.startswith("/api/")


@dataclass(frozen=True)
class Answer:
    """An answer. Headers and cookies are in the order in which they were sent."""

    status: int
    headers: tuple[tuple[str, str], ...]
    cookies: str
    body: bytes

    @property
    def content_type(self) -> str:
        """What kind of body it is."""
        return self.header("Content-Type")

    def header(self, name: str) -> str:
        """Give a header, '' when it was not sent."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


@contextmanager
def undone() -> Iterator[None]:
    """Undo in the database whatever happens inside, as if it were a test of its own."""
    block = transaction.atomic()
    # Like the block round a TestCase: it does not count for what must not run in a transaction.
    block._from_testcase = True  # type: ignore[attr-defined]
    block.__enter__()
    try:
        yield
    finally:
        transaction.set_rollback(True)
        block.__exit__(None, None, None)


class Outside(Protocol):
    """What a request may change besides the database."""

    def as_it_was(self) -> AbstractContextManager[None]:
        """Put it back afterwards as it is now."""


class Nothing:
    """No evidence system and no other thing outside."""

    def as_it_was(self) -> AbstractContextManager[None]:
        """Keep nothing, put nothing back."""
        return nullcontext()


class Asker:
    """A person at a browser, or nobody (`user` None), whose every request draws its own chance.

    What a request draws follows from the request and from how often it was made before, so that a
    difference in one answer does not spread to those that follow.
    """

    def __init__(self, user: User | None, chance: Chance, outside: Outside) -> None:
        self._chance = chance
        self._outside = outside
        self._times: dict[Ask, int] = {}
        self.client = Client(raise_request_exception=False)
        if user is not None:
            chance.begin("signs in", user.username)
            self.client.force_login(user)

    def ask(self, ask: Ask, *, chance_of: Ask | None = None) -> Answer:
        """Make a request and keep what it does, as a browser would.

        `chance_of` is a request whose chance this one draws instead of its own.
        """
        times = self._times[ask] = self._times.get(ask, 0) + 1
        self._chance.begin("asks", chance_of or ask, times)
        options: dict[str, Any] = {}
        if ask.method not in {"GET", "HEAD"}:
            options = {"data": ask.body, "content_type": ask.content_type}
        response = self.client.generic(ask.method, ask.path, headers=dict(ask.headers), **options)
        streaming = getattr(response, "streaming", False)
        body = b"".join(response.streaming_content) if streaming else response.content
        return Answer(
            response.status_code,
            tuple(response.headers.items()),
            response.cookies.output(),
            body,
        )

    @contextmanager
    def harmless(self) -> Iterator[None]:
        """Undo what the requests inside do to the database and to the browser's cookies."""
        cookies = SimpleCookie()
        for name, morsel in self.client.cookies.items():
            cookies[name] = morsel.value
        with self._outside.as_it_was(), undone():
            yield
        self.client.cookies = cookies
