"""No line of any log holds the query of an address."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

import pytest
from gunicorn.config import Config

from bwcportal.logs import without_questions
from bwcportal.web_logs import ACCESS_FORMAT, WebLogger

SECRET = "kTz8Vq3wXb"


@pytest.mark.parametrize(
    "line",
    [
        f"GET /back/?code={SECRET} HTTP/1.1",
        f"Max retries exceeded with url: /token?code={SECRET}&state=x (Caused by X)",
        f"Invalid HTTP request line: '/back/?{SECRET}'",
        f'"https://portal.example/back/?state=a&code={SECRET}"',
        f"two: /a?b={SECRET} /c?{SECRET}",
    ],
)
def test_the_query_is_taken_out_and_the_rest_stays(line: str) -> None:
    kept = without_questions(line)

    assert SECRET not in kept
    assert "?..." in kept
    assert kept.split("?")[0] == line.split("?")[0]


def test_words_with_a_question_mark_stay() -> None:
    assert without_questions("Is it there? No") == "Is it there? No"


def test_a_traceback_in_our_log_holds_no_query(capsys: pytest.CaptureFixture[str]) -> None:
    handler = next(
        each
        for each in logging.getLogger().handlers
        if "structlog" in type(each.formatter).__module__
    )
    try:
        raise RuntimeError(f"no answer from https://a.example/token?code={SECRET}")
    except RuntimeError:
        record = logging.getLogger("x").makeRecord(
            "x", logging.ERROR, "f", 1, "Failed: /back/?code=%s", (SECRET,), sys.exc_info()
        )

    line = handler.format(record)

    assert SECRET not in line
    assert json.loads(line)["event"] == "Failed: /back/?..."
    assert "RuntimeError" in json.loads(line)["exception"]


def test_the_web_servers_logs_hold_no_query(tmp_path: Path) -> None:
    config = Config()
    config.set("accesslog", str(tmp_path / "access.log"))
    config.set("errorlog", str(tmp_path / "error.log"))
    config.set("access_log_format", ACCESS_FORMAT)
    logger = WebLogger(config)

    logger.error_log.error("Invalid request line: 'GET /back/?code=%s'", SECRET)
    logger.access_log.info("GET /back/?code=%s", SECRET)
    for named in (logger.error_log, logger.access_log):
        for handler in named.handlers:
            handler.close()
        named.handlers.clear()

    for name in ("access.log", "error.log"):
        written = (tmp_path / name).read_text()
        assert "/back/?..." in written
        assert SECRET not in written
    assert "%(f)s" not in ACCESS_FORMAT
    assert "%(r)s" not in ACCESS_FORMAT
    assert "%(q)s" not in ACCESS_FORMAT
