"""Words on pictures: fonts at any size, and number plates that keep out of one another's way."""

import importlib.util
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from PIL import ImageDraw, ImageFont

from bot.media.view import Rectangle

Font = ImageFont.FreeTypeFont
Colour = tuple[int, int, int]

DARK: Final = (17, 24, 32)
LIGHT: Final = (255, 255, 255)
# Relative luminance above which dark letters are read better than white ones.
_BRIGHT: Final = 110


@lru_cache(maxsize=64)
def font(size: int) -> Font:
    """Bold, `size` pixels high: DejaVu, which comes with matplotlib and knows most alphabets, else Pillow's own."""
    path = _dejavu()
    made = ImageFont.truetype(path, size) if path else ImageFont.load_default(size)
    assert isinstance(made, ImageFont.FreeTypeFont)
    return made


@lru_cache(maxsize=1)
def _dejavu() -> str:
    # Only looked up: matplotlib itself is slow to import and is not needed for its font.
    found = importlib.util.find_spec("matplotlib")
    path = Path(found.origin).parent / "mpl-data/fonts/ttf/DejaVuSans-Bold.ttf" if found and found.origin else None
    return str(path) if path and path.exists() else ""


@lru_cache(maxsize=512)
def width(text: str, size: int) -> int:
    return round(font(size).getlength(text))


@lru_cache(maxsize=512)
def drawable(text: str) -> str:
    """`text` without the signs that the font would show as an empty square."""
    return " ".join("".join(sign for sign in text if sign == " " or not _missing(sign)).split())


@lru_cache(maxsize=2048)
def _missing(sign: str) -> bool:
    return sign.isprintable() and _shape(sign) == _shape("\U0010ffff")


@lru_cache(maxsize=2048)
def _shape(sign: str) -> bytes:
    return bytes(font(20).getmask(sign))


def letters_on(ground: Colour) -> Colour:
    """Dark or white, whichever is read better on `ground`."""
    red, green, blue = ground
    return DARK if 0.3 * red + 0.59 * green + 0.11 * blue > _BRIGHT else LIGHT


def outlined(draw: ImageDraw.ImageDraw, x: float, y: float, text: str, size: int) -> None:
    """White letters with a dark rim, centred on the point."""
    rim = max(1, size // 8)
    draw.text((x, y), text, LIGHT, font(size), anchor="mm", stroke_width=rim, stroke_fill=DARK)


class Plates:
    """Coloured plates with words, each put where it covers least of those already there."""

    def __init__(self, draw: ImageDraw.ImageDraw, bounds: Rectangle) -> None:
        self._draw = draw
        self._bounds = bounds
        self._taken: list[Rectangle] = []

    def beside(self, text: str, box: Rectangle, ground: Colour, size: int) -> None:
        """A plate at a box, outside above it where there is room. Nothing for an empty text."""
        left, top, right, bottom = box
        wide, high = _plate(text, size)
        corners = (
            (left, top - high),
            (left, top),
            (right - wide, top - high),
            (left, bottom),
            (right - wide, bottom),
            (right - wide, top),
            (left, bottom - high),
            (right - wide, bottom - high),
            (right, top),
            (left - wide, top),
        )
        self._put(text, corners, ground, size)

    def over(self, text: str, x: float, y: float, ground: Colour, size: int) -> None:
        """A plate on a point, or near it where another one is in the way."""
        wide, high = _plate(text, size)
        steps = ((0, 0), (0, -1), (0, 1), (-1, 0), (1, 0))
        corners = [(x - wide / 2 + wide * across, y - high / 2 + high * down) for across, down in steps]
        self._put(text, corners, ground, size)

    def _put(self, text: str, corners: Sequence[tuple[float, float]], ground: Colour, size: int) -> None:
        """At the corner where it covers least, the first of these."""
        if not text:
            return
        places = [self._inside(*corner, *_plate(text, size)) for corner in corners]
        place = min(places, key=self._covered)
        self._taken.append(place)
        self._draw.rounded_rectangle(place, round(size * 0.3), ground, LIGHT, max(1, size // 16))
        middle = (place[0] + place[2]) / 2, (place[1] + place[3]) / 2
        self._draw.text(middle, text, letters_on(ground), font(size), anchor="mm")

    def _inside(self, x: float, y: float, wide: int, high: int) -> Rectangle:
        left = max(self._bounds[0], min(x, self._bounds[2] - wide))
        top = max(self._bounds[1], min(y, self._bounds[3] - high))
        return left, top, left + wide, top + high

    def _covered(self, place: Rectangle) -> float:
        return sum(_common(place, other) for other in self._taken)


def _plate(text: str, size: int) -> tuple[int, int]:
    """Its width and height."""
    return width(text, size) + round(size * 0.7), round(size * 1.35)


def _common(one: Rectangle, other: Rectangle) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide * high if wide > 0 and high > 0 else 0.0
