"""What is burnt into every picture of an invented recording, and how to read it back.

Top right stands the camera's clock as ISO 8601 in UTC, with the model and serial below it, the way
body-worn cameras print it. Bottom right stand the frame number in digits and the same number as a
strip of black and white cells: white, black, sixteen bits (highest first), parity, white.

Sizes are for a picture 640 wide and are scaled for others; the readers accept any size.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageStat

BASE_WIDTH, BASE_HEIGHT = 640, 360
GLYPH_WIDTH, GLYPH_HEIGHT = 10, 18
CELL, STRIP_HEIGHT = 8, 12
BITS = 16
LARGEST_FRAME_NUMBER = 2**BITS - 1
_CELLS = BITS + 4
_CELL_LIT, _CELL_DARK = bytes([235] * CELL), bytes([16] * CELL)
_MARGIN = 8
# What can stand at each place: a digit for 0, itself for anything else.
_CLOCK_PATTERN = "0000-00-00T00:00:00Z"
_CLOCK_LENGTH = len(_CLOCK_PATTERN)
_STRIP_LEFT = BASE_WIDTH - _MARGIN - _CELLS * CELL
_STRIP_TOP = BASE_HEIGHT - _MARGIN - STRIP_HEIGHT
_CLOCK_LEFT = BASE_WIDTH - _MARGIN - _CLOCK_LENGTH * GLYPH_WIDTH


class UnreadableOverlay(ValueError):
    """The picture does not show what an invented recording shows, or it is too small or too blurred."""


@lru_cache(maxsize=256)
def _glyph(letter: str) -> Image.Image:
    """Draw one character in the middle of its cell, so that every character is equally wide."""
    cell = Image.new("L", (GLYPH_WIDTH, GLYPH_HEIGHT), 16)
    font = ImageFont.load_default(size=15)
    ImageDraw.Draw(cell).text((GLYPH_WIDTH / 2, 14), letter, font=font, fill=235, anchor="ms")
    return cell


@lru_cache(maxsize=512)
def text_plate(text: str) -> Image.Image:
    """Draw a line of text, light on black, as a greyscale picture of fixed-width characters."""
    plate = Image.new("L", (GLYPH_WIDTH * len(text), GLYPH_HEIGHT), 16)
    for place, letter in enumerate(text):
        plate.paste(_glyph(letter), (place * GLYPH_WIDTH, 0))
    return plate


def clock_text(moment: datetime) -> str:
    """Write a moment the way the camera prints it: whole seconds, rounded down, in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def clock_plates(moment: datetime, camera: str) -> list[tuple[Image.Image, tuple[int, int]]]:
    """Give the pictures of the clock and of the camera's name, each with its top left corner."""
    clock, name = text_plate(clock_text(moment)), text_plate(camera[:36])
    right = BASE_WIDTH - _MARGIN
    return [(clock, (_CLOCK_LEFT, _MARGIN)), (name, (right - name.width, _MARGIN + GLYPH_HEIGHT))]


def number_plates(number: int) -> list[tuple[Image.Image, tuple[int, int]]]:
    """Give the strip and the digits of a frame number (0 to 65535), each part with its top left corner."""
    # In two parts, which come again and again and are remembered, unlike the whole number.
    hundreds, rest = text_plate(f"{number // 100:03d}"), text_plate(f"{number % 100:02d}")
    row = b"".join(_CELL_LIT if lit else _CELL_DARK for lit in _cells(number))
    strip = Image.frombytes("L", (_CELLS * CELL, STRIP_HEIGHT), row * STRIP_HEIGHT)
    top = BASE_HEIGHT - _MARGIN - GLYPH_HEIGHT + 3
    return [
        (strip, (_STRIP_LEFT, _STRIP_TOP)),
        (hundreds, (_STRIP_LEFT - rest.width - hundreds.width - 4, top)),
        (rest, (_STRIP_LEFT - rest.width - 4, top)),
    ]


def _cells(number: int) -> list[bool]:
    bits = [bool(number >> place & 1) for place in reversed(range(BITS))]
    return [True, False, *bits, sum(bits) % 2 == 1, True]


def read_frame_number(image: Image.Image) -> int:
    """Read the frame number from the strip of a whole picture. Raises UnreadableOverlay."""
    grey = _at_base_size(image)
    lit = []
    for place in range(_CELLS):
        left = _STRIP_LEFT + place * CELL
        middle = grey.crop(
            (left + 2, _STRIP_TOP + 3, left + CELL - 2, _STRIP_TOP + STRIP_HEIGHT - 3)
        )
        level = ImageStat.Stat(middle).mean[0]
        if 90 < level < 165:
            raise UnreadableOverlay(f"cell {place} of the strip is neither black nor white")
        lit.append(level >= 165)
    number = sum(bit << place for place, bit in enumerate(reversed(lit[2 : 2 + BITS])))
    if lit != _cells(number):
        raise UnreadableOverlay("the guard cells or the parity of the strip are wrong")
    return number


def read_clock(image: Image.Image) -> datetime:
    """Read the camera's clock (aware UTC, whole seconds) from a whole picture. Raises UnreadableOverlay."""
    grey = _at_base_size(image)
    letters = []
    for place, sign in enumerate(_CLOCK_PATTERN):
        left = _CLOCK_LEFT + place * GLYPH_WIDTH
        cell = grey.crop((left, _MARGIN, left + GLYPH_WIDTH, _MARGIN + GLYPH_HEIGHT))
        letters.append(_nearest_digit(cell) if sign == "0" else _confirmed(cell, sign))
    text = "".join(letters)
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise UnreadableOverlay(f"the clock reads {text}") from error


def _nearest_digit(cell: Image.Image) -> str:
    return min("0123456789", key=lambda digit: _difference(cell, _glyph(digit)))


def _confirmed(cell: Image.Image, sign: str) -> str:
    """Give the sign when there is light on dark in its cell at all, else a question mark."""
    return sign if ImageStat.Stat(cell).stddev[0] > 15 else "?"


def _difference(one: Image.Image, other: Image.Image) -> float:
    return float(ImageStat.Stat(ImageChops.difference(one, other)).sum2[0])


def _at_base_size(image: Image.Image) -> Image.Image:
    grey = image.convert("L")
    if grey.size == (BASE_WIDTH, BASE_HEIGHT):
        return grey
    return grey.resize((BASE_WIDTH, BASE_HEIGHT), Image.Resampling.BOX)
