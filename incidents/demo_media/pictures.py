"""Pictures of a scene as one camera sees it, made fast.

What stands still is drawn once, in a few lights (quiet, blue lamps on, the flash). For a frame it is
cut out at a place that wanders with the wearer's breath and steps, and the people are pasted in.
Everything is kept as the three planes the encoder wants, because turning each frame from RGB costs
more than encoding it.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from incidents.demo_media.figures import figure
from incidents.demo_media.scenes import Glow, Person, Scene, viewpoint
from incidents.demo_media.stage import Lens, Panel, Viewpoint, outline

# Room around the picture for the movement of the wearer.
_MARGIN_X, _MARGIN_Y = 32, 20
_BLUE_PER_SECOND = 3
# Everything moves in steps: what stands still for a frame costs almost nothing to draw and encode.
_STEPS_PER_SECOND = 12.5
_FOG_M = 26.0
_SWAY = {"CHEST": (12, 6), "HELMET": (20, 10), "CAP": (24, 12), "UNKNOWN": (10, 5)}


@dataclass(frozen=True)
class Planes:
    """A picture as brightness in full size and two colour differences in half size (4:2:0)."""

    luma: Image.Image
    blue: Image.Image
    red: Image.Image

    @classmethod
    def of(cls, image: Image.Image) -> Planes:
        """Split an RGB picture with even sides, with the brightness in the range that video uses."""
        luma, blue, red = image.convert("RGB").convert("YCbCr").split()
        half = (image.width // 2, image.height // 2)
        narrow = luma.point([16 + level * 219 // 255 for level in range(256)])
        return cls(narrow, blue.resize(half), red.resize(half))

    def cut(self, left: int, top: int, width: int, height: int) -> Planes:
        """Cut out a part; all four numbers are even."""
        half = (left // 2, top // 2, (left + width) // 2, (top + height) // 2)
        return Planes(
            self.luma.crop((left, top, left + width, top + height)),
            self.blue.crop(half),
            self.red.crop(half),
        )

    def copy_luma(self) -> Planes:
        """Copy the brightness, to write on it in grey, and share the colours."""
        return Planes(self.luma.copy(), self.blue, self.red)

    def paste(self, other: Planes, left: int, top: int, mask: Planes) -> None:
        """Paste another picture where its mask allows; the corner is even."""
        self.luma.paste(other.luma, (left, top), mask.luma)
        self.blue.paste(other.blue, (left // 2, top // 2), mask.blue)
        self.red.paste(other.red, (left // 2, top // 2), mask.blue)

    def paste_grey(self, plate: Image.Image, left: int, top: int) -> None:
        """Paste a greyscale plate, colourless."""
        self.luma.paste(plate, (left, top))
        area = (left // 2, top // 2, (left + plate.width + 1) // 2, (top + plate.height + 1) // 2)
        self.blue.paste(128, area)
        self.red.paste(128, area)


def movement_step(second: float) -> int:
    """Tell in which step of the movement a second of the true time lies: 25 steps in two seconds."""
    return math.floor(second * _STEPS_PER_SECOND)


class Camera:
    """One camera's pictures of a scene, `width` by `height` pixels (both even)."""

    def __init__(
        self, scene: Scene, *, number: int, mount: str, serial: str, width: int, height: int
    ) -> None:
        self._scene = scene
        self._mount = mount
        self._width, self._height = width, height
        self._view: Viewpoint = viewpoint(scene, number, mount)
        wide, high = width + 2 * _MARGIN_X, height + 2 * _MARGIN_Y
        self._lens = Lens(wide, high, horizon=high * 0.46, focal=width * 0.62)
        self._phase = zlib.crc32(serial.encode()) % 1000 / 100
        still = self._backdrop(self._phase)
        self._quiet = Planes.of(self._lit(still, blinking=False))
        self._blue = Planes.of(self._lit(still, blinking=True))
        self._flash = Planes.of(still.point([min(255, 150 + level) for level in range(256)] * 3))

    def picture(self, step: int, *, flash: bool) -> Planes:
        """Make the picture at a step of the true time (see `movement_step`)."""
        second = step / _STEPS_PER_SECOND
        if flash:
            ground = self._flash
        else:
            ground = self._blue if int(second * _BLUE_PER_SECOND) % 2 else self._quiet
        shift_x, shift_y = self._shift(second)
        planes = ground.cut(_MARGIN_X + shift_x, _MARGIN_Y + shift_y, self._width, self._height)
        for person in self._by_distance(second):
            self._paste_person(planes, person, second, _MARGIN_X + shift_x, _MARGIN_Y + shift_y)
        return planes

    def _shift(self, second: float) -> tuple[int, int]:
        """How far the wearer's movement has carried the picture, in even pixels."""
        reach_x, reach_y = _SWAY[self._mount]
        slow = (
            math.sin(second * 0.9 + self._phase) * 0.7 + math.sin(second * 2.3 + self._phase) * 0.3
        )
        bob = math.sin(second * 1.7 + self._phase * 2)
        return 2 * round(reach_x * slow / 2), 2 * round(reach_y * bob / 2)

    def _by_distance(self, second: float) -> list[Person]:
        return sorted(
            self._scene.people, key=lambda one: -self._view.relative((*one.place(second), 0.0))[1]
        )

    def _paste_person(
        self, planes: Planes, person: Person, second: float, left: int, top: int
    ) -> None:
        seen = self._view.relative((*person.place(second), 0.0))
        if seen[1] < 1.0:
            return
        # The size is taken at the middle of the walk, so that few sizes have to be drawn.
        middle = max(1.0, self._view.relative((person.x, person.y, 0.0))[1])
        height = min(self._height * 2, 2 * round(1.78 * self._lens.focal / middle / 2))
        body, mask = _cut_out(
            person, person.poses.index(person.pose(second)), height, self._view.tint
        )
        foot_x, foot_y = self._lens.project(seen)
        corner_x = 2 * round((foot_x - left - body.luma.width / 2) / 2)
        corner_y = 2 * round((foot_y - top - body.luma.height) / 2)
        planes.paste(body, corner_x, corner_y, mask)

    def _backdrop(self, seed: float) -> Image.Image:
        """Draw what stands still, twice as large and then reduced, which smooths the edges."""
        scale = 2
        lens = Lens(
            self._lens.width * scale,
            self._lens.height * scale,
            self._lens.horizon * scale,
            self._lens.focal * scale,
        )
        image = _sky(self._scene, lens)
        draw = ImageDraw.Draw(image)
        for panel, corners, distance in self._far_to_near(lens):
            draw.polygon(corners, fill=_shaded(panel, distance, self._view.tint))
        image = image.resize((self._lens.width, self._lens.height), Image.Resampling.BOX)
        noise = Image.effect_noise(image.size, self._scene.grain).convert("L")
        grain = Image.merge("RGB", [noise] * 3)
        return ImageChops.add(image, grain, scale=1, offset=-128)

    def _far_to_near(self, lens: Lens) -> list[tuple[Panel, list[tuple[float, float]], float]]:
        """List visible panels, the flat ground first and then the farthest first."""
        seen = []
        for panel in self._scene.panels:
            corners, distance = outline(panel, self._view, lens)
            if len(corners) > 2:
                flat = len({corner[2] for corner in panel.corners}) == 1
                low = flat and panel.corners[0][2] < 0.1
                order = (0, panel.corners[0][2]) if low else (1, panel.raised_m - distance)
                seen.append((order, panel, corners, distance))
        seen.sort(key=lambda item: item[0])
        return [(panel, corners, distance) for _order, panel, corners, distance in seen]

    def _lit(self, still: Image.Image, *, blinking: bool) -> Image.Image:
        """Add the lights to the backdrop, and the dark corners of a wide lens."""
        image = still
        for glow in self._scene.glows:
            if blinking or not glow.blinks:
                image = self._with_glow(image, glow)
        return ImageChops.multiply(image, _vignette(image.size))

    def _with_glow(self, image: Image.Image, glow: Glow) -> Image.Image:
        seen = self._view.relative(glow.place)
        if seen[1] < 0.5:
            return image
        x, y = self._lens.project(seen)
        radius = self._lens.focal * glow.radius_m / seen[1]
        light = Image.new("RGB", image.size)
        ImageDraw.Draw(light).ellipse(
            [x - radius, y - radius, x + radius, y + radius], fill=glow.colour
        )
        small = light.resize((image.width // 8, image.height // 8), Image.Resampling.BOX)
        soft = small.filter(ImageFilter.GaussianBlur(max(2.0, radius / 16)))
        return ImageChops.add(image, soft.resize(image.size, Image.Resampling.BILINEAR))


def _sky(scene: Scene, lens: Lens) -> Image.Image:
    top, bottom = scene.sky
    column = Image.new("RGB", (1, 2))
    column.putpixel((0, 0), top)
    column.putpixel((0, 1), bottom)
    return column.resize((lens.width, lens.height), Image.Resampling.BILINEAR)


def _shaded(
    panel: Panel, distance: float, tint: tuple[float, float, float]
) -> tuple[int, int, int]:
    share = 1.0 if panel.lit else max(0.3, 1.1 - distance / _FOG_M)
    red, green, blue = (
        min(255, int(part * share * tone)) for part, tone in zip(panel.colour, tint, strict=True)
    )
    return red, green, blue


@lru_cache(maxsize=8)
def _vignette(size: tuple[int, int]) -> Image.Image:
    fade = ImageChops.invert(Image.radial_gradient("L")).point(
        [min(255, 110 + level) for level in range(256)]
    )
    return Image.merge("RGB", [fade.resize(size, Image.Resampling.BILINEAR)] * 3)


@lru_cache(maxsize=256)
def _cut_out(
    person: Person, pose: int, height: int, tint: tuple[float, float, float]
) -> tuple[Planes, Planes]:
    """Draw a person once for a size and a camera: the picture and its mask, both with even sides."""
    drawn = figure(person.clothing, person.poses[pose], height)
    even = Image.new("RGBA", (drawn.width + drawn.width % 2, drawn.height + drawn.height % 2))
    even.paste(drawn)
    colours = Image.merge(
        "RGB",
        [
            band.point([min(255, int(level * tone)) for level in range(256)])
            for band, tone in zip(even.split()[:3], tint, strict=True)
        ],
    )
    mask = even.getchannel("A")
    half = mask.resize((mask.width // 2, mask.height // 2), Image.Resampling.BOX)
    return Planes.of(colours), Planes(mask, half, half)
