"""Doing a POST once: the answer to a key is kept for a day, and a repeat is given that answer.

Where the act is one transaction, key, act and answer are written together, so that a crash leaves
all or nothing and a second request with the key waits for the first. An act that must not run
inside a transaction (it asks an evidence system) claims its key first; when the portal is killed in
the middle nobody knows what happened, and the portal says so rather than act twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, transaction

from accounts.models import IdempotencyKey, User
from bwcportal.errors import NotNow

KEPT_FOR = timedelta(hours=24)
# What PostgreSQL says when lock_timeout passes (appendix A of its manual).
LOCK_NOT_AVAILABLE = "55P03"


class KeyReused(NotNow):
    """The key was used for another request."""

    status = 422
    default_code = "idempotency_key_reused"


@dataclass(frozen=True)
class Answer:
    """What was answered: the status, the body and the headers that belong to it, as JSON values."""

    status: int
    body: Any
    headers: dict[str, str]
    is_repeat: bool = False


def act_once(
    act: Callable[[], Answer],
    *,
    user: User,
    key: str,
    request_digest: str,
    now: datetime,
    in_one_transaction: bool,
) -> Answer:
    """Run `act` and keep its answer, or give the answer that was kept for this user and key.

    A refusal is not kept: nothing happened, and the same key may be tried again. Raises KeyReused
    when the key was used for another request, NotNow while the first request is not answered, and
    what `act` raises.
    """
    IdempotencyKey.objects.filter(user=user, created_at__lt=now - KEPT_FOR).delete()
    if not in_one_transaction:
        return _claim_then_act(act, user=user, key=key, digest=request_digest, now=now)
    with transaction.atomic():
        row, is_new = _claim(user=user, key=key, digest=request_digest, now=now)
        if not is_new:
            return _kept(row, request_digest)
        answer = act()
        _keep(row, answer)
        return answer


def forget_old_answers(*, now: datetime) -> int:
    """Remove the answers that are older than a day, whose content belongs to cases; return how many."""
    removed, _ = IdempotencyKey.objects.filter(created_at__lt=now - KEPT_FOR).delete()
    return removed


def _claim_then_act(
    act: Callable[[], Answer], *, user: User, key: str, digest: str, now: datetime
) -> Answer:
    row, is_new = _claim(user=user, key=key, digest=digest, now=now)
    if not is_new:
        return _kept(row, digest)
    try:
        answer = act()
    except BaseException:
        row.delete()
        raise
    _keep(row, answer)
    return answer


def _claim(*, user: User, key: str, digest: str, now: datetime) -> tuple[IdempotencyKey, bool]:
    """Take the key, or find who has it. The insert waits for another that is not committed yet."""
    try:
        return IdempotencyKey.objects.get_or_create(
            user=user, key=key, defaults={"request_digest": digest, "created_at": now}
        )
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") == LOCK_NOT_AVAILABLE:
            raise _still_running() from error
        raise


def _kept(row: IdempotencyKey, digest: str) -> Answer:
    if row.request_digest != digest:
        raise KeyReused("This Idempotency-Key was used for another request. Use a new one")
    if row.status is None or row.body is None:
        raise _still_running()
    return Answer(row.status, json.loads(row.body["text"]), row.body["headers"], is_repeat=True)


def _keep(row: IdempotencyKey, answer: Answer) -> None:
    row.status = answer.status
    # As text: the database would put the keys of the body into an order of its own.
    row.body = {"text": json.dumps(answer.body), "headers": answer.headers}
    row.save(update_fields=["status", "body"])


def _still_running() -> NotNow:
    return NotNow(
        "The first request with this Idempotency-Key is not answered yet, or was interrupted. "
        "Look whether it took effect before you send it again with a new key",
        code="idempotency_in_progress",
    )
