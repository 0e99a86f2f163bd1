"""Recording that somebody read a part of a case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from accounts.models import User
from audit.recorder import record_alone, record_consultation
from audit.registry import EventType
from audit.values import Subject
from incidents.models import Complaint

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def note_viewed(
    event_type: EventType,
    *,
    actor: User,
    case: Complaint,
    now: datetime,
    details: Mapping[str, Any] = _NOTHING,
    subject: Subject | None = None,
) -> None:
    """Record a reading of a case, once in five minutes; `details` are ids, codes and numbers only.

    `subject` names a part of the case, such as an allegation; by default it is the case itself.
    """
    record_consultation(
        event_type,
        actor=actor.audit_actor(),
        subject=subject or case.audit_subject(),
        now=now,
        details=details,
    )


def note_list_viewed(
    event_type: EventType,
    *,
    actor: User,
    subject: Subject,
    now: datetime,
    details: Mapping[str, Any],
    searched: str = "",
) -> None:
    """Record that a list was read: which rows, and in the erasable part the words searched for.

    A search is recorded every time; a plain list once in five minutes.
    """
    if searched:
        record_alone(
            event_type,
            actor=actor.audit_actor(),
            subject=subject,
            now=now,
            details=details,
            personal={"searched": searched},
        )
    else:
        record_consultation(
            event_type, actor=actor.audit_actor(), subject=subject, now=now, details=details
        )
