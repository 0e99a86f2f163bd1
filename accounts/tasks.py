"""The scheduled duty of the accounts app: one service call, and a command for doing it by hand."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from accounts.idempotency import forget_old_answers


@shared_task(name="accounts.forget_api_answers", queue="retention")
def forget_api_answers_task() -> None:
    """Remove the answers that were kept for repeats of API requests."""
    forget_old_answers(now=timezone.now())
