"""A lettered grid over a picture: columns A, B …, rows 1, 2 …, each cell named in its corner, some of them lit."""

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final

from PIL import Image, ImageDraw

from bot.media.lettering import DARK, LIGHT, outlined
from bot.media.view import Rectangle, View

BAND: Final = 16
"""Points of the edge that names columns and rows."""
_LIT: Final = (255, 196, 0)
_CELL: Final = re.compile(r"([A-Z])([0-9]{1,2})")


def paint_grid(view: View, grid: Mapping[str, Any]) -> None:
    """Lines over `area` of the original, or over all that the view shows; names in the band around it."""
    left, top, right, bottom = _rectangle(view, grid)
    columns, rows = int(grid["columns"]), int(grid["rows"])
    xs = [left + (right - left) * place / columns for place in range(columns + 1)]
    ys = [top + (bottom - top) * place / rows for place in range(rows + 1)]
    if grid.get("area"):
        _dim(view, (left, top, right, bottom))
    for cell in grid.get("cells") or ():
        _light(view, cell, xs, ys)
    _lines(view, xs, ys)
    _names(view, xs, ys)
    for cell in grid.get("cells") or ():
        _frame(view, cell, xs, ys)


def _rectangle(view: View, grid: Mapping[str, Any]) -> Rectangle:
    return view.rectangle(grid["area"]) if grid.get("area") else view.bounds


def _dim(view: View, inside: Rectangle) -> None:
    """What lies around the grid is darker: to see where one is, not to point at."""
    left, top, right, bottom = (round(edge) for edge in inside)
    kept = view.image.crop((left, top, right, bottom))
    x, y, end, bottom_end = (round(edge) for edge in view.bounds)
    around = view.image.crop((x, y, end, bottom_end))
    view.image.paste(Image.blend(around, Image.new("RGB", around.size, DARK), 0.5), (x, y))
    view.image.paste(kept, (left, top))


def _light(view: View, cell: str, xs: list[float], ys: list[float]) -> None:
    box = _box(cell, xs, ys)
    if box:
        part = view.image.crop(box)
        view.image.paste(Image.blend(part, Image.new("RGB", part.size, _LIT), 0.4), box[:2])


def _frame(view: View, cell: str, xs: list[float], ys: list[float]) -> None:
    box = _box(cell, xs, ys)
    if box:
        ImageDraw.Draw(view.image).rectangle(box, outline=_LIT, width=view.points(1.5))


def _box(cell: str, xs: list[float], ys: list[float]) -> tuple[int, int, int, int] | None:
    found = _CELL.fullmatch(cell)
    column, row = (ord(found[1]) - ord("A"), int(found[2]) - 1) if found else (-1, -1)
    if not (0 <= column < len(xs) - 1 and 0 <= row < len(ys) - 1):
        return None
    return round(xs[column]), round(ys[row]), round(xs[column + 1]), round(ys[row + 1])


def _lines(view: View, xs: list[float], ys: list[float]) -> None:
    """A light line with a dark one beside it shows on any ground; every fourth is thicker, to count by."""
    draw = ImageDraw.Draw(view.image)
    for place, x in enumerate(xs):
        line = view.points(1 if place % 4 == 0 else 0.5)
        draw.rectangle((round(x), ys[0], round(x) + line - 1, ys[-1]), LIGHT)
        draw.rectangle((round(x) + line, ys[0], round(x) + line, ys[-1]), DARK)
    for place, y in enumerate(ys):
        line = view.points(1 if place % 4 == 0 else 0.5)
        draw.rectangle((xs[0], round(y), xs[-1], round(y) + line - 1), LIGHT)
        draw.rectangle((xs[0], round(y) + line, xs[-1], round(y) + line), DARK)


def _names(view: View, xs: list[float], ys: list[float]) -> None:
    """Letters above and below, numbers left and right, close to the grid."""
    draw = ImageDraw.Draw(view.image)
    size = min(view.points(13), round((xs[1] - xs[0]) * 0.8), round((ys[1] - ys[0]) * 0.9))
    half = view.points(BAND) / 2
    for column, (start, end) in enumerate(pairwise(xs)):
        for y in (ys[0] - half, ys[-1] + half):
            outlined(draw, (start + end) / 2, y, chr(ord("A") + column), max(1, size))
    for row, (start, end) in enumerate(pairwise(ys)):
        for x in (xs[0] - half, xs[-1] + half):
            outlined(draw, x, (start + end) / 2, str(row + 1), max(1, size))
