"""Does the time of a refusal tell whether an account exists? Medians of refusals, in ratios.

    ./bwc bench sign_in

A known, a closed, a password-less and an unknown account are refused in turns, with the production
hash of passwords, by the function that the sign-in page calls. Fails when a median differs from
that of the known account by more than a tenth.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench._databases import environment, make_empty_database  # noqa: E402
from bench._portal import machine  # noqa: E402
from bwcportal.local_services.places import throw_away_folder  # noqa: E402
from bwcportal.local_services.services import LocalServices  # noqa: E402

ROUNDS = 500
MOST_APART = 0.1


def main() -> int:
    """Measure and print a Markdown table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    var = throw_away_folder()
    services = LocalServices(var, throw_away=True)
    try:
        services.start()
        make_empty_database(services, "bwc_sign_in")
        # With the hash of passwords that production has.
        given = environment(services, "bwc_sign_in", owner=True) | {
            "BWC_ENVIRONMENT": "development"
        }
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "bench._sign_in_asked", str(rounds)],
            cwd=ROOT, env=given, capture_output=True,
            text=True, check=True,
        )  # fmt: skip
    finally:
        services.stop()
        shutil.rmtree(services.home, ignore_errors=True)
        shutil.rmtree(var, ignore_errors=True)
    halves = {
        kind: statistics.median(times)
        for kind, times in json.loads(done.stdout.splitlines()[-1]).items()
    }
    print("| Account | p50 ms of the processor | Beside a known account |\n|---|---:|---:|")
    for kind, half in halves.items():
        print(f"| {kind} | {half:.1f} | {half / halves['known']:.3f} |")
    print(f"\n{machine()}. {rounds} rounds.")
    apart = max(abs(half / halves["known"] - 1) for half in halves.values())
    return 1 if apart > MOST_APART else 0


if __name__ == "__main__":
    sys.exit(main())
