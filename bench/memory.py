"""How much memory the whole idle portal takes: its own processes and both servers.

    ./bwc bench memory

Counted is PSS, where a page of memory that n processes share counts one nth for each, so that the sum is
what ending the portal would give back.
"""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._portal import Visitor, demo_portal, machine, server_version
from bwcportal.launcher.stack import Stack

LIMIT_MIB = 700
SETTLE_S = 10


def roots(stack: Stack) -> dict[str, int]:
    """Name the processes that everything descends from."""
    found = {name: process.pid for name, process in stack.processes.items()}
    servers = {"PostgreSQL": stack.services.postgres.server, "Valkey": stack.services.valkey.server}
    return {**found, **{name: process.pid for name, process in servers.items() if process}}


def family(pid: int) -> list[int]:
    """List a process and all that descend from it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid, *(member for child in children for member in family(int(child)))]


def kibibytes(pid: int, field: str) -> int:
    """Read one sum of a process from the kernel, in KiB."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    found = re.search(rf"^{field}:\s+(\d+) kB", text, re.MULTILINE)
    return int(found.group(1)) if found else 0


def main() -> int:
    """Print a Markdown table of each part's memory. Fails when the sum is over the limit."""
    with demo_portal() as stack:
        visitor = Visitor(stack.port)
        # Both web processes must have loaded what a first page makes them load.
        for _ in range(20):
            visitor.get("/sign-in/")
        time.sleep(SETTLE_S)
        print("| Part | Processes | PSS MiB | RSS MiB | Share |")
        print("|---|---:|---:|---:|---:|")
        rows = []
        for name, pid in roots(stack).items():
            members = family(pid)
            pss = sum(kibibytes(member, "Pss") for member in members) / 1024
            rss = sum(kibibytes(member, "Rss") for member in members) / 1024
            rows.append((name, len(members), pss, rss))
        total = sum(row[2] for row in rows)
        for name, count, pss, rss in rows:
            print(f"| {name} | {count} | {pss:.0f} | {rss:.0f} | {pss / total:.0%} |")
        print(f"| all | {sum(row[1] for row in rows)} | {total:.0f} | | 100% |")
        print(f"\n{machine()}, {server_version(stack)}.")
    return 0 if total < LIMIT_MIB else 1


if __name__ == "__main__":
    sys.exit(main())
