"""manage.py auto_delete_folder --once: what the job does, by hand and without Redis."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from bwcportal.errors import NotNow
from incidents.services.auto_deletion import auto_delete_folder


class Command(BaseCommand):
    """Run the folder evidence system's own nightly deletion: what is due and not held really goes."""

    help = "Run the folder evidence system's own nightly deletion: what is due and not held really goes."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for --once, which is how every job is run by hand."""
        parser.add_argument("--once", action="store_true", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, then print the identifier of each recording deleted, each problem and the numbers."""
        try:
            run = auto_delete_folder(now=timezone.now())
        except NotNow as error:
            raise CommandError(error.message) from error
        for line in (*run.deleted, *run.problems):
            self.stdout.write(line)
        self.stdout.write(run.in_words())
