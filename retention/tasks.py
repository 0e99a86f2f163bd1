"""Scheduled duties of retention. Each is one service call and can be run by hand as a command."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from retention.services.destroying import dispose_approved
from retention.services.disposing import propose_due


@shared_task(name="retention.propose_due", queue="retention")
def propose_due_task() -> None:
    """Propose what is due today."""
    propose_due(now=timezone.now())


@shared_task(name="retention.dispose_approved", queue="retention")
def dispose_approved_task() -> None:
    """Carry out what two people approved and nothing pauses."""
    dispose_approved()
