"""List the reference data in force and what of it rests on no source."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from incidents.reference import count_rows


class Command(BaseCommand):
    """Print a line for each list, then the codes that nobody has confirmed."""

    help = "Lists the reference data in force and names the rows that no source confirms."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the report and end with the total."""
        counts = count_rows()
        for count in counts:
            self.stdout.write(
                f"{count.model.__name__}: {count.in_force} in force, "
                f"{len(count.unconfirmed)} unconfirmed"
            )
            if count.unconfirmed:
                self.stdout.write(f"  {', '.join(count.unconfirmed)}")
        unconfirmed = sum(len(count.unconfirmed) for count in counts)
        total = sum(count.in_force for count in counts)
        self.stdout.write(f"{unconfirmed} of {total} rows in force are unconfirmed")
