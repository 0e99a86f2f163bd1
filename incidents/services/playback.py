"""Opening a recording for playing: a short-lived link that works for one person in one session.

The link carries no path and no identifier of the evidence system. It is signed, not stored, and
every request made with it is judged again: signature, age, session, and whether the person may
still see the case.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.models import User
from accounts.roles import Permission
from audit.recorder import record_consultation
from bwcportal.errors import NotFound, NotNow
from incidents.enums import FootageStatus
from incidents.events import PLAYBACK_LINK_ISSUED
from incidents.models import FootageLink
from incidents.permissions import check_may

_SALT = "incidents.playback"


def playback_link(*, actor: User, session_key: str, link: FootageLink, now: datetime) -> str:
    """Make the address from which the actor's browser can play a recording, and record the opening.

    `link` was loaded through `visible_to`; `session_key` is that of the session which will play it.
    The address works for `settings.PLAYBACK_LINK_SECONDS`. Raises NotPermitted, and NotNow for a
    recording that is lost or that no browser can play.
    """
    token = playback_token(actor=actor, session_key=session_key, link=link, now=now)
    return reverse("incidents:stream", args=[token])


def playback_token(*, actor: User, session_key: str, link: FootageLink, now: datetime) -> str:
    """Make the signed part of a playback address, for pages and the API, and record the opening.

    Takes and raises what `playback_link` does; a machine's token stands in for a session.
    """
    check_may(actor, Permission.WATCH_FOOTAGE)
    if link.footage.status == FootageStatus.LOST:
        raise NotNow(f"{link.label} is lost: there is nothing to play", code="footage_lost")
    if not link.footage.plays_in_browser:
        raise NotNow(
            f"{link.label} is stored as {link.footage.codec}, which browsers cannot play. "
            "Ask the evidence system's team for a copy in MP4 (H.264)",
            code="not_playable",
        )
    record_consultation(
        PLAYBACK_LINK_ISSUED,
        actor=actor.audit_actor(),
        subject=link.audit_subject(),
        now=now,
        details={"footage_id": link.footage_id},
    )
    return _sign(actor, session_key, link.pk)


def link_for_token(*, user: User, session_key: str, token: str) -> FootageLink:
    """Return the recording that a playback address names, for the person and session it was made for.

    Raises NotFound, always the same, for anything else: a forged, old or borrowed address, a case
    that is hidden by now, a role that is gone.
    """
    try:
        content = signing.loads(
            token, salt=_SALT, max_age=timedelta(seconds=settings.PLAYBACK_LINK_SECONDS)
        )
        link_id, bound_to = UUID(content["link"]), content["for"]
    except (signing.BadSignature, KeyError, TypeError, ValueError) as error:
        raise NotFound from error
    if bound_to != _binding(user, session_key):
        raise NotFound
    if not user.has_role_permission(Permission.WATCH_FOOTAGE):
        raise NotFound
    link = FootageLink.objects.visible_to(user).select_related("footage").filter(pk=link_id).first()
    if link is None:
        raise NotFound
    return link


def _sign(user: User, session_key: str, link_id: UUID) -> str:
    content = {"link": str(link_id), "for": _binding(user, session_key)}
    return signing.dumps(content, salt=_SALT)


def _binding(user: User, session_key: str) -> str:
    """Tie a link to a person and a session without giving the key of the session away."""
    if not session_key:
        raise NotFound
    return hashlib.sha256(f"{user.pk}:{session_key}".encode()).hexdigest()[:32]
