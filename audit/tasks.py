"""Background work of the record: each task does what its command does by hand."""

from celery import shared_task
from django.utils import timezone

from audit.sealing.run import seal_and_sign


@shared_task(name="audit.seal", queue="audit")
def seal() -> None:
    """Seal and sign what was committed since the last run; the same as ``seal_audit --once``."""
    seal_and_sign(now=timezone.now())
