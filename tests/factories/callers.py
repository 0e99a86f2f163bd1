"""Callers of the API: real tokens, over HTTP to a server or inside the test's own process."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.tokens import issue_token

API = "/api/v1"


@dataclass(frozen=True)
class Reply:
    """What the API answered."""

    status: int
    content: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        """The body as JSON; None for no body."""
        return json.loads(self.content) if self.content else None

    @property
    def version(self) -> int:
        """The version that the ETag says."""
        return int(self.headers["etag"].strip('"'))


def token_of(user: User, *, can_write: bool = True) -> str:
    """Issue a token that lasts an hour."""
    token, _ = issue_token(
        user=user,
        label="test",
        lasts=timedelta(hours=1),
        can_write=can_write,
        now=timezone.now(),
    )
    return token


def headers_of(version: int | None, key: str, more: dict[str, str]) -> dict[str, str]:
    """Make the headers of a request besides its token."""
    headers = dict(more)
    if version is not None:
        headers["If-Match"] = f'"{version}"'
    if key:
        headers["Idempotency-Key"] = key
    return headers


class Caller:
    """An account with a token, calling inside the test's own process."""

    def __init__(self, user: User, *, can_write: bool = True) -> None:
        self.user = user
        self.token = token_of(user, can_write=can_write)
        self._client = Client(raise_request_exception=True)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        version: int | None = None,
        key: str = "",
        raw: bytes | None = None,
        content_type: str = "application/json",
        **headers: str,
    ) -> Reply:
        """Send a request to a path below /api/v1; `raw` is a body that is no JSON of ours."""
        data = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        response = self._client.generic(
            method,
            path if path.startswith(API) else API + path,
            data,
            content_type=content_type,
            headers={
                "Authorization": f"Bearer {self.token}",
                **headers_of(version, key, headers),
            },
        )
        content = b"".join(response.streaming_content) if response.streaming else response.content
        return Reply(
            response.status_code,
            content,
            {name.lower(): value for name, value in response.headers.items()},
        )

    def get(self, path: str) -> Reply:
        """Send a GET."""
        return self.send("GET", path)

    def post(self, path: str, body: Any = None, **options: Any) -> Reply:
        """Send a POST with a body, an empty object if none is given."""
        return self.send("POST", path, {} if body is None else body, **options)


class RemoteCaller(Caller):
    """An account with a token, calling a server over HTTP."""

    def __init__(self, user: User, url: str) -> None:
        super().__init__(user)
        self.url = url

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        version: int | None = None,
        key: str = "",
        raw: bytes | None = None,
        content_type: str = "application/json",
        **headers: str,
    ) -> Reply:
        """Send a request to a path below /api/v1."""
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        address = self.url + (path if path.startswith(API) else API + path)
        request = urllib.request.Request(address, data=data, method=method)
        request.add_header("Authorization", f"Bearer {self.token}")
        if data is not None:
            request.add_header("Content-Type", content_type)
        for name, value in headers_of(version, key, headers).items():
            request.add_header(name, value)
        try:
            response = urllib.request.urlopen(request, timeout=30)
        except urllib.error.HTTPError as refused:
            response = refused
        with response:
            return Reply(
                response.status,
                response.read(),
                {name.lower(): value for name, value in response.headers.items()},
            )


def random_id() -> str:
    """Make an identifier that names nothing."""
    return str(uuid.uuid4())
