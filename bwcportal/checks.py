"""System checks: what must be true before the portal may serve anybody."""

from __future__ import annotations

from typing import Any

from celery import current_app
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.utils.module_loading import autodiscover_modules


@register(Tags.security)
def anonymous_user_is_off(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a guardian set-up that creates an account for people who are not signed in."""
    if settings.ANONYMOUS_USER_NAME is not None:
        return [Error("ANONYMOUS_USER_NAME must be None", id="bwcportal.E001")]
    return []


@register(Tags.security)
def requests_are_not_atomic(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse ATOMIC_REQUESTS: a service owns its transaction, so that a refusal can be recorded."""
    if settings.DATABASES["default"].get("ATOMIC_REQUESTS"):
        return [Error("ATOMIC_REQUESTS must be off", id="bwcportal.E002")]
    return []


@register()
def every_task_has_a_queue(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a task of ours that names no declared queue: nobody would ever run it."""
    queues = {queue.name for queue in current_app.conf.task_queues or []}
    # Celery's own import of them runs the system checks first, and so this check again.
    autodiscover_modules("tasks")
    return [
        Error(f"Task {name} has no declared queue", id="bwcportal.E003")
        for name, task in current_app.tasks.items()
        if not name.startswith("celery.") and getattr(task, "queue", None) not in queues
    ]


@register(Tags.security, deploy=True)
def production_is_declared(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Warn when a deployment check runs on settings that are not the production ones."""
    if settings.ENVIRONMENT != "production":
        return [
            checks.Warning(
                "BWC_ENVIRONMENT is not production",
                hint="Set BWC_ENVIRONMENT=production, SECRET_KEY and ALLOWED_HOSTS",
                id="bwcportal.W001",
            )
        ]
    return []
