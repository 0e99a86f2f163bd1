"""Typed readers for environment variables, which stop start-up with advice when a value is unusable."""

from __future__ import annotations

import os
from pathlib import Path

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


class UnusableSetting(Exception):
    """An environment variable is missing or cannot be read. The message says what to set."""


def text(name: str, default: str = "") -> str:
    """Read a text value, or the default when the variable is unset or empty."""
    return os.environ.get(name, "").strip() or default


def required(name: str, advice: str) -> str:
    """Read a text value that must be there.

    Raises UnusableSetting with the advice when it is not.
    """
    value = text(name)
    if not value:
        raise UnusableSetting(f"{name} is not set. {advice}")
    return value


def boolean(name: str, *, default: bool) -> bool:
    """Read true/false, yes/no, on/off or 1/0.

    Raises UnusableSetting for any other word, because a misspelt switch must not pass as off.
    """
    value = text(name).lower()
    if not value:
        return default
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    raise UnusableSetting(f"{name} must be true or false, not {value!r}")


def integer(name: str, *, default: int, minimum: int = 0) -> int:
    """Read a whole number that is at least the minimum.

    Raises UnusableSetting when it is not a number or is too small.
    """
    value = text(name)
    if not value:
        return default
    try:
        number = int(value)
    except ValueError as error:
        raise UnusableSetting(f"{name} must be a whole number, not {value!r}") from error
    if number < minimum:
        raise UnusableSetting(f"{name} must be {minimum} or more, not {number}")
    return number


def listing(name: str, default: list[str] | None = None) -> list[str]:
    """Read a comma-separated list, without empty items."""
    value = text(name)
    if not value:
        return list(default or [])
    return [item.strip() for item in value.split(",") if item.strip()]


def folder(name: str, default: Path) -> Path:
    """Read a folder path, made absolute."""
    return Path(text(name, str(default))).expanduser().resolve()
