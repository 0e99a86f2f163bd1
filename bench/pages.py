"""How long each page of the demo takes through the real stack, and what it asks of the database.

    ./bwc bench pages

Every page is opened by somebody who may, over loopback through gunicorn, one after the other. The
ratio is to the health page, which does nothing: it tells the cost of the page from that of the machine. `python bench/pages.py 100` opens each page 100 times.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench._portal import Visitor, demo_portal, machine, percentile, server_version  # noqa: E402
from bwcportal.launcher.stack import Stack  # noqa: E402

ROUNDS = 20
LIMIT_MS = 300


def asked(stack: Stack) -> dict[str, Any]:
    """Get the list of pages with their counts of queries."""
    done = subprocess.run(
        [sys.executable, "-m", "bench._pages_asked"],
        cwd=ROOT,
        env=stack.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        sys.exit(f"The pages could not be listed: {done.stderr.strip()[-2000:]}")
    return dict(json.loads(done.stdout))


def main() -> int:
    """Measure every page and print a Markdown table. Fails when a page's median is over the limit."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    slow = []
    with demo_portal() as stack:
        found = asked(stack)
        visitors: dict[str, Visitor] = {}
        print(
            "| Page | Opened by | p50 ms | p95 ms | x health | Queries | Same query, most often |"
        )
        print("|---|---|---:|---:|---:|---:|---:|")
        health = 0.0
        for page in found["pages"]:
            who = page["username"]
            if who not in visitors:
                visitors[who] = Visitor(stack.port, who, found["password"])
            times = measure(visitors[who], page["path"], rounds)
            half, most = percentile(times, 50), percentile(times, 95)
            health = health or half
            print(
                f"| {page['name']} | {who or 'anybody'} | {half:.0f} | {most:.0f} | {half / health:.1f}"
                f" | {page['queries']} | {page['most_often']} |",
                flush=True,
            )
            if half > LIMIT_MS:
                slow.append(page["name"])
        print(f"\n{machine()}, {server_version(stack)}. {rounds} rounds.")
    if slow:
        print(f"Over {LIMIT_MS} ms: {', '.join(slow)}", file=sys.stderr)
    return 1 if slow else 0


def measure(visitor: Visitor, path: str, rounds: int) -> list[float]:
    """Open a page often, after warming both worker processes; every answer must be 200."""
    times = []
    for number in range(rounds + 4):
        status, milliseconds = visitor.get(path)
        if status != 200:
            sys.exit(f"{path} answers {status}")
        if number >= 4:
            times.append(milliseconds)
    return times


if __name__ == "__main__":
    sys.exit(main())
