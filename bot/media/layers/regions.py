"""Numbered regions (superpixels) over a picture: their outlines, a number inside each, the chosen ones coloured."""

import json
import zlib
from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from bot.labels.regions import letters
from bot.media.layers.boxes import rgb
from bot.media.lettering import outlined, width
from bot.media.view import View

Codes: TypeAlias = NDArray[np.int32]

_COVER: Final = 128
_LOOKED: Final = 320
"""The longest side of the small map in which places for numbers are looked for."""


def paint_regions(view: View, pixels: Codes, parents: Sequence[int], drawing: Mapping[str, Any]) -> None:
    """`pixels` is the map of fine regions (rows first, any size with the original's shape), `parents` the number of the
    coarse region that each fine one lies in. A coarse region is named by its number, a split one's parts 12a, 12b …"""
    named, names = shown_regions(parents, drawing.get("split") or ())
    seen = named[_stretched(view, pixels)]
    colours = _colours(names, drawing.get("coloured") or {})
    bounds = view.bounds
    corner = round(bounds[0]), round(bounds[1])
    part = np.asarray(view.image.crop((*corner, corner[0] + seen.shape[1], corner[1] + seen.shape[0])))
    part = _outlined(_filled(part, seen, colours), seen, max(1, view.points(0.6)))
    view.image.paste(Image.fromarray(part), corner)
    _numbered(view, seen, names, corner)


def unpacked(row: bytes) -> tuple[Codes, Sequence[int]]:
    """(map of fine regions, numbered from 0, the coarse region of each) from JSON as preparing the picture made it:
    `width`, `height`, `parents`, and `runs`, base64 of zlib of uint16 pairs (region from 1, run length) down the
    columns."""
    kept = json.loads(row)
    pairs = np.frombuffer(zlib.decompress(b64decode(kept["runs"])), "<u2").reshape(-1, 2)
    line = np.repeat(pairs[:, 0].astype(np.int32) - 1, pairs[:, 1])
    return line.reshape(kept["width"], kept["height"]).T, kept["parents"]


def shown_regions(parents: Sequence[int], split: Sequence[int]) -> tuple[Codes, list[str]]:
    """(the shown region of each fine one, the names of the shown ones)."""
    apart = {int(one) for one in split}
    places: dict[str, int] = {}
    shown, met = [], dict.fromkeys(apart, 0)
    for parent in parents:
        name = str(parent)
        if parent in apart:
            name += letters(met[parent])
            met[parent] += 1
        shown.append(places.setdefault(name, len(places)))
    return np.array(shown, np.int32), list(places)


def _stretched(view: View, pixels: Codes) -> Codes:
    """The map under each pixel of the view. It may be smaller than the original, but has its shape."""
    left, top, right, bottom = (round(edge) for edge in view.bounds)
    ratio = max(pixels.shape) / view.longest
    xs = ((np.arange(right - left) + 0.5) / view.scale + view.area[0]) * ratio
    ys = ((np.arange(bottom - top) + 0.5) / view.scale + view.area[1]) * ratio
    columns = np.clip(xs.astype(np.int64), 0, pixels.shape[1] - 1)
    rows = np.clip(ys.astype(np.int64), 0, pixels.shape[0] - 1)
    return pixels[np.ix_(rows, columns)]


def _colours(names: Sequence[str], coloured: Mapping[str, int]) -> NDArray[np.uint16]:
    """Red, green, blue and cover of each shown region."""
    table = np.zeros((len(names), 4), np.uint16)
    for place, name in enumerate(names):
        # A region that was coloured whole stays so when it is split.
        colour = coloured.get(name, coloured.get(name.rstrip("abcdefghijklmnopqrstuvwxyz")))
        if colour is not None:
            table[place] = (*rgb(colour), _COVER)
    return table


def _filled(part: NDArray[np.uint8], seen: Codes, table: NDArray[np.uint16]) -> NDArray[np.uint8]:
    if not table.any():
        return part.copy()
    inked = table[:, 3] > 0
    rows, columns = np.nonzero(inked[seen])
    colours = table[seen[rows, columns]]
    mixed = part.copy()
    cover = colours[:, 3:]
    mixed[rows, columns] = (part[rows, columns] * (256 - cover) + colours[:, :3] * cover) >> 8
    return mixed


def _outlined(part: NDArray[np.uint8], seen: Codes, line: int) -> NDArray[np.uint8]:
    """A light line along each border, with a dark one beside it."""
    across = seen[:, 1:] != seen[:, :-1]
    down = seen[1:] != seen[:-1]
    for shift, tone in ((line, 17), (0, 255)):
        for step in range(line):
            by = shift + step
            part[:, 1 + by :][across[:, : across.shape[1] - by]] = tone
            part[1 + by :][down[: down.shape[0] - by]] = tone
    return part


def _numbered(view: View, seen: Codes, names: Sequence[str], corner: tuple[int, int]) -> None:
    draw = ImageDraw.Draw(view.image)
    step = max(1, -(-max(seen.shape) // _LOOKED))
    small = seen[step // 2 :: step, step // 2 :: step]
    typical = (seen.size / max(1, len(names))) ** 0.5
    least = view.points(8)
    biggest = max(least, min(view.points(13), round(typical * 0.5)))
    for code, (x, y, room) in inner_points(small).items():
        wide = 2 * room * step
        size = max(least, min(biggest, round(biggest * wide / max(1, width(names[code], biggest)))))
        outlined(draw, corner[0] + (x + 0.5) * step, corner[1] + (y + 0.5) * step, names[code], size)


def inner_points(codes: Codes) -> dict[int, tuple[float, float, float]]:
    """For each region in a small map a point deep inside it, and how far from there its edge is, in pixels."""
    depth = np.zeros(codes.shape, np.float32)
    kept = np.pad(np.ones(codes.shape, bool), 1)
    same_x = np.pad(codes[:, 1:] == codes[:, :-1], ((0, 0), (1, 1)))
    same_y = np.pad(codes[1:] == codes[:-1], ((1, 1), (0, 0)))
    inside = same_x[:, :-1] & same_x[:, 1:] & same_y[:-1] & same_y[1:]
    while kept.any():
        depth += kept[1:-1, 1:-1]
        around = kept[:-2, 1:-1] & kept[2:, 1:-1] & kept[1:-1, :-2] & kept[1:-1, 2:]
        kept[1:-1, 1:-1] &= inside & around
    flat = codes.ravel()
    ys, xs = np.divmod(np.arange(flat.size), codes.shape[1])
    count = np.bincount(flat)
    middle = [np.bincount(flat, axis) / np.maximum(count, 1) for axis in (xs, ys)]
    off = np.hypot(xs - middle[0][flat], ys - middle[1][flat])
    # The deepest point; of equally deep ones the one nearest to the middle.
    order = np.lexsort((off, -depth.ravel(), flat))
    first = order[np.unique(flat[order], return_index=True)[1]]
    return {int(flat[at]): (float(xs[at]), float(ys[at]), float(depth.ravel()[at])) for at in first}
