"""Paints over a prepared picture what people marked, choose from or compare; for a child process."""

import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

from PIL import Image, ImageDraw

from bot.media.layers.boxes import paint_boxes
from bot.media.layers.grid import BAND, paint_grid
from bot.media.layers.masks import paint_masks
from bot.media.layers.regions import paint_regions, unpacked
from bot.media.lettering import DARK, LIGHT, Plates, drawable, font, width
from bot.media.view import PHONE, SHARP, SIDE, Room, View, framed, view_of
from bot.media.waveform import marked

Drawing = Mapping[str, Any]

_QUALITY: Final = 85
_FLATTEST: Final = 3
"""A picture longer than so many times its breadth gets room beside it, for numbers and for the chat's bubble."""
_SHEET: Final = (360, 500)
_TITLE: Final = 20
_GAP: Final = 8
_LETTERS: Final = 13
"""Points of a panel, of the line over each version, between two of them, and of a title's letters."""


def paint(picture: bytes, size: tuple[int, int], drawing: Drawing, regions: bytes | None = None) -> bytes:
    """`picture`, as it was prepared, with `drawing` over it, as a JPEG of at most 1280 pixels a side.

    `size` is (width, height) of the upright original, whose pixels all coordinates in `drawing` count. `regions` is the
    row of the picture's superpixels, where the drawing shows them. What of a drawing lies outside is left out.
    """
    out = io.BytesIO()
    _fitting(_painted(picture, size, drawing, regions)).save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def _painted(picture: bytes, size: tuple[int, int], drawing: Drawing, regions: bytes | None) -> Image.Image:
    if drawing.get("wave"):
        start, end = drawing["wave"]
        return marked(picture, start, end)
    with Image.open(io.BytesIO(picture)) as opened:
        source = opened.convert("RGB")
    versions = drawing.get("panel")
    return _panel(source, size, versions, regions) if versions else _view(source, size, drawing, regions).image


def _fitting(image: Image.Image) -> Image.Image:
    longest = max(image.size)
    if longest <= SIDE:
        return image
    return image.resize([max(1, round(side * SIDE / longest)) for side in image.size], Image.Resampling.BILINEAR)


def _view(
    source: Image.Image, size: tuple[int, int], drawing: Drawing, regions: bytes | None, room: Room | None = None
) -> View:
    view = view_of(source, size, _area(size, drawing), _inside(room, drawing))
    view = framed(view, _edge(view, drawing), DARK)
    plates = Plates(ImageDraw.Draw(view.image), (0, 0, *view.image.size))
    if drawing.get("masks"):
        paint_masks(view, drawing["masks"], plates)
    if drawing.get("regions") and regions is not None:
        paint_regions(view, *unpacked(regions), drawing["regions"])
    if drawing.get("grid"):
        paint_grid(view, drawing["grid"])
    if drawing.get("boxes"):
        paint_boxes(view, drawing["boxes"], plates)
    return view


def _area(size: tuple[int, int], drawing: Drawing) -> tuple[float, float, float, float]:
    x, y, wide, high = drawing.get("crop") or (0, 0, *size)
    return x, y, wide, high


def _inside(room: Room | None, drawing: Drawing) -> Room | None:
    """The room that is left for the picture itself."""
    if not _banded(drawing):
        return room
    wide, high = room or PHONE
    return max(1.0, wide - 2 * BAND), max(1.0, high - 2 * BAND)


def _banded(drawing: Drawing) -> bool:
    """Whether a grid needs room for its names: one over a part of the picture has it there."""
    grid = drawing.get("grid")
    return bool(grid and not grid.get("area"))


def _edge(view: View, drawing: Drawing) -> tuple[int, int, int, int]:
    """Room for the names of a grid, and beside a very narrow picture."""
    wide, high = view.image.size
    band = view.points(BAND) if _banded(drawing) else 0
    beside = max(band, (-(-high // _FLATTEST) - wide + 1) // 2)
    above = max(band, (-(-wide // _FLATTEST) - high + 1) // 2)
    return beside, above, beside, above


def _panel(
    source: Image.Image, size: tuple[int, int], versions: Sequence[Drawing], regions: bytes | None
) -> Image.Image:
    """The versions side by side or one below another, whichever shows them bigger, each under its title."""
    shapes = [_shape(size, one) for one in versions]
    columns, room = _places(len(versions), (max(wide for wide, _ in shapes), max(high for _, high in shapes)))
    views = [_view(source, size, one, regions, room) for one in versions]
    gap, title = _GAP * SHARP, _TITLE * SHARP
    place = max(view.image.width for view in views), max(view.image.height for view in views)
    rows = -(-len(views) // columns)
    sheet = Image.new("RGB", (gap + (place[0] + gap) * columns, gap + (place[1] + title + gap) * rows), DARK)
    for number, (view, one) in enumerate(zip(views, versions, strict=True)):
        x, y = gap + (place[0] + gap) * (number % columns), gap + (place[1] + title + gap) * (number // columns)
        _titled(sheet, (x, y), drawable(str(one.get("title") or "")), place[0])
        sheet.paste(view.image, (x + (place[0] - view.image.width) // 2, y + title))
    return sheet


def _shape(size: tuple[int, int], drawing: Drawing) -> tuple[float, float]:
    """Width and height that a version asks for, the longer one 1."""
    _, _, wide, high = _area(size, drawing)
    return wide / max(wide, high), high / max(wide, high)


def _places(count: int, shape: tuple[float, float]) -> tuple[int, Room]:
    """(columns, room for each version) with the versions as big as can be."""
    best = (0.0, -1)
    for columns in range(1, count + 1):
        rows = -(-count // columns)
        wide = (_SHEET[0] - _GAP * (columns + 1)) / columns
        high = (_SHEET[1] - _GAP * (rows + 1)) / rows - _TITLE
        best = max(best, (min(wide / shape[0], high / shape[1]), -columns))
    return -best[1], (best[0] * shape[0], best[0] * shape[1])


def _titled(sheet: Image.Image, corner: tuple[int, int], title: str, room: int) -> None:
    size = round(_LETTERS * SHARP)
    while title and width(title, size) > room:
        title = title[:-2].rstrip() + "…" if len(title) > 2 else ""
    middle = corner[1] + _TITLE * SHARP / 2 - SHARP
    ImageDraw.Draw(sheet).text((corner[0], middle), title, LIGHT, font(size), anchor="lm")
