"""The incidents app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string


class IncidentsConfig(AppConfig):
    """The incidents app."""

    name = "incidents"

    def ready(self) -> None:
        """Have the reference rows loaded at the end of every `migrate`, and register the checks.

        By name, because neither can be imported before the models are there.
        """
        post_migrate.connect(import_string("incidents.reference.load_after_migrate"), sender=self)
        import_string("incidents.checks.unconfirmed_rows")
