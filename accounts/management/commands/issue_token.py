"""manage.py issue_token USERNAME: print a new API token, once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import User
from accounts.tokens import issue_token
from bwcportal.errors import Invalid


class Command(BaseCommand):
    """Issue an API token to an account and print it. It is stored as a digest only."""

    help = "Issue an API token to an account and print it once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for the account, what the token is for, how long it lasts and whether it may write."""
        parser.add_argument("username")
        parser.add_argument("--label", default="issued from the command line")
        parser.add_argument("--days", type=int, default=30)
        parser.add_argument("--read-only", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the token and nothing else on standard output."""
        user = User.objects.filter(username__iexact=options["username"]).first()
        if user is None:
            raise CommandError(f"No account is called {options['username']!r}")
        try:
            token, row = issue_token(
                user=user,
                label=options["label"],
                lasts=timedelta(days=options["days"]),
                can_write=not options["read_only"],
                now=timezone.now(),
            )
        except Invalid as error:
            raise CommandError(error.message) from error
        self.stderr.write(f"For {user.username}, until {row.expires_at:%d %B %Y %H:%M} UTC.")
        self.stdout.write(token)
