"""manage.py forget_api_answers --once: what the hourly job does, by hand and without Redis."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from accounts.idempotency import forget_old_answers


class Command(BaseCommand):
    """Remove the answers that were kept for repeats of API requests."""

    help = "Remove the answers of the API that were kept for repeats for more than a day."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for --once, which is how every job is run by hand."""
        parser.add_argument("--once", action="store_true", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Remove, then print how many."""
        self.stdout.write(f"{forget_old_answers(now=timezone.now())} removed")
