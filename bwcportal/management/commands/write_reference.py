"""manage.py write_reference [--check]: make docs/reference from the code, or see that it is true."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from bwcportal.reference_docs import pages


class Command(BaseCommand):
    """Write the generated pages of docs/reference."""

    help = "Write the generated pages of docs/reference, or with --check see that they are current."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer --check, which changes nothing."""
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write, or compare and fail with the names of the pages that are not current."""
        stale = []
        for path, write in pages(settings.BASE_DIR / "docs" / "reference").items():
            text = write()
            if path.exists() and path.read_text(encoding="utf-8") == text:
                continue
            stale.append(path.name)
            if not options["check"]:
                path.write_text(text, encoding="utf-8")
                self.stdout.write(f"wrote {path.name}")
        if stale and options["check"]:
            raise CommandError(f"Not current: {', '.join(stale)}. Run ./bwc fix")
