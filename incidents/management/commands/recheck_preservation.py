"""manage.py recheck_preservation --once: what the job does, by hand and without Redis."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from bwcportal.errors import NotNow
from incidents.services.preservation_checks import recheck_preservation


class Command(BaseCommand):
    """Check with the evidence systems that every recording in use is there, kept and unchanged."""

    help = (
        "Check with the evidence systems that every recording in use is there, kept and unchanged."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for --once, which is how every job is run by hand."""
        parser.add_argument("--once", action="store_true", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, then print what was done."""
        try:
            self.stdout.write(recheck_preservation(now=timezone.now()).in_words())
        except NotNow as error:
            raise CommandError(error.message) from error
