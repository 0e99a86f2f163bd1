"""manage.py load_demo: load the demonstration force, once, and only where a demonstration is."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from bwcportal.demo.loader import load
from bwcportal.demo.people import give_factors, is_loaded


class Command(BaseCommand):
    """Load the demonstration force. A second run changes nothing."""

    help = "Load the demonstration force. Refuses to run outside a demonstration."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, unless this is not a demonstration, or it is loaded already, or half loaded."""
        if settings.ENVIRONMENT not in {"demo", "test"}:
            raise CommandError(
                "The demonstration force is loaded into a demonstration only. "
                "Run ./bwc demo, or set BWC_ENVIRONMENT=demo"
            )
        if is_loaded():
            give_factors(now=timezone.now())
            self.stdout.write("The demonstration force is loaded already")
            return
        if User.objects.exists():
            raise CommandError(
                "This database holds accounts already: of a loading that was interrupted, or of "
                "somebody else. Start again from nothing with ./bwc demo --reset"
            )
        count = load(
            folder=settings.FOOTAGE_FOLDER,
            days=settings.AUTO_DELETE_DAYS,
            report=lambda what: self.stdout.write(f"{what} ..."),
        )
        give_factors(now=timezone.now())
        self.stdout.write(f"{count} cases loaded")
