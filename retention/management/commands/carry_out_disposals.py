"""manage.py carry_out_disposals --once: what the worker does, by hand and without Redis."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from retention.services.destroying import dispose_approved


class Command(BaseCommand):
    """Carry out every approved disposal whose quarantine has passed."""

    help = "Carry out every approved disposal whose quarantine has passed, and finish those begun."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for --once, which is how every job is run by hand."""
        parser.add_argument("--once", action="store_true", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Destroy, then print the certificate numbers."""
        certificates = dispose_approved()
        for certificate in certificates:
            self.stdout.write(certificate.number)
        self.stdout.write(f"{len(certificates)} destroyed")
