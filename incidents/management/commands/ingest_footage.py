"""manage.py ingest_footage DIR: take a directory of camera files into the folder evidence system."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from bwcportal.errors import Invalid, NotNow
from bwcportal.phrasing import length, utc_iso
from incidents.services.ingesting import Ingested, ingest_directory


class Command(BaseCommand):
    """Take in every usable file and say of each what became of it, and why."""

    help = (
        "Index a directory of camera files: copy the usable ones into the folder evidence system "
        "(the originals stay untouched) and report file by file. Running it again adds nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for the directory."""
        parser.add_argument("directory", type=Path, metavar="DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line a file and a summary; refused files are no failure of the command."""
        counts: Counter[str] = Counter()
        try:
            for ingested in ingest_directory(options["directory"], now=timezone.now()):
                counts[ingested.outcome.reason.value] += 1
                self.stdout.write(_line(ingested))
        except (Invalid, NotNow) as error:
            raise CommandError(error.message) from error
        total = sum(counts.values())
        parts = [f"{count} {_word(reason)}" for reason, count in sorted(counts.items())]
        self.stdout.write(f"{total} files: {', '.join(parts) or 'nothing there'}")


def _line(ingested: Ingested) -> str:
    outcome, footage = ingested.outcome, ingested.footage
    head = f"{_word(outcome.reason.value):<14} {outcome.name}: {outcome.message}"
    if footage is None:
        return head
    # Plain spaces: the output of a command is read by other programs too.
    facts = f"{length(footage.duration_ms)}, {footage.width}x{footage.height}".replace("\xa0", " ")
    rate = footage.frame_rate_numerator / footage.frame_rate_denominator
    return f"{head} ({facts}, {rate:g} fps, starts {utc_iso(footage.recorded_on)}, {footage.external_id})"


def _word(reason: str) -> str:
    return reason.lower().replace("_", " ")
