"""``manage.py verify_audit``: read the whole record and say what does not fit."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.errors import AuditError
from audit.sealing.examination import Report, examine


class Command(BaseCommand):
    """Examines the record; exit code 0 proved, 2 contradicted, 3 nothing wrong but not all proved."""

    help = (
        "Recompute the whole record of events and name every event that was touched. "
        "Exit code 0: proved. 2: contradicted. 3: not all of it is vouched for from outside."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the checkpoints kept outside."""
        parser.add_argument(
            "--checkpoint",
            type=Path,
            action="append",
            default=[],
            help="a signed checkpoint that was kept outside the database",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Examine, print each finding, and end with the exit code of the verdict."""
        try:
            report = examine(outside=tuple(path.read_text() for path in options["checkpoint"]))
        except (AuditError, OSError) as error:
            raise CommandError(str(error)) from error
        for finding in report.findings:
            self.stdout.write(str(finding))
        self.stdout.write(
            f"{report.sealed} sealed events read, {report.waiting} waiting to be sealed."
        )
        code = self._verdict(report)
        if code:
            sys.exit(code)

    def _verdict(self, report: Report) -> int:
        if report.findings:
            self.stdout.write(f"Contradicted: {len(report.findings)} findings.")
            return 2
        if report.unproven():
            self.stdout.write(
                f"Not all proved: nothing outside this database vouches for events {report.vouched} "
                f"to {report.sealed}."
            )
            return 3
        self.stdout.write("Proved: every event is as it was sealed.")
        return 0
