"""Boxes over a picture: an outline in the label's colour, a plate with its number, and its label where that fits."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from PIL import Image, ImageDraw

from bot.labels.colours import COLOURS
from bot.media.lettering import DARK, LIGHT, Colour, Plates, drawable, width
from bot.media.view import Rectangle, View

GREY: Final = (176, 184, 194)
"""What is dropped, or belongs to nobody."""
_MANY: Final = 24
"""From so many boxes on their plates are small."""


def rgb(colour: int) -> Colour:
    """A colour by its place in the palette; a number below 0 is grey."""
    if colour < 0:
        return GREY
    code = COLOURS[colour % len(COLOURS)]
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


def paint_boxes(view: View, boxes: Sequence[Mapping[str, Any]], plates: Plates) -> None:
    """Faint ones below the others; numbers above all outlines."""
    shown = [one for one in boxes if _meets(view.rectangle(one["box"]), view.bounds)]
    for one in sorted(shown, key=lambda one: (not one.get("faint"), bool(one.get("lit")))):
        _outline(view, one)
    size = view.points(9.5 if len(shown) > _MANY else 12)
    # Small boxes choose their plate's place first, for big ones have more to choose from.
    for one in sorted(shown, key=lambda one: float(one["box"][2] * one["box"][3])):
        box = view.rectangle(one["box"])
        plates.beside(_words(one, box, size, len(shown)), box, _colour(one), size)


def _meets(one: Rectangle, other: Rectangle) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _colour(one: Mapping[str, Any]) -> Colour:
    return GREY if one.get("faint") else rgb(one.get("colour", 0))


def _words(one: Mapping[str, Any], box: Rectangle, size: int, count: int) -> str:
    """The number, and the label behind it where it is no wider than its box, or where the picture is empty enough."""
    mark, title = drawable(one.get("mark") or ""), drawable(one.get("title") or "")
    both = f"{mark} {title}".strip()
    wide = box[2] - box[0]
    return both if title and (width(both, size) + size <= wide or count <= 4) else mark


def _outline(view: View, one: Mapping[str, Any]) -> None:
    draw = ImageDraw.Draw(view.image)
    left, top, right, bottom = (round(edge) for edge in view.rectangle(one["box"]))
    box = left, top, max(left, right - 1), max(top, bottom - 1)
    if one.get("lit"):
        _fill(view.image, box, _colour(one))
    hair, line = view.points(0.7), view.points(3 if one.get("lit") else 2)
    if one.get("faint"):
        _dashed(draw, box, view.points(1.6), view.points(5))
        return
    _frame(draw, box, LIGHT, line + hair, hair)
    _frame(draw, box, _colour(one), line, 0)


def _frame(draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], colour: Colour, line: int, out: int) -> None:
    """A frame `line` wide whose outer edge lies `out` outside the box: the colour touches what was marked."""
    draw.rectangle((box[0] - out, box[1] - out, box[2] + out, box[3] + out), outline=colour, width=line + out)


def _fill(image: Image.Image, box: tuple[int, int, int, int], colour: Colour) -> None:
    inside = max(0, box[0]), max(0, box[1]), min(image.width, box[2] + 1), min(image.height, box[3] + 1)
    if inside[2] > inside[0] and inside[3] > inside[1]:
        part = image.crop(inside)
        image.paste(Image.blend(part, Image.new("RGB", part.size, colour), 0.2), inside[:2])


def _dashed(draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], line: int, dash: int) -> None:
    left, top, right, bottom = box
    for start in range(left, right, 2 * dash):
        end = min(start + dash, right)
        for y in (top, bottom - line + 1):
            draw.rectangle((start - 1, y - 1, end + 1, y + line), DARK)
            draw.rectangle((start, y, end, y + line - 1), GREY)
    for start in range(top, bottom, 2 * dash):
        end = min(start + dash, bottom)
        for x in (left, right - line + 1):
            draw.rectangle((x - 1, start - 1, x + line, end + 1), DARK)
            draw.rectangle((x, start, x + line - 1, end), GREY)
