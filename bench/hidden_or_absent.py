"""T21: whether the clock tells a hidden case from one that does not exist.

    ./bwc bench hidden_or_absent

Somebody of another team asks for pages of a case of the demo, and for the case by the API, and for the
same of random ids, in pairs whose order changes, through the real stack. For each page the difference of the medians and a
rank test (Mann and Whitney, with the normal approximation) are printed. The run fails when the test
finds something (p below 0.01, shared among the pages) and the medians are a millisecond apart.
`python bench/hidden_or_absent.py 100` asks 100 pairs.
"""

from __future__ import annotations

import random
import re
import sys
import uuid
from itertools import pairwise
from pathlib import Path
from statistics import NormalDist, median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench._portal import Visitor, demo_portal, machine, server_version  # noqa: E402
from bench.pages import asked  # noqa: E402

PAIRS = 500
PAGES = 6
STRANGER = "harkin"
LIMIT_MS = 1.0
SURE = 0.01
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


def main() -> int:
    """Ask the pairs and print a Markdown table; fail when the clock tells them apart."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else PAIRS
    told = []
    with demo_portal() as stack:
        found = asked(stack)
        stranger = Visitor(stack.port, STRANGER, found["password"])
        hidden = [page["path"] for page in found["pages"] if _ID.search(page["path"])]
        hidden = [path for path in hidden if stranger.get(path)[0] == 404][:PAGES]
        hidden += by_api(hidden)
        if not hidden:
            sys.exit(f"The demo has no page that is hidden from {STRANGER}")
        print("| Page | Hidden, median ms | Absent, median ms | Apart ms | p |")
        print("|---|---:|---:|---:|---:|")
        for path in hidden:
            one, other = measure(stranger, path, pairs)
            apart, p = median(one) - median(other), rank_test(one, other)
            shown = _ID.sub("(id)", path)
            print(f"| {shown} | {median(one):.2f} | {median(other):.2f} | {apart:+.2f} | {p:.3f} |")
            if p < SURE / len(hidden) and abs(apart) >= LIMIT_MS:
                told.append(shown)
        print(f"\n{machine()}, {server_version(stack)}. {pairs} pairs a page.")
    if told:
        print(f"The clock tells hidden from absent: {', '.join(told)}", file=sys.stderr)
    return 1 if told else 0


def by_api(paths: list[str]) -> list[str]:
    """Give the addresses of the API for the first case that one of these pages is about."""
    case = next((_ID.search(path) for path in paths if path.startswith("/cases/")), None)
    return [f"/api/v1/complaints/{case.group()}{end}" for end in ("", "/events")] if case else []


def measure(visitor: Visitor, path: str, pairs: int) -> tuple[list[float], list[float]]:
    """Ask for what is hidden and for what is not there, in pairs, either first; milliseconds."""
    hidden: list[float] = []
    absent: list[float] = []
    for _ in range(pairs):
        other = _ID.sub(str(uuid.uuid4()), path)
        asks = [(path, hidden), (other, absent)]
        random.shuffle(asks)
        for address, times in asks:
            status, milliseconds = visitor.get(address)
            if status != 404:
                sys.exit(f"{address} answers {status}")
            times.append(milliseconds)
    return hidden, absent


def rank_test(one: list[float], other: list[float]) -> float:
    """Give the two-sided p of the Mann-Whitney test for samples without many ties."""
    ranked = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    if any(first[0] == second[0] for first, second in pairwise(ranked)):
        ranked.sort(key=lambda pair: (pair[0], random.random()))  # noqa: S311
    ranks = sum(rank for rank, (_, sample) in enumerate(ranked, start=1) if sample == 0)
    n, m = len(one), len(other)
    u = ranks - n * (n + 1) / 2
    spread = (n * m * (n + m + 1) / 12) ** 0.5
    return 2 * (1 - NormalDist().cdf(abs(u - n * m / 2) / spread))


if __name__ == "__main__":
    sys.exit(main())
