"""Reading the body of a request: one JSON object, of bounded size, without doubtful parts."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser


class TooLarge(APIException):
    """The body is larger than the portal reads."""

    status_code = 413
    default_code = "too_large"
    default_detail = "The body is too large. Send at most 1 MiB"


class StrictJSONParser(JSONParser):
    """JSON in UTF-8. A key that is sent twice is refused: readers disagree on which one counts."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """Read the body; raise TooLarge, or ParseError for what is not one JSON object."""
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise TooLarge
        try:
            body = json.loads(
                raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant
            )
        except (ValueError, RecursionError) as error:
            raise ParseError("The body is not JSON in UTF-8, or holds a key twice") from error
        if not isinstance(body, dict):
            raise ParseError("The body must be one JSON object")
        return body


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
