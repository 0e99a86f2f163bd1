"""The footage jobs as Celery tasks: thin, so that the same work can be run by hand.

Redis carries the nudge only. What is to be done stands in the database, so a lost message costs
delay and a repeated one nothing.
"""

from __future__ import annotations

import structlog
from celery import shared_task
from django.utils import timezone

from incidents.services.auto_deletion import auto_delete_folder
from incidents.services.conflicts import recheck_conflicts
from incidents.services.preservation_checks import recheck_preservation, retry_preservation

log = structlog.get_logger("incidents.tasks")


@shared_task(name="incidents.recheck_preservation", queue="footage")
def recheck_preservation_task() -> None:
    """Check with the evidence systems that every recording in use is there, kept and unchanged."""
    log.info("preservation_rechecked", result=recheck_preservation(now=timezone.now()).in_words())


@shared_task(name="incidents.retry_preservation", queue="footage")
def retry_preservation_task() -> None:
    """Put every request for preservation without an answer again."""
    log.info("preservation_retried", result=retry_preservation(now=timezone.now()).in_words())


@shared_task(name="incidents.auto_delete_folder", queue="footage")
def auto_delete_folder_task() -> None:
    """Run the folder evidence system's own nightly deletion."""
    log.info("folder_auto_deleted", result=auto_delete_folder(now=timezone.now()).in_words())


@shared_task(name="incidents.recheck_conflicts", queue="footage")
def recheck_conflicts_task() -> None:
    """Look at the assignments anew: reporting lines, interests and units change."""
    log.info("conflicts_rechecked", result=recheck_conflicts(now=timezone.now()).in_words())
