"""People of an invented scene: drawn from a few strokes, alike on purpose, recognisable as nobody."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from PIL import Image, ImageDraw

from incidents.demo_media.stage import Colour

_HIGH_VISIBILITY: Colour = (196, 214, 48)
_REFLECTIVE: Colour = (226, 228, 222)
_SKIN: Colour = (146, 108, 84)


class Pose(Enum):
    """How a figure stands: the positions of its hands and feet, in hundredths of its height from the middle."""

    STANDING = ((-15, 52), (15, 52), (-6, 98), (6, 98))
    LEFT_STEP = ((-12, 50), (17, 48), (-12, 98), (9, 96))
    RIGHT_STEP = ((-17, 48), (12, 50), (-9, 96), (12, 98))
    HANDS_UP = ((-20, 8), (20, 8), (-8, 98), (8, 98))
    HANDS_OUT = ((-27, 33), (27, 33), (-7, 98), (7, 98))


@dataclass(frozen=True)
class Clothing:
    """What a figure wears."""

    coat: Colour
    legs: Colour
    vest: bool = False
    helmet: bool = False


CIVILIAN = Clothing((62, 48, 58), (38, 40, 54))
BYSTANDER = Clothing((84, 62, 44), (46, 44, 42))
OFFICER = Clothing((26, 30, 42), (22, 24, 34), vest=True)
ARMED_OFFICER = Clothing((40, 44, 42), (34, 36, 36), helmet=True)


@lru_cache(maxsize=64)
def figure(clothing: Clothing, pose: Pose, height: int) -> Image.Image:
    """Draw a figure `height` pixels tall on a clear ground; it stands on the middle of the lower edge."""
    scale = 3
    unit = height * scale / 100
    width = int(60 * unit)
    image = Image.new("RGBA", (width, int(100 * unit)), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)

    def at(x: float, y: float) -> tuple[float, float]:
        return width / 2 + x * unit, y * unit

    left_hand, right_hand, left_foot, right_foot = pose.value
    for foot, side in ((left_foot, -1), (right_foot, 1)):
        _limb(
            draw,
            [at(4 * side, 52), at(foot[0], (52 + foot[1]) / 2), at(*foot)],
            9 * unit,
            clothing.legs,
        )
        draw.ellipse([*at(foot[0] - 5, foot[1] - 4), *at(foot[0] + 5, 100)], fill=(16, 16, 18))
    draw.rounded_rectangle([*at(-12, 19), *at(12, 56)], radius=6 * unit, fill=clothing.coat)
    draw.rectangle(
        [*at(3, 22), *at(12, 54)], fill=tuple(int(part * 0.82) for part in clothing.coat)
    )
    if clothing.vest:
        _vest(draw, at)
    for hand, side in ((left_hand, -1), (right_hand, 1)):
        elbow = at((11 * side + hand[0]) / 2 + 4 * side, (22 + hand[1]) / 2 + 3)
        _limb(draw, [at(11 * side, 23), elbow, at(*hand)], 6.5 * unit, clothing.coat)
        draw.ellipse([*at(hand[0] - 3, hand[1] - 3), *at(hand[0] + 3, hand[1] + 3)], fill=_SKIN)
    draw.ellipse([*at(-6, 3), *at(6, 18)], fill=_SKIN)
    if clothing.helmet:
        draw.pieslice([*at(-8, 0), *at(8, 18)], 180, 360, fill=(44, 50, 46))
    else:
        draw.pieslice([*at(-6.5, 1), *at(6.5, 15)], 180, 360, fill=(28, 22, 20))
    if clothing.vest:
        draw.rectangle([*at(-8, 4), *at(8, 6.5)], fill=(18, 20, 26))
    return image.resize((width // scale, height), Image.Resampling.LANCZOS)


def _vest(draw: ImageDraw.ImageDraw, at) -> None:  # type: ignore[no-untyped-def]
    draw.rounded_rectangle([*at(-12, 20), *at(12, 50)], radius=2, fill=_HIGH_VISIBILITY)
    for top in (32, 42):
        draw.rectangle([*at(-12, top), *at(12, top + 3.5)], fill=_REFLECTIVE)
    draw.rectangle([*at(-1, 20), *at(1, 50)], fill=(26, 30, 42))


def _limb(
    draw: ImageDraw.ImageDraw, points: list[tuple[float, float]], width: float, colour: Colour
) -> None:
    draw.line(points, fill=colour, width=int(width), joint="curve")
    for x, y in points:
        half = width / 2
        draw.ellipse([x - half, y - half, x + half, y + half], fill=colour)
