"""The scheduled duties of the accounts app: one service call each, and a command to do it by hand."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from accounts.idempotency import forget_old_answers
from accounts.services.forgetting import forget_old_sign_ins


@shared_task(name="accounts.forget_api_answers", queue="retention")
def forget_api_answers_task() -> None:
    """Remove the answers that were kept for repeats of API requests."""
    forget_old_answers(now=timezone.now())


@shared_task(name="accounts.forget_old_sign_ins", queue="retention")
def forget_old_sign_ins_task() -> None:
    """Remove sessions that are over, counts of wrong tries and codes that no longer matter."""
    forget_old_sign_ins(now=timezone.now())
