"""manage.py appoint_administrator USERNAME: the first two administrators, who appoint the others."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import CommandUnit
from accounts.services.appointing import appoint_administrator
from accounts.services.people import PersonDetails
from bwcportal.errors import DomainError


class Command(BaseCommand):
    """Add a person with an account that is an administrator, while there are fewer than two."""

    help = (
        "Adds a person with an account that is an administrator. Works while fewer than two are: "
        "nobody changes their own roles, so a force needs two. Follow with issue_set_up_code."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask who it is; the unit is made if its code is new and a name is given."""
        parser.add_argument("username")
        parser.add_argument("--number", required=True, help="collar or staff number")
        parser.add_argument("--rank", default="", help="PC, DI, Ms, Mr")
        parser.add_argument("--given-names", required=True)
        parser.add_argument("--surname", required=True)
        parser.add_argument("--unit", required=True, help="code of the unit they serve in")
        parser.add_argument("--unit-name", default="", help="makes the unit if there is none yet")
        parser.add_argument("--staff", action="store_true", help="not a police officer")

    def handle(self, *args: Any, **options: Any) -> None:
        """Appoint, and say what to do next."""
        unit = CommandUnit.objects.filter(code__iexact=options["unit"]).first()
        if unit is None and options["unit_name"]:
            unit = CommandUnit.objects.create(
                code=options["unit"].upper()[:12],
                name=options["unit_name"],
                kind=CommandUnit.Kind.PROFESSIONAL_STANDARDS,
            )
        if unit is None:
            raise CommandError(
                f"There is no unit {options['unit']!r}. Add --unit-name to make it the first one"
            )
        details = PersonDetails(
            rank=options["rank"],
            collar_number=options["number"],
            given_names=options["given_names"],
            surname=options["surname"],
            unit=unit,
            is_officer=not options["staff"],
        )
        try:
            user = appoint_administrator(
                details=details, username=options["username"], now=timezone.now()
            )
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(
            f"{user.display_name} is an administrator as {user.username}. "
            f"Next: manage.py issue_set_up_code {user.username}"
        )
