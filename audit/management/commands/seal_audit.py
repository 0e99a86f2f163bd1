"""``manage.py seal_audit``: the sealer by hand, or as a process of its own."""

from __future__ import annotations

import getpass
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from audit.enums import ActorKind
from audit.errors import AuditError
from audit.sealing.run import seal_and_sign
from audit.sealing.signer import accept_restore
from audit.values import Actor


class Command(BaseCommand):
    """Seals and signs the events recorded since the last run."""

    help = "Seal the events recorded since the last run and sign a checkpoint. Without --once, every second."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the two ways of running it."""
        parser.add_argument("--once", action="store_true", help="seal what is waiting, and stop")
        parser.add_argument(
            "--accept-restore",
            metavar="CODE",
            help="take the database as it stands as the record, for the reason CODE (after a "
            "restore from a backup); the act is recorded",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run once or until stopped; a refusal to sign ends it with the reason."""
        try:
            if options["accept_restore"]:
                name = getpass.getuser()
                accept_restore(
                    reason_code=options["accept_restore"],
                    actor=Actor(ActorKind.JOB, f"operator:{name}", f"Operator {name}"),
                    now=timezone.now(),
                )
            self._run()
            while not (options["once"] or options["accept_restore"]):
                time.sleep(1)
                self._run(quiet=True)
        except AuditError as error:
            raise CommandError(str(error)) from error

    def _run(self, *, quiet: bool = False) -> None:
        run = seal_and_sign(now=timezone.now())
        if run.checkpoint is not None:
            self.stdout.write(
                f"Sealed {run.sealed} events. Signed the record of {run.checkpoint.size} events, "
                f"root {bytes(run.checkpoint.root).hex()}"
            )
        elif not quiet:
            self.stdout.write("Nothing new to seal")
