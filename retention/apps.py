"""The retention app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string


class RetentionConfig(AppConfig):
    """The retention app."""

    name = "retention"

    def ready(self) -> None:
        """Have the retention rules and hold reasons loaded by `migrate`, and explained on pages.

        By name, because neither can be imported before the models are there.
        """
        post_migrate.connect(import_string("incidents.reference.load_after_migrate"), sender=self)
        import_string("retention.reference_guides.register")()
