"""Structured logs: one JSON object a line, UTC, with ids and never with content.

Query strings are left out on purpose: they have carried sign-in codes and search words.
"""

from __future__ import annotations

import logging
import logging.config
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
# A question mark and what follows, up to a space, a quote or a bracket: the query of an address.
_QUESTION = re.compile(r"\?[^\s\"'<>()\\]+")


def without_questions(line: str) -> str:
    """Give the text with the query of every address in it replaced by three dots."""
    return _QUESTION.sub("?...", line)


def _without_questions(
    logger: Any, method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Take queries out of what libraries log, such as the address of a call that failed."""
    return {
        name: without_questions(value) if isinstance(value, str) else value
        for name, value in line.items()
    }


def configure() -> None:
    """Send every log line of the process to standard error as JSON."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "json": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        structlog.processors.format_exc_info,
                        _without_questions,
                        structlog.processors.JSONRenderer(),
                    ],
                    "foreign_pre_chain": _SHARED,
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
            "root": {"handlers": ["stderr"], "level": "INFO"},
            "loggers": {
                # Django's own request lines hold the full path with its query; ours hold the route.
                "django.server": {"level": "CRITICAL"},
                # Faults with their traceback; refusals are in our own line.
                "django.request": {"level": "ERROR"},
                "celery.app.trace": {"level": "WARNING"},
                # A line for each of the sealer's runs, one a second, would be all the log.
                "celery.beat": {"level": "WARNING"},
                "celery.worker.strategy": {"level": "WARNING"},
            },
        }
    )
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
