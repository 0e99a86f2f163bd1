"""manage.py propose_disposals --once: what the nightly job does, by hand and without Redis."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from retention.services.disposing import propose_due


class Command(BaseCommand):
    """Propose every case whose period has passed."""

    help = "Propose every finalised case whose period has passed and that no hold pauses."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for --once, which is how every job is run by hand."""
        parser.add_argument("--once", action="store_true", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Propose, then print the references."""
        disposals = propose_due(now=timezone.now())
        for disposal in disposals:
            self.stdout.write(disposal.complaint.reference)
        self.stdout.write(f"{len(disposals)} proposed")
