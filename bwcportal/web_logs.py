"""The web server's own log lines, without what stands behind the question mark of an address."""

from __future__ import annotations

import logging
from typing import Any

from gunicorn.glogging import Logger

from bwcportal.logs import without_questions

# Who, when, method, path, status, length, time taken (ms). Not the query, not the page before.
ACCESS_FORMAT = '%(h)s %(t)s "%(m)s %(U)s %(H)s" %(s)s %(B)s %(M)s'


class _WithoutQuestions(logging.Formatter):
    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        return without_questions(self._inner.format(record))


class WebLogger(Logger):  # type: ignore[misc]
    """Gunicorn's logger. Its lines on requests that it cannot read quote them whole."""

    def setup(self, cfg: Any) -> None:
        """Set the logs up as gunicorn does, then take the queries out of what they write."""
        super().setup(cfg)
        for named in (self.error_log, self.access_log):
            for handler in named.handlers:
                inner = handler.formatter or logging.Formatter()
                if not isinstance(inner, _WithoutQuestions):
                    handler.setFormatter(_WithoutQuestions(inner))
