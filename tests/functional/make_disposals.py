"""Run in a portal's environment: make cases whose disposal two people have approved.

    python -m tests.functional.make_disposals COUNT FIRST_NUMBER

Prints the id of each disposal. FIRST_NUMBER keeps the numbers of its people apart from others'.
"""

from __future__ import annotations

import sys
from itertools import count

import django


def main(how_many: int, first_number: int) -> None:
    """Make the disposals through the services, nudges to the worker included."""
    from django.utils import timezone

    from tests.factories import people
    from tests.factories.retention import approved_disposal

    people._numbers = count(first_number)
    force = people.Force()
    for _ in range(how_many):
        sys.stdout.write(f"{approved_disposal(force, now=timezone.now()).pk}\n")


if __name__ == "__main__":
    django.setup()
    main(int(sys.argv[1]), int(sys.argv[2]))
