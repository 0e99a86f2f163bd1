"""The retention app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string


class RetentionConfig(AppConfig):
    """The retention app."""

    name = "retention"

    def ready(self) -> None:
        """Have the retention rules and hold reasons loaded at the end of every `migrate`."""
        post_migrate.connect(import_string("incidents.reference.load_after_migrate"), sender=self)
