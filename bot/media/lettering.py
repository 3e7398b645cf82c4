"""Words on pictures: fonts at any size, and number plates that keep out of one another's way."""

import importlib.util
from functools import lru_cache
from pathlib import Path
from typing import Final

from PIL import ImageDraw, ImageFont

from bot.media.view import Rectangle

Font = ImageFont.FreeTypeFont

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


def letters_on(ground: tuple[int, int, int]) -> tuple[int, int, int]:
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

    def put(self, text: str, beside: Rectangle, ground: tuple[int, int, int], size: int) -> None:
        """A plate at the rectangle `beside`, outside above it where there is room. Nothing for an empty text."""
        if not text:
            return
        wide, high = width(text, size) + round(size * 0.7), round(size * 1.35)
        place = min(self._places(beside, wide, high), key=lambda one: (self._covered(one[1]), one[0]))[1]
        self._taken.append(place)
        self._draw.rounded_rectangle(place, round(size * 0.3), ground, DARK, max(1, size // 20))
        middle = (place[0] + place[2]) / 2, (place[1] + place[3]) / 2
        self._draw.text(middle, text, letters_on(ground), font(size), anchor="mm")

    def _places(self, beside: Rectangle, wide: int, high: int) -> list[tuple[int, Rectangle]]:
        left, top, right, bottom = beside
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
        return [(rank, self._inside(x, y, wide, high)) for rank, (x, y) in enumerate(corners)]

    def _inside(self, x: float, y: float, wide: int, high: int) -> Rectangle:
        left = max(self._bounds[0], min(x, self._bounds[2] - wide))
        top = max(self._bounds[1], min(y, self._bounds[3] - high))
        return left, top, left + wide, top + high

    def _covered(self, place: Rectangle) -> float:
        return sum(_common(place, other) for other in self._taken)


def _common(one: Rectangle, other: Rectangle) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide * high if wide > 0 and high > 0 else 0.0
