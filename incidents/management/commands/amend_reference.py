"""Amend one row of reference data: end the version in force and begin the next."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import models
from django.utils import timezone

from accounts.models import User
from bwcportal.errors import DomainError
from incidents.models import ReferenceRow
from incidents.reference import all_models
from incidents.services.amending import amend_reference


class Command(BaseCommand):
    """Amend a row: `amend_reference AllegationCategory b-use-of-force --source "..." --by umber`."""

    help = (
        "Ends the version of a row that is in force and begins the next, recorded in the name of "
        "--by. Naming a --source confirms the row."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the list, the code, what changes, from when, and who answers for it."""
        parser.add_argument("model", help="for example AllegationCategory; see reference_report")
        parser.add_argument("code")
        parser.add_argument(
            "--by", required=True, help="the user name of the administrator who answers for it"
        )
        parser.add_argument("--reason", required=True, help="why it is amended")
        parser.add_argument("--label")
        parser.add_argument("--source", help="where it is written; confirms the row")
        parser.add_argument("--note")
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="COLUMN=VALUE",
            help="any other column; lists are separated by spaces, yes and no are yes and no",
        )
        parser.add_argument("--from", dest="begins_on", help="YYYY-MM-DD; today if not given")

    def handle(self, *args: Any, **options: Any) -> None:
        """Amend the row and say which version now counts. Raises CommandError with what to do."""
        model = self._model(options["model"])
        actor = User.objects.filter(username__iexact=options["by"], is_active=True).first()
        if actor is None:
            raise CommandError(f"There is no open account {options['by']!r}")
        changes: dict[str, Any] = {
            name: options[name] for name in ("label", "source", "note") if options[name] is not None
        }
        for pair in options["set"]:
            name, equals, text = pair.partition("=")
            if not equals:
                raise CommandError(f"--set takes COLUMN=VALUE, not {pair!r}")
            changes[name] = self._value(model, name, text)
        try:
            begins_on = date.fromisoformat(options["begins_on"] or str(timezone.localdate()))
            row = amend_reference(
                actor=actor,
                model=model,
                code=options["code"],
                changes=changes,
                begins_on=begins_on,
                reason=options["reason"],
                now=timezone.now(),
            )
        except DomainError as error:
            raise CommandError(error.message) from error
        except ValueError as error:
            raise CommandError(f"--from takes a date such as 2026-11-24: {error}") from error
        self.stdout.write(f"{model.__name__} {row} counts from {row.valid_from}: {row.label}")

    @staticmethod
    def _model(name: str) -> type[ReferenceRow]:
        known = {model.__name__.lower(): model for model in all_models()}
        if name.lower() not in known:
            names = ", ".join(model.__name__ for model in known.values())
            raise CommandError(f"There is no list {name!r}. The lists are: {names}")
        return known[name.lower()]

    @staticmethod
    def _value(model: type[ReferenceRow], name: str, text: str) -> Any:
        try:
            field = model._meta.get_field(name)
        except FieldDoesNotExist as error:
            raise CommandError(f"{model.__name__} has no column {name!r}") from error
        if isinstance(field, ArrayField):
            return text.split()
        if isinstance(field, models.BooleanField):
            if text not in {"yes", "no"}:
                raise CommandError(f"{name} is yes or no, not {text!r}")
            return text == "yes"
        try:
            return field.clean(text or None if field.null else text, None)
        except ValidationError as error:
            raise CommandError(f"{name}: {' '.join(error.messages)}") from error
