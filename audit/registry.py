"""The event types of the portal: each app declares its own, once, in its ``events`` module."""

from __future__ import annotations

import re
from dataclasses import dataclass

from audit.enums import Operation, Outcome
from audit.errors import DuplicateEventType, MalformedEventType, UnknownEventType

__all__ = ["EventType", "Operation", "Outcome", "all_types", "event_type", "get"]

_NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_NAME_LENGTH = 100

_types: dict[str, EventType] = {}


@dataclass(frozen=True)
class EventType:
    """One kind of event. ``sentence`` completes "<actor> ...", such as "logged the complaint"."""

    name: str
    operation: Operation
    sentence: str

    @property
    def namespace(self) -> str:
        """Return the part of the name before the dot: the app that declares the type."""
        return self.name.partition(".")[0]


def event_type(name: str, operation: Operation, sentence: str) -> EventType:
    """Register a kind of event and return it, to be kept as a constant.

    ``name`` is "<app>.<what_happened>" and is stored for ever: it may be retired, never reused.
    Raises MalformedEventType for a name, operation or sentence out of form, and
    DuplicateEventType for a name already taken.
    """
    if not _NAME.fullmatch(name) or len(name) > _NAME_LENGTH:
        raise MalformedEventType(f"{name!r} is not of the form app.what_happened")
    if not isinstance(operation, Operation):
        raise MalformedEventType(f"{name}: {operation!r} is not an Operation")
    if not sentence or sentence != sentence.strip() or sentence.endswith("."):
        raise MalformedEventType(f"{name}: {sentence!r} does not complete '<actor> ...'")
    if name in _types:
        raise DuplicateEventType(f"{name} is already registered")
    _types[name] = EventType(name, operation, sentence)
    return _types[name]


def get(name: str) -> EventType:
    """Return the event type of that name, or raise UnknownEventType."""
    try:
        return _types[name]
    except KeyError:
        raise UnknownEventType(f"no event type is called {name!r}") from None


def all_types() -> list[EventType]:
    """Return every registered event type, sorted by name."""
    return sorted(_types.values(), key=lambda each: each.name)
