"""A stretch of the original picture on a canvas: where its pixels lie, and how big things must be for a phone."""

from dataclasses import dataclass, replace
from typing import Final

from PIL import Image

Rectangle = tuple[float, float, float, float]
"""Left, top, right, bottom."""
Room = tuple[float, float]
"""Width and height in points of a phone's screen."""

PHONE: Final = (360, 480)
"""The points of a phone's screen that a picture in a chat takes up at most."""
SIDE: Final = 1280
"""The longest side of a painted picture, in pixels."""
OUTSIDE: Final = (17, 24, 32)
SHARP: Final = 3
"""Pixels to a point of a phone's screen."""
_TINY: Final = 256
"""Below so many pixels a picture is enlarged with its pixels left to count."""


@dataclass
class View:
    """`image` shows the part `area` (x, y, width, height in pixels of the original) from `origin` on, `scale` pixels
    to a pixel of the original; `unit` is how many of its pixels make a point of a phone's screen, `longest` the
    original's longer side."""

    image: Image.Image
    area: tuple[float, float, float, float]
    scale: float
    unit: float
    longest: int
    origin: tuple[int, int] = (0, 0)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the original lies on the canvas."""
        return (x - self.area[0]) * self.scale + self.origin[0], (y - self.area[1]) * self.scale + self.origin[1]

    def rectangle(self, box: tuple[float, float, float, float]) -> Rectangle:
        """A box (x, y, width, height of the original) on the canvas."""
        return (*self.at(box[0], box[1]), *self.at(box[0] + box[2], box[1] + box[3]))

    def points(self, size: float) -> int:
        """So many points of a phone's screen, in pixels of the canvas."""
        return max(1, round(size * self.unit))

    @property
    def bounds(self) -> Rectangle:
        """The shown part on the canvas."""
        return self.rectangle(self.area)


def view_of(
    picture: Image.Image, size: tuple[int, int], area: tuple[float, float, float, float], room: Room | None = None
) -> View:
    """A view of `area`, enlarged where it is small, as big as `room` on a phone lets it be; without one the picture is
    left as sharp as it was served. `picture` is that one, perhaps padded to the right or below; `size` the original's.
    What of the area is not on the picture is dark.
    """
    x, y, wide, high = area
    served = max(picture.size) / max(size)
    whole = round(wide * served), round(high * served)
    target = _target(wide, high, whole, room)
    scale = target[0] / wide
    points = room or PHONE
    unit = max(target[0] / points[0], target[1] / points[1])
    if target == picture.size and (x, y) == (0, 0):
        return View(picture.copy(), area, scale, unit, max(size))
    image = Image.new("RGB", target, OUTSIDE)
    left, top, inner_wide, inner_high = clipped(area, size)
    inner = max(1, round(inner_wide * scale)), max(1, round(inner_high * scale))
    source = (left * served, top * served, (left + inner_wide) * served, (top + inner_high) * served)
    part = picture.resize(inner, _filter(picture, whole, target), box=_within(source, picture.size))
    image.paste(part, (round((left - x) * scale), round((top - y) * scale)))
    return View(image, area, scale, unit, max(size))


def clipped(area: tuple[float, float, float, float], size: tuple[int, int]) -> tuple[float, float, float, float]:
    """What of an area lies on the picture, a pixel at least."""
    x, y = max(0.0, min(area[0], size[0] - 1)), max(0.0, min(area[1], size[1] - 1))
    return x, y, max(1.0, min(area[0] + area[2], size[0]) - x), max(1.0, min(area[1] + area[3], size[1]) - y)


def _target(wide: float, high: float, whole: tuple[int, int], room: Room | None) -> tuple[int, int]:
    points = room or PHONE
    fits = min(points[0] * SHARP / wide, points[1] * SHARP / high, SIDE / max(wide, high))
    if room is None and max(whole) >= max(wide, high) * fits:
        return max(1, whole[0]), max(1, whole[1])
    return max(1, round(wide * fits)), max(1, round(high * fits))


def _filter(picture: Image.Image, source: tuple[int, int], target: tuple[int, int]) -> Image.Resampling:
    if target[0] > source[0] and max(picture.size) <= _TINY:
        return Image.Resampling.NEAREST
    return Image.Resampling.BICUBIC if target[0] > source[0] else Image.Resampling.BILINEAR


def _within(box: Rectangle, size: tuple[int, int]) -> Rectangle:
    left, top = max(0.0, min(box[0], size[0] - 0.01)), max(0.0, min(box[1], size[1] - 0.01))
    return left, top, max(left + 0.01, min(box[2], size[0])), max(top + 0.01, min(box[3], size[1]))


def framed(view: View, edge: tuple[int, int, int, int], colour: tuple[int, int, int]) -> View:
    """The view with room around it: pixels left, top, right and below."""
    left, top, right, below = edge
    if not any(edge):
        return view
    ground = Image.new("RGB", (view.image.width + left + right, view.image.height + top + below), colour)
    ground.paste(view.image, (left, top))
    return replace(view, image=ground, origin=(view.origin[0] + left, view.origin[1] + top))
