"""Bytes on their way to somebody, for as long as they may have them.

A request is judged when it comes in; a slow reader could hold its answer open long after the right
is gone. So the judgement is made again while bytes go out, with everything read anew.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.acting import act_by, find_cover
from accounts.models import ApiToken, User
from bwcportal.errors import NotFound
from incidents.services.playback import link_for_token

# Seconds. With the time that one piece of 64 KiB takes, a stream stops within five.
JUDGE_AGAIN_AFTER = 2.0


class RightEnded(ConnectionResetError):
    """The right to what is being sent has ended: the connection is cut, not ended in order.

    An orderly end would leave the client waiting for the bytes that were announced.
    """

    def __init__(self) -> None:
        super().__init__(errno.ECONNRESET, "the right to this stream has ended")


def while_allowed(
    pieces: Iterable[bytes],
    is_allowed: Callable[[], bool],
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[bytes]:
    """Yield the pieces, asking again every two seconds; raise RightEnded when the answer is no."""
    asked_at = clock()
    source = iter(pieces)
    try:
        for piece in source:
            if clock() - asked_at >= JUDGE_AGAIN_AFTER:
                if not is_allowed():
                    raise RightEnded
                asked_at = clock()
            yield piece
    finally:
        close = getattr(source, "close", None)
        if close is not None:
            close()


def still_watches(
    *, user: User, session: Any, session_key: str, token: str, api_token: ApiToken | None = None
) -> bool:
    """Tell whether a playback address would be answered if it were asked for now (5 queries).

    Account, session or API token, cover for absence, roles and case are all read anew.
    """
    now = timezone.now()
    fresh = User.objects.select_related("person").filter(pk=user.pk, is_active=True).first()
    if fresh is None or not _came_in(session, api_token, now):
        return False
    if user.acting is not None:
        cover = find_cover(fresh, user.acting.pk, now=now)
        if cover is None:
            return False
        act_by(fresh, cover)
    try:
        link_for_token(user=fresh, session_key=session_key, token=token)
    except NotFound:
        return False
    return True


def _came_in(session: Any, api_token: ApiToken | None, now: datetime) -> bool:
    if api_token is not None:
        return ApiToken.objects.filter(
            pk=api_token.pk, revoked_at__isnull=True, expires_at__gt=now
        ).exists()
    return bool(session.session_key and session.exists(session.session_key))
