"""The context of the current request, task or command, for every event written in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from audit.enums import Source


@dataclass(frozen=True)
class Context:
    """How the act came in; ``address`` is the network address, empty when there is none."""

    request_id: str = ""
    source: str = Source.COMMAND.value
    address: str = ""


_current: ContextVar[Context] = ContextVar("audit_context", default=Context())  # noqa: B039 (frozen)


def current() -> Context:
    """Return the context bound here, or that of a bare command when nothing is bound."""
    return _current.get()


def set_current(context: Context) -> None:
    """Put a context in place until the next one; where a block is possible, use ``bind``."""
    _current.set(context)


@contextmanager
def bind(*, request_id: str, source: str, address: str = "") -> Iterator[Context]:
    """Bind a context for the length of a block, and put the former one back after it.

    Used by the middleware and by commands. Raises ValueError for an unknown source.
    """
    context = Context(request_id, Source(source).value, address)
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)
