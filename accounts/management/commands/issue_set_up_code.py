"""manage.py issue_set_up_code USERNAME: print a code by which somebody sets up their account, once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import User
from accounts.services.set_up_codes import IN_FORCE_FOR, issue_set_up_code_as_operator
from bwcportal.errors import Invalid


class Command(BaseCommand):
    """Issue a set-up code and print it: for the first administrator, and when none can sign in."""

    help = "Issue a code by which somebody sets up their account, and print it once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for the account, and whether its password stays."""
        parser.add_argument("username")
        parser.add_argument(
            "--keep-password",
            action="store_true",
            help="The code enrols a second factor only; the password is asked for as before",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the code and nothing else on standard output."""
        user = User.objects.filter(username__iexact=options["username"]).first()
        if user is None:
            raise CommandError(f"No account is called {options['username']!r}")
        try:
            code = issue_set_up_code_as_operator(
                user_id=user.pk,
                sets_password=not options["keep_password"],
                now=timezone.now(),
            )
        except Invalid as error:
            raise CommandError(error.message) from error
        hours = int(IN_FORCE_FOR.total_seconds() // 3600)
        self.stderr.write(f"For {user.username}, for {hours} hours, at /sign-in/set-up/.")
        self.stdout.write(code)
