"""Geometry of time on a page: per cent of a window, as SVG attributes.

Positions are attributes, not styles, so that the pages hold under `style-src 'self'` and
stretch without script. Everything drawn is also said in words beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bwcportal import badges, phrasing

KINDS = frozenset({"expected", "buffer", "recorded", "explained", "unexplained", "lost"})
# Rectangles narrower than this share of the window keep a visible sliver.
SMALLEST_PER_CENT = 0.25


def draw(board: Mapping[str, Any]) -> dict[str, Any]:
    """Work out a coverage board.

    `board`: `start`, `end` (UTC, the window shown), `incident` (start, end, label), `lanes`.
    A lane: `who`, `detail`, `label` (the sentence for assistive technology), `items`, `says`,
    and optionally `text` (words in an empty lane). An item: `kind` (expected, buffer, recorded,
    explained, unexplained, lost; drawn in the order given), `start`, `end`, optionally `label`;
    or kind `cited` with `at` and `label`. A line of `says`: `icon`, `text`, optionally `strong`,
    `tone` (bad, warn, quiet), `url`, `link`. Raises ValueError when the
    window is empty or a kind is unknown.
    """
    start, end = board["start"], board["end"]
    if end <= start:
        raise ValueError("The window of a coverage board must not be empty")
    incident = board.get("incident")
    marks = ticks(start, end)
    # Two labels of one minute would look the same.
    within_minute = any(mark.second for mark in marks)
    return {
        # More than five labels do not fit on a phone: every second one is for wide pages only.
        "ticks": [
            {
                "x": per_cent(tick, start, end),
                "label": phrasing.clock_time(tick, seconds=within_minute),
                "wide": len(marks) > 5 and index % 2 == 1,
            }
            for index, tick in enumerate(marks)
        ],
        "edges": [per_cent(edge, start, end) for edge in incident[:2]] if incident else [],
        "incident_label": incident[2] if incident else "",
        "lanes": [_lane(lane, start, end) for lane in board["lanes"]],
    }


def per_cent(moment: datetime, start: datetime, end: datetime) -> float:
    """Give the place of a moment in a window as per cent, kept between 0 and 100."""
    share = (moment - start) / (end - start) * 100
    return round(min(max(share, 0.0), 100.0), 3)


def ticks(start: datetime, end: datetime) -> list[datetime]:
    """Give round London moments to label, at least two and at most seven, inside the window."""
    seconds = (end - start).total_seconds()
    steps = (5, 10, 30, 60, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
    step = next((size for size in steps if seconds / size <= 6), int(seconds // 6) or 1)
    first = -(-int(start.timestamp()) // step) * step
    zone = start.tzinfo
    return [
        datetime.fromtimestamp(second, tz=zone)
        for second in range(first, int(end.timestamp()), step)
        if second > start.timestamp()
    ]


def _lane(lane: Mapping[str, Any], start: datetime, end: datetime) -> dict[str, Any]:
    bars, cited = [], []
    for item in lane.get("items", ()):
        if item["kind"] == "cited":
            cited.append({"x": per_cent(item["at"], start, end), "label": item["label"]})
            continue
        if item["kind"] not in KINDS:
            raise ValueError(f"A lane has no item of the kind {item['kind']!r}")
        x = per_cent(item["start"], start, end)
        width = round(max(per_cent(item["end"], start, end) - x, SMALLEST_PER_CENT), 3)
        bars.append({"kind": item["kind"], "x": x, "width": width, "label": item.get("label", "")})
    return {**lane, "bars": bars, "cited": cited, "text": lane.get("text", "")}


def shares(parts: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    """Work out the shares of a whole: one dict per part with x and width in per cent."""
    listed = [(code, int(count), *rest) for code, count, *rest in parts]
    whole = sum(part[1] for part in listed)
    drawn, x = [], 0.0
    for code, count, *rest in listed:
        width = count / whole * 100 if whole else 0.0
        badge = badges.badge(code)
        drawn.append(
            {
                "tone": badge.tone,
                "icon": badge.icon,
                "word": badge.word,
                "count": count,
                "url": rest[0] if rest else "",
                "x": round(x, 3),
                "width": round(width, 3),
            }
        )
        x += width
    return drawn
