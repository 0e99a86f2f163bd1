"""The evidence systems of this portal, and asking them without waiting for ever.

An evidence system may be down, slow or hung. Every question goes through `ask`, which gives up
after a while with SourceUnavailable; what was asked may still happen there, so that only questions
that may be repeated are asked.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NoAnswer
from functools import lru_cache
from typing import ParamSpec, TypeVar

from django.conf import settings

from incidents.footage_sources.errors import SourceUnavailable
from incidents.footage_sources.protocol import FootageSource
from incidents.footage_sources.registry import SourceRegistry, UnknownSource

DEFAULT_SOURCE = "folder"
# What the demonstration's evidence system and small forces' file servers are called on a page.
SOURCE_LABELS = {"folder": "Evidence system"}
# A person waits this long at most; a job may wait for the hash of a very large file.
SECONDS_FOR_A_PERSON = 10.0
SECONDS_FOR_A_JOB = 600.0

P = ParamSpec("P")
R = TypeVar("R")

_askers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="evidence-system")


@lru_cache(maxsize=8)
def _registry(folder: str, days: int) -> SourceRegistry:
    return SourceRegistry(
        {"folder": {"adapter": "folder", "path": folder, "auto_delete_days": days}}
    )


def source(code: str = DEFAULT_SOURCE) -> FootageSource:
    """Give the evidence system of a code, as the settings configure it now.

    Raises SourceUnavailable for one that is not configured any more, so that rows that name it
    stay and are asked about again.
    """
    try:
        return _registry(str(settings.FOOTAGE_FOLDER), settings.AUTO_DELETE_DAYS).get(code)
    except UnknownSource as error:
        raise SourceUnavailable(
            "The evidence system of this recording is not connected to the portal. Tell support"
        ) from error


def ask(question: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Ask an evidence system on behalf of a person who is waiting.

    Example: `ask(source().describe, external_id)`. Raises what the question raises, and
    SourceUnavailable when no answer comes within ten seconds.
    """
    return _ask(SECONDS_FOR_A_PERSON, question, *args, **kwargs)


def ask_patiently(question: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Ask an evidence system on behalf of a job, which may wait ten minutes. Raises as `ask` does."""
    return _ask(SECONDS_FOR_A_JOB, question, *args, **kwargs)


def _ask(seconds: float, question: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    asked = _askers.submit(question, *args, **kwargs)
    try:
        return asked.result(timeout=seconds)
    except NoAnswer as error:
        asked.cancel()
        raise SourceUnavailable(
            "The evidence system did not answer in time. Try again in a few minutes"
        ) from error
