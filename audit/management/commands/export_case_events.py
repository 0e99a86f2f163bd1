"""``manage.py export_case_events``: one case's record of events, with its proofs."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from audit.enums import ActorKind
from audit.errors import AuditError
from audit.models import Event
from audit.sealing.export import export_case
from audit.values import Actor


class Command(BaseCommand):
    """Writes a bundle that bwc_verify.py checks without the portal."""

    help = "Write one case's events with their proofs to a zip file. The export is recorded."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the case, the file, and what goes into it."""
        parser.add_argument("case_id", type=UUID)
        parser.add_argument("--output", type=Path, required=True, help="the zip file to write")
        parser.add_argument(
            "--with-personal", action="store_true", help="include the personal parts still held"
        )
        parser.add_argument(
            "--checkpoint",
            type=Path,
            action="append",
            default=[],
            help="an older checkpoint that the reader holds; the bundle gets a proof from it",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Export, and print the key line that must travel apart from the bundle."""
        events = Event.objects.of_case(options["case_id"])
        known = events.exclude(case_reference="").newest_first().first()
        if not events.exists():
            raise CommandError("No event of this case was ever recorded")
        name = getpass.getuser()
        try:
            exported = export_case(
                case_id=options["case_id"],
                case_reference=known.case_reference if known else "",
                actor=Actor(ActorKind.JOB, f"operator:{name}", f"Operator {name}"),
                now=timezone.now(),
                path=options["output"],
                with_personal=options["with_personal"],
                older=tuple(path.read_text() for path in options["checkpoint"]),
            )
        except (AuditError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Wrote {exported.events} events to {exported.path}")
        self.stdout.write("Give the reader this key line by another way than the bundle:")
        self.stdout.write(exported.verifier_key)
