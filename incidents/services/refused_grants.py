"""Access that was refused to somebody: an event of its own, kept although nothing was done.

The event stands in the history of the case, where only those who may see refusals of this case read
it. A refusal that comes from a linked case stands in that one: who reads the other may not know of it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from accounts.models import User
from audit.recorder import Outcome, record_alone
from audit.values import Subject
from bwcportal.errors import DomainError
from incidents.events import GRANT_REFUSED
from incidents.models import Complaint

P = ParamSpec("P")
R = TypeVar("R")


class RefusedGrant(Exception):
    """Whose access to which case was refused. The refusal is raised from it."""

    def __init__(self, case: Complaint, user: User) -> None:
        super().__init__(str(case.pk))
        self.subject: Subject = case.audit_subject()
        self.user = user
        self.is_noted = False


def note_refused_grant(refused: DomainError, *, actor: User, now: datetime) -> None:
    """Record a refused grant after its transaction is rolled back; nothing for another refusal.

    Inside another transaction nothing can be kept yet: whoever began that one calls this again.
    """
    about = _cause_of(refused)
    if about is None or about.is_noted:
        return
    try:
        record_alone(
            GRANT_REFUSED,
            actor=actor.audit_actor(),
            subject=about.subject,
            now=now,
            details={"user": about.user.pk, "why": refused.code},
            personal={"name": about.user.display_name},
            outcome=Outcome.DENIED,
        )
    except RuntimeError:
        return
    about.is_noted = True


def noting_refused(service: Callable[P, R]) -> Callable[P, R]:
    """Make a service record the grants that it refuses; it is given `actor` and `now` by name."""

    @wraps(service)
    def run(*args: P.args, **named: P.kwargs) -> R:
        try:
            return service(*args, **named)
        except DomainError as refused:
            given: dict[str, Any] = dict(named)
            note_refused_grant(refused, actor=given["actor"], now=given["now"])
            raise

    return run


def _cause_of(refused: BaseException) -> RefusedGrant | None:
    cause = refused.__cause__
    while cause is not None and not isinstance(cause, RefusedGrant):
        cause = cause.__cause__
    return cause
