"""Calls to the identity provider: to one origin, not led elsewhere, short and small."""

from __future__ import annotations

import time
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from accounts.single_sign_on.configuration import origin_of

# Connecting, and waiting for the next bytes; and all of one call, because bytes may drip.
TIMEOUT_S = (3.05, 5)
LONGEST_S = 10
MOST_BYTES = 512 * 1024
_PIECE = 16 * 1024


class Unavailable(Exception):
    """The provider did not answer, or with nothing that can be used. The reason is fit for a log."""


class OneOrigin(requests.Session):
    """A session that calls one origin only and follows no redirect."""

    def __init__(self, origin: str) -> None:
        super().__init__()
        self._origin = origin

    def request(  # type: ignore[override]
        self, method: str, url: str, **options: Any
    ) -> requests.Response:
        """Make one call and read its answer to the end. Raises Unavailable, never with an address."""
        if origin_of(url) != self._origin:
            raise Unavailable("address_elsewhere")
        options |= {"allow_redirects": False, "timeout": TIMEOUT_S, "stream": True}
        started = time.monotonic()
        try:
            with super().request(method, url, **options) as answer:
                if answer.is_redirect:
                    raise Unavailable("redirected")
                # What is read here is what `json()` and `text` give afterwards.
                answer._content = _read(answer, until=started + LONGEST_S)
        except (requests.RequestException, HTTPError) as error:
            raise Unavailable(f"no_answer_{type(error).__name__}") from None
        return answer


def _read(answer: requests.Response, *, until: float) -> bytes:
    kept = bytearray()
    # read1 gives what has come; any other way of reading waits until a piece is full.
    while piece := answer.raw.read1(_PIECE, decode_content=True):
        kept += piece
        if len(kept) > MOST_BYTES:
            raise Unavailable("answer_too_long")
        if time.monotonic() > until:
            raise Unavailable("answer_too_slow")
    return bytes(kept)
