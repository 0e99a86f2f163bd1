"""Where two crawls differ, in words for whoever has to mend it."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator

from tests.twins.asking import Answer, Ask
from tests.twins.crawler import Crawl

_MOST = 8
_LINES = 12


def differences(with_hidden: Crawl, without: Crawl) -> list[str]:
    """Say what a person could tell the two worlds apart by; [] when nothing."""
    found = list(_differences(with_hidden, without))
    rest = [f"... and {len(found) - _MOST} more"] if len(found) > _MOST else []
    return found[:_MOST] + rest


def _differences(with_hidden: Crawl, without: Crawl) -> Iterator[str]:
    for ask, answer in with_hidden.answers.items():
        other = without.answers.get(ask)
        if other is None:
            yield f"{ask}: only asked where there are hidden records; something led to it"
        elif other != answer:
            yield f"{ask}\n" + "\n".join(_compare(ask, answer, other))
    for ask in without.answers:
        if ask not in with_hidden.answers:
            yield f"{ask}: only asked where there are no hidden records"
    if not list(_differing_order(with_hidden, without)):
        return
    yield "The same requests were made in another order"


def _differing_order(one: Crawl, other: Crawl) -> Iterator[Ask]:
    if len(one.answers) == len(other.answers):
        for first, second in zip(one.answers, other.answers, strict=True):
            if first != second:
                yield first


def _compare(ask: Ask, answer: Answer, other: Answer) -> Iterator[str]:
    if answer.status != other.status:
        yield f"  status {other.status} becomes {answer.status}"
    if answer.headers != other.headers:
        yield f"  headers {set(other.headers) ^ set(answer.headers) or 'in another order'}"
    if answer.cookies != other.cookies:
        yield "  cookies differ"
    if answer.body != other.body:
        lines = difflib.unified_diff(
            _lines(other.body), _lines(answer.body), "without", "with", lineterm="", n=0
        )
        yield from (f"  {line[:240]}" for line in list(lines)[2 : 2 + _LINES])


def _lines(body: bytes) -> list[str]:
    text = body.decode(errors="replace")
    if text.startswith(("{", "[")):
        # One value to a line. The order of what is in it stays as it was sent.
        text = json.dumps(json.loads(text), indent=1, ensure_ascii=False)
    return text.splitlines()
