"""manage.py forget_old_sign_ins --once: what the hourly job does, by hand and without Redis."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from accounts.services.forgetting import forget_old_sign_ins


class Command(BaseCommand):
    """Remove what signing in left behind and nobody needs."""

    help = "Remove sessions that are over, old counts of wrong tries and expired codes."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for --once, which is how every job is run by hand."""
        parser.add_argument("--once", action="store_true", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Remove, then print how many."""
        self.stdout.write(f"{forget_old_sign_ins(now=timezone.now())} removed")
