"""What an answer leads to: the addresses and the forms in it, whatever tag or key they stand in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_ADDRESS = re.compile(r"/[^\s\"'<>]*\Z")
_BUTTONS = {"submit", "image"}


@dataclass
class Form:
    """A form of a page: where it goes and what it would send if nobody touched it.

    `offers` are the values of each field that has several; `texts` are the fields to type in;
    `others` are the addresses that its buttons and scripts send it to instead.
    """

    action: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)
    offers: dict[str, list[str]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


@dataclass
class Read:
    """What was found in an answer, in the order in which it stands there.

    An identifier is found with the key it stands under, '' on a page.
    """

    addresses: list[str] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    ids: list[tuple[str, str]] = field(default_factory=list)


def read(body: bytes, content_type: str, path: str) -> Read:
    """Read an answer to a request for `path`; what is neither HTML nor JSON leads nowhere."""
    if "html" in content_type:
        return _read_page(body.decode(), path)
    if "json" in content_type:
        return _read_json(json.loads(body or b"null"))
    return Read()


def _read_json(value: Any) -> Read:
    found = Read()
    for key, text in _texts(value, ""):
        if _ADDRESS.match(text):
            found.addresses.append(text)
        elif UUID.fullmatch(text):
            found.ids.append((key, text))
    return found


def _texts(value: Any, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _texts(part, key if name == "id" else name)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part, key)
    elif isinstance(value, str):
        yield key, value


def _read_page(page: str, path: str) -> Read:
    reader = _Page(path)
    reader.feed(page)
    reader.close()
    found = reader.found
    found.ids = [("", each) for each in UUID.findall(page)]
    return found


def _sent_to(values: dict[str, str]) -> list[str]:
    """List where a tag sends a form besides its action."""
    return [
        value
        for name, value in values.items()
        if (name.startswith(("data-", "hx-")) or name == "formaction") and _ADDRESS.match(value)
    ]


class _Page(HTMLParser):
    """Collects every attribute that holds an address, the JSON in scripts, and the forms."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.found = Read()
        self._path = path
        self._form: Form | None = None
        self._select = ""
        self._in_json = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        for name, value in values.items():
            if name in {"href", "src", "action", "formaction"} and value.startswith("?"):
                self.found.addresses.append(self._path + value)
            elif _ADDRESS.match(value):
                self.found.addresses.append(value)
        if tag == "form":
            action = values.get("action") or self._path
            action = self._path + action if action.startswith("?") else action
            self._form = Form(action, values.get("method", "get").upper(), others=_sent_to(values))
            self.found.forms.append(self._form)
        elif tag == "script":
            self._in_json = "json" in values.get("type", "")
        elif self._form is not None:
            self._in_form(tag, values, self._form)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "script":
            self._in_json = False

    def handle_data(self, data: str) -> None:
        if self._in_json and data.strip():
            found = _read_json(json.loads(data))
            self.found.addresses += found.addresses

    def _in_form(self, tag: str, values: dict[str, str], form: Form) -> None:
        name, value = values.get("name", ""), values.get("value", "")
        form.others += _sent_to(values)
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            self._offer(form, self._select, value, chosen="selected" in values)
        elif not name:
            return
        elif tag == "textarea":
            form.texts.append(name)
        elif tag == "button":
            form.offers.setdefault(name, []).append(value)
        elif tag == "input":
            self._input(form, values.get("type", "text"), name, value, chosen="checked" in values)

    def _input(self, form: Form, kind: str, name: str, value: str, *, chosen: bool) -> None:
        if kind in {"radio", "checkbox"}:
            self._offer(form, name, value, chosen=chosen)
        elif kind in _BUTTONS:
            form.offers.setdefault(name, []).append(value)
        else:
            form.values.append((name, value))
            if kind != "hidden":
                form.texts.append(name)

    @staticmethod
    def _offer(form: Form, name: str, value: str, *, chosen: bool) -> None:
        form.offers.setdefault(name, []).append(value)
        if chosen:
            form.values.append((name, value))
