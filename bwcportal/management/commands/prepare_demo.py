"""`manage.py prepare_demo`: tables, static files and demo force in one process, for the launcher."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    """Does what four commands do, and pays for loading the portal once: it starts in half the time.

    Lines that begin with `- ` name the step that begins, lines that end in `...` tell how far it
    is. What follows the last step is the list of demo accounts.
    """

    help = "Migrate, collect static files and load the demo force (used by ./bwc demo)"

    def add_arguments(self, parser: CommandParser) -> None:
        """Accept --collect-static, which is not needed when no file has changed."""
        parser.add_argument("--collect-static", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the steps; the first one that fails ends the command with its error."""
        self._begin("Preparing the database")
        call_command("migrate", verbosity=0)
        if options["collect_static"]:
            self._begin("Collecting the static files")
            call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        self._begin("Loading the demo force (with its clips, under a minute the first time)")
        call_command("load_demo", stdout=self.stdout)
        self._begin("Starting the web server, the worker and the scheduler")
        call_command("demo_accounts", stdout=self.stdout)

    def _begin(self, step: str) -> None:
        self.stdout.write(f"- {step}")
        self.stdout.flush()
