"""manage.py seed_scale: fill a demonstration or benchmark database with a force of any size."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from bwcportal.scale.force import PREFIX
from bwcportal.scale.loading import seed

LEAST = 2_000
MOST = 10_000_000


class Command(BaseCommand):
    """Load made-up complaints, accounts, teams and grants by COPY. The same seed gives the same rows."""

    help = (
        "Load made-up complaints with accounts, teams, grants and exclusions, for measuring. "
        "Refuses to run outside a demonstration. The cases have no events."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask how many complaints, and from which seed."""
        parser.add_argument("--complaints", type=int, default=1_000_000, metavar="N")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, unless this is not a demonstration or it was done before."""
        complaints = options["complaints"]
        if settings.ENVIRONMENT not in {"demo", "test"}:
            raise CommandError(
                "Made-up complaints are loaded into a demonstration or a benchmark only, never beside "
                "real ones. Set BWC_ENVIRONMENT=demo and DATABASE_URL to a database of its own, or run "
                "./bwc bench access, which makes one"
            )
        if not LEAST <= complaints <= MOST:
            raise CommandError(f"--complaints must be from {LEAST:,} to {MOST:,}")
        if User.objects.filter(username__startswith=PREFIX).exists():
            raise CommandError(
                "This database was seeded before. Seed a new one: ./bwc demo --reset, or another "
                "DATABASE_URL"
            )
        done = seed(complaints, seed=options["seed"], report=self._report)
        self.stdout.write(
            f"{done.rows:,} rows in {done.total:.0f} s: copied {done.copying:.0f}, indexes "
            f"{done.building:.0f}, vacuum {done.vacuuming:.0f}. {done.rows / done.copying:,.0f} "
            "rows a second while copying"
        )

    def _report(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
