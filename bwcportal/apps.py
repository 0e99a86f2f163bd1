"""The project package as an app: it owns commands, checks, static files and template tags."""

from importlib import import_module

from django.apps import AppConfig


class BwcportalConfig(AppConfig):
    """Set up logging, the Celery application and the system checks when Django starts."""

    name = "bwcportal"
    verbose_name = "bwcportal"

    def ready(self) -> None:
        """Configure logging first, so that whatever follows is logged in one form."""
        import_module("bwcportal.logs").configure()
        import_module("bwcportal.celery")
        import_module("bwcportal.checks")
