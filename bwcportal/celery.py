"""The Celery application: JSON ids only, late acknowledgement, one queue per kind of duty.

Redis carries nudges. Each duty is a row in PostgreSQL that a periodic job finds again, so a lost
message costs delay and nothing else.
"""

from __future__ import annotations

import os
import secrets
from typing import Any

import structlog
from celery import Celery, Task, signals
from celery.schedules import crontab
from django.conf import settings
from kombu import Queue

from audit import context
from bwcportal.logs import configure

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bwcportal.settings")

QUEUES = ("footage", "retention", "audit")


class PortalTask(Task):
    """A task whose events and log lines carry the id of the request that caused it."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task inside its circumstances, and forget them afterwards."""
        request_id = self.request.get("bwc_request_id") or self.request.id or secrets.token_hex(16)
        with (
            context.bind(request_id=request_id, source="TASK"),
            structlog.contextvars.bound_contextvars(request_id=request_id, task=self.name),
        ):
            return super().__call__(*args, **kwargs)


app = Celery("bwcportal", task_cls=PortalTask)
app.conf.update(
    broker_url=settings.REDIS_URL,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 3600,
        # kombu looks for lost messages every interval x throttle seconds; its default is 100 s.
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "max_retries": 1,
    },
    task_publish_retry=False,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    task_create_missing_queues=False,
    task_queues=[Queue(name) for name in QUEUES],
    task_default_queue="footage",
    timezone="Europe/London",
    enable_utc=True,
    beat_schedule={
        "seal-audit": {"task": "audit.seal", "schedule": 1.0, "options": {"expires": 10}},
        "examine-audit": {"task": "audit.examine", "schedule": crontab(hour="1", minute="30")},
        "recheck-preservation": {
            "task": "incidents.recheck_preservation",
            "schedule": crontab(hour="2", minute="10"),
        },
        "retry-preservation": {
            "task": "incidents.retry_preservation",
            "schedule": crontab(minute="*/15"),
        },
        "auto-delete-folder": {
            # Before the nightly check, so that what it deletes is known to be lost the same night.
            "task": "incidents.auto_delete_folder",
            "schedule": crontab(hour="1", minute="30"),
        },
        "recheck-conflicts": {
            "task": "incidents.recheck_conflicts",
            "schedule": crontab(hour="3", minute="10"),
        },
        "propose-disposals": {
            "task": "retention.propose_due",
            "schedule": crontab(hour="4", minute="0"),
        },
        "forget-api-answers": {
            "task": "accounts.forget_api_answers",
            "schedule": crontab(minute="20"),
        },
        "forget-old-sign-ins": {
            "task": "accounts.forget_old_sign_ins",
            "schedule": crontab(minute="25"),
        },
        "carry-out-disposals": {
            "task": "retention.dispose_approved",
            "schedule": crontab(minute="*/5"),
        },
    },
)
app.autodiscover_tasks()


@signals.before_task_publish.connect
def carry_request_id(headers: dict[str, Any] | None = None, **_: Any) -> None:
    """Put the id of the request that caused a task on its message, to tie their events together."""
    if headers is not None and context.current().request_id:
        headers.setdefault("bwc_request_id", context.current().request_id)


@signals.setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Keep the portal's own log form: connecting to this signal stops Celery from setting up its own."""
    configure()
