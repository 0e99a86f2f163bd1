"""The audit app's configuration."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Names the audit app."""

    name = "audit"
    verbose_name = "Record of events"
    default_auto_field = "django.db.models.BigAutoField"
