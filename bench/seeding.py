"""How fast the seeder is beside bare COPY of the same lines.

    ./bwc bench seeding

Both load 100,000 complaints without indexes, each into a database of its own, in turn. What the
seeder adds is writing the lines. Fails under 0.7 of COPY, with the slack of a ratio.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench._databases import environment, make_empty_database, server  # noqa: E402
from bench._portal import machine  # noqa: E402

COMPLAINTS = 100_000
TURNS = 2
LEAST = 0.7
SLACK = 1.3


def main() -> int:
    """Measure both in turn and print the ratio of the best of each."""
    found: dict[str, list[dict[str, Any]]] = {"bare": [], "seed": []}
    with server() as services:
        for turn in range(TURNS):
            for what, results in found.items():
                name = f"bwc_{what}_{turn}"
                make_empty_database(services, name)
                done = subprocess.run(
                    [sys.executable, "-W", "ignore", "-m", "bench._seeding_asked", what, str(COMPLAINTS)],
                    cwd=ROOT, env=environment(services, name, owner=True), capture_output=True,
                    text=True, check=True,
                )  # fmt: skip
                results.append(json.loads(done.stdout.splitlines()[-1]))
                row = results[-1]
                print(f"{what} {turn}: {row['rows']:,} rows in {row['seconds']:.1f} s", flush=True)
    rates = {
        what: max(row["rows"] / row["seconds"] for row in rows) for what, rows in found.items()
    }
    ratio = rates["seed"] / rates["bare"]
    print("\n| Bare COPY rows/s | Seeder rows/s | Seeder / COPY |\n|---:|---:|---:|")
    print(f"| {rates['bare']:,.0f} | {rates['seed']:,.0f} | {ratio:.2f} |")
    print(f"\n{machine()}. The best of {TURNS} turns.")
    return 0 if ratio * SLACK >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
