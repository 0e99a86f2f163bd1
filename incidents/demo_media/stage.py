"""A small stage in three dimensions: where cameras stand, and how flat shapes look from there.

Lengths are metres. The ground is the plane of x (along the street) and y (across it), and z is up.
Four cameras on one stage show the same things from four sides, so that pictures can be compared.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[float, float, float]
Colour = tuple[int, int, int]
_NEAREST = 0.25


@dataclass(frozen=True)
class Panel:
    """A flat shape with its corners in order. A lit panel keeps its colour at a distance.

    `raised_m` draws a panel as if it were that much nearer: what is painted on a wall must come
    after the wall, although its middle may be farther away.
    """

    corners: tuple[Point, ...]
    colour: Colour
    lit: bool = False
    raised_m: float = 0.0


@dataclass(frozen=True)
class Viewpoint:
    """Where a camera is, what it looks at and how its picture is tinted."""

    x: float
    y: float
    height: float
    looks_at: tuple[float, float]
    tint: tuple[float, float, float]

    def relative(self, point: Point) -> Point:
        """Turn a place on the stage into right, forward and up as seen from the camera."""
        ahead = math.atan2(self.looks_at[1] - self.y, self.looks_at[0] - self.x)
        east, north = point[0] - self.x, point[1] - self.y
        forward = east * math.cos(ahead) + north * math.sin(ahead)
        right = east * math.sin(ahead) - north * math.cos(ahead)
        return right, forward, point[2] - self.height


@dataclass(frozen=True)
class Lens:
    """The picture: its size in pixels, the height of the horizon in it, and the focal length in pixels."""

    width: int
    height: int
    horizon: float
    focal: float

    def project(self, seen: Point) -> tuple[float, float]:
        """Turn right, forward and up into a place in the picture."""
        right, forward, up = seen
        return (
            self.width / 2 + self.focal * right / forward,
            self.horizon - self.focal * up / forward,
        )


def outline(panel: Panel, view: Viewpoint, lens: Lens) -> tuple[list[tuple[float, float]], float]:
    """Give the corners of a panel in the picture, and its distance; no corners when it is behind the camera."""
    seen = [view.relative(corner) for corner in panel.corners]
    visible = _in_front(seen)
    distance = sum(math.hypot(right, forward, up) for right, forward, up in seen) / len(seen)
    return [lens.project(point) for point in visible], distance


def _in_front(points: Sequence[Point]) -> list[Point]:
    """Cut off the part of a shape that is behind the camera."""
    kept: list[Point] = []
    for here, there in zip(points, [*points[1:], points[0]], strict=True):
        if here[1] >= _NEAREST:
            kept.append(here)
        if (here[1] >= _NEAREST) != (there[1] >= _NEAREST):
            share = (_NEAREST - here[1]) / (there[1] - here[1])
            right, up = (here[axis] + share * (there[axis] - here[axis]) for axis in (0, 2))
            kept.append((right, _NEAREST, up))
    return kept


def ground(x0: float, x1: float, y0: float, y1: float, colour: Colour, *, z: float = 0.0) -> Panel:
    """Make a rectangle that lies flat."""
    return Panel(((x0, y0, z), (x1, y0, z), (x1, y1, z), (x0, y1, z)), colour)


def wall(
    x0: float, x1: float, y: float, z0: float, z1: float, colour: Colour, *, lit: bool = False
) -> Panel:
    """Make an upright rectangle along the street."""
    return Panel(((x0, y, z0), (x1, y, z0), (x1, y, z1), (x0, y, z1)), colour, lit)


def cross_wall(
    x: float, y0: float, y1: float, z0: float, z1: float, colour: Colour, *, lit: bool = False
) -> Panel:
    """Make an upright rectangle across the street."""
    return Panel(((x, y0, z0), (x, y1, z0), (x, y1, z1), (x, y0, z1)), colour, lit)


def box(
    x0: float, x1: float, y0: float, y1: float, z0: float, z1: float, colour: Colour
) -> list[Panel]:
    """Make a closed box; its sides differ a little in brightness so that its edges can be seen."""
    side, top = _dimmed(colour, 0.8), _dimmed(colour, 1.15)
    return [
        wall(x0, x1, y0, z0, z1, colour),
        wall(x0, x1, y1, z0, z1, colour),
        cross_wall(x0, y0, y1, z0, z1, side),
        cross_wall(x1, y0, y1, z0, z1, side),
        ground(x0, x1, y0, y1, top, z=z1),
    ]


def _dimmed(colour: Colour, share: float) -> Colour:
    red, green, blue = (min(255, int(part * share)) for part in colour)
    return red, green, blue
