"""Arithmetic of half-open stretches of time, in whole milliseconds. Pure."""

from __future__ import annotations

from collections.abc import Iterable

Stretch = tuple[int, int]


def merge(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Join stretches that overlap or touch, in order of time; empty ones are dropped."""
    merged: list[Stretch] = []
    for start, end in sorted(stretch for stretch in stretches if stretch[1] > stretch[0]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def length(stretches: Iterable[Stretch]) -> int:
    """Add up the lengths of stretches that do not overlap."""
    return sum(end - start for start, end in stretches)


def within(stretches: Iterable[Stretch], span: Stretch) -> list[Stretch]:
    """Cut stretches to the part of them that lies inside a span."""
    cut = ((max(start, span[0]), min(end, span[1])) for start, end in stretches)
    return [(start, end) for start, end in cut if end > start]
