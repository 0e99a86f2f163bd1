"""The bytes of a recording, in ranges, to the person for whom its playback address was made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from incidents.footage_sources.protocol import Playback, PlaybackKind
from incidents.media import ANSWER_LIMIT, ByteRange, Unsatisfiable, parse_range, whole_file
from incidents.services.evidence import ask, source
from incidents.services.playback import link_for_token
from incidents.services.watched_stream import still_watches, while_allowed


@require_safe
def stream(request: HttpRequest, token: str) -> HttpResponseBase:
    """Answer with at most 1 MiB of the recording: 206, or 200 for a small file, or 416.

    Whoever asks for no range of a larger file gets 416: a player always asks for one, and the
    portal is not for downloading.
    """
    session_key = request.session.session_key or ""
    link = link_for_token(user=request.user, session_key=session_key, token=token)

    def is_allowed() -> bool:
        return still_watches(
            user=request.user, session=request.session, session_key=session_key, token=token
        )

    return send_recording(request, link.footage, is_allowed=is_allowed)


def send_recording(
    request: HttpRequest, footage: Any, *, is_allowed: Callable[[], bool]
) -> HttpResponseBase:
    """Answer with the part of a recording that the request asks for, as `stream` says.

    The answer is cut when `is_allowed` says no while it is on its way.
    """
    system = source(footage.source)
    playback = ask(system.playback, footage.external_id)
    if playback.kind is PlaybackKind.REDIRECT:
        return HttpResponseRedirect(playback.url)
    if request.method == "HEAD":
        response: HttpResponseBase = HttpResponse()
        response["Content-Length"] = str(playback.size_bytes)
        return _described(response, playback)
    wanted = _wanted(request, playback)
    if isinstance(wanted, Unsatisfiable):
        return _described(HttpResponse(status=416), playback, wanted.content_range)
    chunks = ask(system.open_range, footage.external_id, wanted.start, wanted.end)
    part = parse_range(request.headers.get("Range"), playback.size_bytes) is not None
    response = StreamingHttpResponse(while_allowed(chunks, is_allowed), status=206 if part else 200)
    response["Content-Length"] = str(wanted.length)
    return _described(response, playback, wanted.content_range if part else "")


def _wanted(request: HttpRequest, playback: Playback) -> ByteRange | Unsatisfiable:
    size = playback.size_bytes
    if request.headers.get("If-Range", _etag(playback)) != _etag(playback):
        # The file is not the one whose beginning the browser has.
        return Unsatisfiable(size)
    wanted = parse_range(request.headers.get("Range"), size)
    if wanted is None:
        return whole_file(size) if size <= ANSWER_LIMIT else Unsatisfiable(size)
    return wanted


def _etag(playback: Playback) -> str:
    return f'"{playback.version}"'


def _described(
    response: HttpResponseBase, playback: Playback, content_range: str = ""
) -> HttpResponseBase:
    if content_range:
        response["Content-Range"] = content_range
    response["Content-Type"] = playback.content_type
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = _etag(playback)
    response["Content-Disposition"] = "inline"
    return response
