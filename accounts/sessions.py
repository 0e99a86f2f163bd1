"""The store of sessions (`SESSION_ENGINE`): rows in PostgreSQL that say whose they are.

The key of a session is in the browser's cookie and nowhere else; the row holds its digest. A row
that was deleted cannot come back: a request that still runs with it is refused when it saves.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.core.exceptions import SuspiciousOperation
from django.utils import timezone

from accounts.models import SignedInSession, User
from accounts.standing import standing_of, take_standing
from audit import context

_BEGAN, _USED, _ROLES = "signed_in_at", "last_used", "roles"
# A write every half a minute is exact enough, and spares one for every request.
_NOTED_EVERY_S = 30


class SessionStore(DatabaseStore):
    """Keeps sessions by the digest of their key, with columns for listing and ending them.

    The account, its roles and teams are read with the session: every request asks for all of them.
    """

    _account: User | None = None

    @classmethod
    def get_model_class(cls) -> type[SignedInSession]:
        """Name the model."""
        return SignedInSession

    def _get_session_from_db(self) -> SignedInSession | None:
        now = timezone.now()
        rows = SignedInSession.objects.select_related("user__person")
        try:
            row = rows.annotate(**standing_of("user_id", now)).get(
                session_key=digest(self.session_key or ""), expire_date__gt=now
            )
        except (SignedInSession.DoesNotExist, SuspiciousOperation):
            self._session_key = None
            return None
        self._account = take_standing(row.user, row) if row.user is not None else None
        return row

    def account(self) -> User | None:
        """Give the account that was read with the session, once, or None.

        It says who the row names. Whether the session still signs them in is Django's to tell.
        """
        self._get_session()
        known, self._account = self._account, None
        return known

    def exists(self, session_key: str) -> bool:
        """Tell whether a key is taken."""
        return SignedInSession.objects.filter(session_key=digest(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> SignedInSession:
        """Make the row of what the session holds."""
        data.setdefault("public_id", str(uuid4()))
        expires = self.get_expiry_date()
        if _BEGAN in data:
            end = _moment(data[_BEGAN] + settings.SESSION_COOKIE_AGE)
            expires = min(expires, end) if end else expires
        return SignedInSession(
            session_key=digest(self._get_or_create_session_key()),
            session_data=self.encode(data),
            expire_date=expires,
            public_id=data["public_id"],
            user_id=data.get(SESSION_KEY),
            began_at=_moment(data.get(_BEGAN)),
            last_used_at=_moment(data.get(_USED)),
            address=data.get("address", ""),
            browser=data.get("browser", ""),
        )

    def delete(self, session_key: str | None = None) -> None:
        """End a session; without a key, this one."""
        key = session_key or self.session_key
        if key:
            SignedInSession.objects.filter(session_key=digest(key)).delete()


def digest(session_key: str) -> str:
    """Give what stands in the row for a key."""
    return hashlib.sha256(f"session:{session_key}".encode()).hexdigest()[:40]


def begin(session: SessionBase, *, browser: str, now: datetime) -> None:
    """Start the clocks of a session that has just been signed in, and note where it is."""
    session[_BEGAN] = session[_USED] = int(now.timestamp())
    session["address"] = context.current().address[:45]
    session["browser"] = browser[:200]


def is_over(session: SessionBase, *, now: float) -> bool:
    """Tell whether a session was idle for too long, or has lasted its twelve hours."""
    began, used = session.get(_BEGAN, now), session.get(_USED, now)
    return bool(
        now - used > settings.SESSION_IDLE_SECONDS or now - began > settings.SESSION_COOKIE_AGE
    )


def note_use(session: SessionBase, *, counts: bool, now: int) -> None:
    """Remember that the session was used, unless the page asked by itself."""
    session.setdefault(_BEGAN, now)
    if _USED not in session or (counts and now - session[_USED] >= _NOTED_EVERY_S):
        session[_USED] = now


def rotate_after_role_change(session: SessionBase, user: User) -> None:
    """Give the session a new key when the person's roles are not those it was begun with."""
    roles = ",".join(sorted(user.role_set))
    before = session.get(_ROLES)
    if before == roles:
        return
    session[_ROLES] = roles
    if before is not None:
        session.cycle_key()


def _moment(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, tz=UTC) if seconds is not None else None
