"""Beginning to act for somebody absent, going on with it in each request, and stopping."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest

from accounts.acting import act_by, find_cover
from accounts.events import ACTING_BEGUN, ACTING_STOPPED
from accounts.models import Delegation, User
from audit.recorder import record
from audit.values import Subject
from bwcportal.errors import NotFound

# The id of the cover, in the session. It is a question, not an answer: see `resume`.
SESSION_KEY = "acting"


@transaction.atomic
def begin(request: HttpRequest, *, actor: User, delegation_id: UUID, now: datetime) -> Delegation:
    """Let this session act for the absent person of a cover from now on, and return the cover.

    Whoever acts for somebody already stops that first. Raises NotFound for a cover that is not in
    force for the actor, whatever the cause.
    """
    cover = find_cover(actor, delegation_id, now=now)
    if cover is None:
        raise NotFound
    if actor.acting is not None:
        _forget(request, actor, actor.acting, why="changed", now=now)
    request.session[SESSION_KEY] = str(cover.pk)
    # Other rights, another key: a key that was seen before opens nothing of what comes now.
    request.session.cycle_key()
    record(
        ACTING_BEGUN,
        actor=actor.audit_actor(),
        subject=subject_of(cover),
        now=now,
        details=_details(cover),
    )
    act_by(actor, cover)
    return cover


@transaction.atomic
def stop(request: HttpRequest, *, actor: User, now: datetime) -> Delegation | None:
    """Let the session be the person's own again, and return the cover that was used, if any was."""
    cover = actor.acting
    if cover is not None:
        _forget(request, actor, cover, why="stopped", now=now)
    else:
        request.session.pop(SESSION_KEY, None)
    return cover


def resume(request: HttpRequest, *, user: User, now: datetime) -> bool:
    """Ask again whether the session's cover holds, and if so go on acting; False when it ended.

    A cover that holds no longer is taken out of the session, and that is recorded.
    """
    cover_id = _as_uuid(request.session.get(SESSION_KEY))
    cover = find_cover(user, cover_id, now=now) if cover_id else None
    if cover is not None:
        act_by(user, cover)
        return True
    request.session.pop(SESSION_KEY, None)
    over = Delegation.objects.filter(pk=cover_id, deputy=user).first() if cover_id else None
    if over is not None:
        with transaction.atomic():
            _record_stop(user, over, why="cover_over", now=now)
    return False


def subject_of(cover: Delegation) -> Subject:
    """Name a cover in an event by the user names of its two accounts."""
    label = f"{cover.deputy.username} for {cover.absent.username}"
    return Subject("delegation", str(cover.pk), label)


def _forget(
    request: HttpRequest, actor: User, cover: Delegation, *, why: str, now: datetime
) -> None:
    request.session.pop(SESSION_KEY, None)
    request.session.cycle_key()
    act_by(actor, None)
    _record_stop(actor, cover, why=why, now=now)


def _record_stop(actor: User, cover: Delegation, *, why: str, now: datetime) -> None:
    record(
        ACTING_STOPPED,
        actor=actor.audit_actor(),
        subject=subject_of(cover),
        now=now,
        details=_details(cover),
        purpose=why,
    )


def _details(cover: Delegation) -> dict[str, Any]:
    return {"absent": cover.absent_id, "deputy": cover.deputy_id, "until": cover.until}


def _as_uuid(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
