"""The invented places: a night street, a custody room and a street with an armed stop.

A scene is its panels, its lights, its people and where four cameras stand in it. What people do
depends on the true time alone, so that all cameras of one incident see the same thing happen.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace

from incidents.demo_media.figures import (
    ARMED_OFFICER,
    BYSTANDER,
    CIVILIAN,
    OFFICER,
    Clothing,
    Pose,
)
from incidents.demo_media.stage import (
    Colour,
    Panel,
    Viewpoint,
    box,
    cross_wall,
    ground,
    wall,
)

SCENES = ("street", "custody", "firearms")
_HEIGHT_M = {"CHEST": 1.35, "HELMET": 1.85, "CAP": 1.8, "UNKNOWN": 1.5}


@dataclass(frozen=True)
class Person:
    """Somebody in a scene, who moves around one place in `sway_m` metres, once in `period_s` seconds."""

    clothing: Clothing
    x: float
    y: float
    sway_m: float
    period_s: float
    poses: tuple[Pose, ...] = (Pose.STANDING, Pose.LEFT_STEP, Pose.STANDING, Pose.RIGHT_STEP)

    def place(self, second: float) -> tuple[float, float]:
        """Where the person is at a second of the true time."""
        angle = 2 * math.pi * second / self.period_s
        return self.x + self.sway_m * math.sin(angle), self.y + self.sway_m / 3 * math.sin(
            2 * angle
        )

    def pose(self, second: float) -> Pose:
        """How the person stands at a second of the true time."""
        return self.poses[int(second * 2) % len(self.poses)]


@dataclass(frozen=True)
class Glow:
    """A light that shines into the picture from a place on the stage; `blinks` for a blue lamp."""

    place: tuple[float, float, float]
    radius_m: float
    colour: Colour
    blinks: bool = False


@dataclass(frozen=True)
class Scene:
    """Everything that is in an invented place."""

    sky: tuple[Colour, Colour]
    panels: tuple[Panel, ...]
    glows: tuple[Glow, ...]
    people: tuple[Person, ...]
    cameras: tuple[tuple[float, float], ...]
    centre: tuple[float, float]
    grain: int


_TINTS = ((1.0, 0.98, 0.92), (0.9, 0.97, 1.08), (1.08, 0.95, 0.86), (0.92, 1.04, 0.92))


def viewpoint(scene: Scene, number: int, mount: str) -> Viewpoint:
    """Place camera `number` in a scene; a helmet or cap sees from higher up than a chest."""
    x, y = scene.cameras[number % len(scene.cameras)]
    return Viewpoint(x, y, _HEIGHT_M[mount], scene.centre, _TINTS[number % len(_TINTS)])


def build_scene(name: str, seed: int) -> Scene:
    """Make a scene: one of `SCENES`; the same seed gives the same place. Raises ValueError for another name."""
    source = random.Random(seed)  # noqa: S311 - scenery, not a secret
    if name == "street":
        return _street(source)
    if name == "custody":
        return _custody(source)
    if name == "firearms":
        return _armed_stop(source)
    raise ValueError(f"scene must be one of {', '.join(SCENES)}, not {name!r}")


def _houses(source: random.Random, y: float) -> list[Panel]:
    """Make a row of houses along one side of the street, some windows lit."""
    panels: list[Panel] = []
    x = -36.0
    while x < 36:
        width, top = source.uniform(5, 8), source.uniform(6, 9)
        shade = source.randint(34, 58)
        panels.append(wall(x, x + width, y, 0, top, (shade + 12, shade, shade - 6)))
        inner = y - math.copysign(0.05, y)
        panels.append(
            wall(
                x + 0.6,
                x + 1.6,
                inner,
                0,
                2.2,
                source.choice([(70, 30, 28), (30, 46, 66), (34, 54, 40)]),
            )
        )
        for floor in (1.1, 4.0):
            for left in (2.2, 3.9):
                lit = source.random() < 0.3
                colour = source.choice([(232, 190, 112), (206, 214, 190)]) if lit else (22, 26, 36)
                panels.append(
                    wall(x + left, x + left + 1.1, inner, floor, floor + 1.4, colour, lit=lit)
                )
        x += width
    return panels


def _road() -> list[Panel]:
    panels = [
        ground(-40, 40, -9, 9, (44, 44, 48)),
        ground(-40, 40, -9, -5.5, (70, 68, 66), z=0.02),
        ground(-40, 40, 5.5, 9, (70, 68, 66), z=0.02),
    ]
    panels += [ground(x, x + 2, -0.08, 0.08, (170, 168, 150), z=0.03) for x in range(-30, 30, 5)]
    return panels


def _van(x: float, y: float) -> list[Panel]:
    """Make a marked van: a light box with blue and yellow squares along its sides."""
    panels = box(x, x + 5.2, y, y + 2, 0.4, 2.5, (196, 198, 200))
    for side in (y - 0.02, y + 2.02):
        for column in range(8):
            for row in range(2):
                colour = (216, 206, 36) if (column + row) % 2 else (28, 54, 150)
                left = x + 0.1 + column * 0.63
                square = wall(left, left + 0.63, side, 0.7 + row * 0.5, 1.2 + row * 0.5, colour)
                panels.append(replace(square, raised_m=1.4))
        window = wall(x + 3.8, x + 5, side, 1.75, 2.3, (20, 24, 32))
        panels.append(replace(window, raised_m=1.4))
    panels += box(x + 1.5, x + 3.5, y + 0.5, y + 1.5, 2.5, 2.7, (40, 70, 190))
    return panels


def _car(x: float, y: float, colour: Colour) -> list[Panel]:
    lower = box(x, x + 4.2, y, y + 1.7, 0.3, 0.95, colour)
    return [*lower, *box(x + 0.9, x + 3.2, y + 0.15, y + 1.55, 0.95, 1.45, (26, 30, 38))]


def _lamp(x: float, y: float) -> list[Panel]:
    return [
        *box(x, x + 0.14, y, y + 0.14, 0, 5, (58, 60, 62)),
        Panel(
            ((x - 0.3, y, 5), (x + 0.5, y, 5), (x + 0.5, y, 5.2), (x - 0.3, y, 5.2)),
            (255, 226, 160),
            lit=True,
        ),
    ]


def _street(source: random.Random) -> Scene:
    lamps = [(-9.0, 6.2), (7.0, -6.2), (16.0, 6.2)]
    panels = _road() + _houses(source, 9) + _houses(source, -9) + _van(3.5, 2.6)
    panels += _car(-9, 3.4, source.choice([(96, 34, 34), (52, 66, 92), (92, 94, 96)]))
    for x, y in lamps:
        panels += _lamp(x, y)
    people = (
        Person(
            CIVILIAN,
            0.2,
            0.3,
            0.5,
            9.0,
            (Pose.STANDING, Pose.HANDS_OUT, Pose.LEFT_STEP, Pose.HANDS_OUT),
        ),
        Person(OFFICER, -1.7, 1.4, 0.25, 13.0),
        Person(OFFICER, 2.3, 0.9, 0.35, 11.0, (Pose.STANDING, Pose.STANDING, Pose.HANDS_OUT)),
        Person(BYSTANDER, -6.0, 7.2, 1.2, 21.0),
    )
    glows = (
        *(Glow((x, y, 3.2), 4.0, (96, 74, 36)) for x, y in lamps),
        Glow((6.0, 3.6, 2.4), 3.4, (6, 24, 120), blinks=True),
    )
    cameras = ((-3.6, -3.4), (5.2, -3.8), (-4.4, 4.4), (0.6, -6.4))
    return Scene(((6, 8, 18), (26, 26, 38)), tuple(panels), glows, people, cameras, (0.3, 1.0), 4)


def _custody(source: random.Random) -> Scene:
    pale = (150, 156, 150)
    panels = [
        ground(-5, 5, -4, 4, (86, 90, 94)),
        ground(-5, 5, -4, 4, (196, 198, 194), z=2.8),
        wall(-5, 5, 4, 0, 2.8, pale),
        wall(-5, 5, -4, 0, 2.8, (142, 150, 148)),
        cross_wall(-5, -4, 4, 0, 2.8, (132, 142, 144)),
        cross_wall(5, -4, 4, 0, 2.8, (138, 146, 144)),
        wall(-5, 5, 3.97, 0, 0.9, (70, 96, 110)),
        wall(-5, 5, -3.97, 0, 0.9, (70, 96, 110)),
    ]
    for left in (-3.6, -0.4, 2.8):
        panels.append(wall(left, left + 1.0, 3.94, 0, 2.1, (52, 66, 84)))
        panels.append(wall(left + 0.35, left + 0.65, 3.92, 1.4, 1.6, (24, 28, 34)))
    panels += box(1.4, 4.2, -2.0, -1.2, 0, 1.15, (120, 92, 62))
    panels += box(-4.6, -2.2, 2.6, 3.2, 0, 0.45, (88, 70, 52))
    for left in (-3.0, 1.0):
        panels.append(ground(left, left + 2, -0.3, 0.3, (255, 255, 248), z=2.78))
    people = (
        Person(
            CIVILIAN,
            0.4,
            0.4,
            0.3,
            source.choice([8.0, 9.5]),
            (Pose.STANDING, Pose.STANDING, Pose.HANDS_OUT),
        ),
        Person(OFFICER, 2.6, -0.6, 0.15, 15.0),
        Person(OFFICER, -1.5, 1.4, 0.25, 12.0),
    )
    glows = (Glow((-2, 0, 2.7), 2.5, (60, 60, 54)), Glow((2, 0, 2.7), 2.5, (60, 60, 54)))
    cameras = ((-3.4, -2.8), (3.9, -3.2), (-3.8, 1.6), (4.2, 2.6))
    return Scene(
        ((180, 182, 180), (160, 164, 160)), tuple(panels), glows, people, cameras, (0.6, 0.4), 3
    )


def _armed_stop(source: random.Random) -> Scene:
    panels = _road() + _houses(source, 9) + _houses(source, -9)
    panels += (
        _car(-1.6, 2.2, source.choice([(70, 72, 76), (34, 38, 60)])) + _van(9, 3) + _van(-16, -4.5)
    )
    people = (
        Person(CIVILIAN, 0.2, 0.8, 0.12, 10.0, (Pose.HANDS_UP,)),
        Person(ARMED_OFFICER, -2.8, -0.3, 0.2, 12.0, (Pose.HANDS_OUT, Pose.STANDING)),
        Person(
            ARMED_OFFICER, 3.0, -0.1, 0.3, 14.0, (Pose.HANDS_OUT, Pose.HANDS_OUT, Pose.LEFT_STEP)
        ),
    )
    glows = (
        Glow((0.2, 0.9, 1.1), 2.8, (110, 112, 108)),
        Glow((11.5, 4, 2.4), 3.6, (6, 24, 120), blinks=True),
        Glow((-13.5, -3.5, 2.4), 3.6, (6, 24, 120), blinks=True),
    )
    cameras = ((-4.0, -4.2), (4.6, -4.0), (0.2, -5.8), (-5.4, -0.6))
    return Scene(((3, 4, 10), (14, 16, 26)), tuple(panels), glows, people, cameras, (0.1, 1.2), 5)
