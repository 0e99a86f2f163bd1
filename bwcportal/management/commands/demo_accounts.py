"""manage.py demo_accounts: print who can sign in to the demonstration."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.roles import Role
from bwcportal.demo.people import ACCOUNTS, PASSWORD, SUBJECT_ACCOUNT


class Command(BaseCommand):
    """Print the accounts of the demonstration and their password."""

    help = "Print the accounts of the demonstration and their password."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one account a line. Refuses outside a demonstration."""
        if settings.ENVIRONMENT not in {"demo", "test"}:
            raise CommandError("There are no demonstration accounts here")
        self.stdout.write(f"Sign in with one of these user names and the password {PASSWORD}")
        if settings.DEMO_CODE:
            self.stdout.write(
                f"The code asked for next is {settings.DEMO_CODE}, until the demo is started again"
            )
        rows = [
            (account.username, account.roles[0].label, account.what)
            for account in ACCOUNTS
            if Role.SERVICE not in account.roles
        ]
        rows.append((SUBJECT_ACCOUNT[0], Role.COMPLAINT_HANDLER.label, SUBJECT_ACCOUNT[1]))
        for username, role, what in rows:
            self.stdout.write(f"  {username:<10} {role}: {what}")
