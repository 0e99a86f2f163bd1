"""manage.py recheck_conflicts --once: what the job does, by hand and without Redis."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from incidents.services.conflicts import recheck_conflicts


class Command(BaseCommand):
    """Look at every open assignment for conflicts that came up since it was made."""

    help = "Look at every open assignment for conflicts that came up since it was made."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for --once, which is how every job is run by hand."""
        parser.add_argument("--once", action="store_true", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, then print what was done."""
        self.stdout.write(recheck_conflicts(now=timezone.now()).in_words())
