"""Masks over a picture: half transparent in the label's colour, with an outline and a number inside."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bot.media.layers.boxes import GREY, rgb
from bot.media.lettering import Plates, drawable
from bot.media.view import View

Bits: TypeAlias = NDArray[np.bool_]

_COVER: Final = 0.45
_FAINT: Final = 0.15
_LOOKED: Final = 96
"""The side of the small copy in which a place for the number is looked for."""


def paint_masks(view: View, masks: Sequence[Mapping[str, Any]], plates: Plates) -> None:
    size = view.points(12)
    marks = []
    for one in masks:
        seen = on_canvas(view, counts(one["counts"]), (int(one["size"][0]), int(one["size"][1])))
        if seen is None:
            continue
        bits, (left, top) = seen
        _cover(view, bits, (left, top), one)
        x, y = inner_point(bits)
        marks.append((x + left, y + top, drawable(one.get("mark") or ""), one))
    for x, y, mark, one in marks:
        ground = GREY if one.get("faint") else rgb(one.get("colour", 0))
        plates.over(mark, x, y, ground, size)


def counts(text: str) -> NDArray[np.int64]:
    """The run lengths in a COCO compressed string, the first one of zeros."""
    codes = np.frombuffer(text.encode("ascii"), np.uint8).astype(np.int64) - 48
    if not codes.size:
        return codes
    last = np.flatnonzero((codes & 0x20) == 0)
    first = np.concatenate(([0], last[:-1] + 1))
    place = np.arange(codes.size) - np.repeat(first, last - first + 1)
    runs = np.add.reduceat((codes & 0x1F) << (5 * place), first)
    # Five bits a sign, the highest of the last sign says that the number is negative.
    runs -= np.where(codes[last] & 0x10, np.int64(1) << (5 * (last - first + 1)), 0)
    # From the fourth on each run is the difference to the one before the last.
    runs[1::2] = np.cumsum(runs[1::2])
    runs[2::2] = np.cumsum(runs[2::2])
    return runs


def on_canvas(view: View, runs: NDArray[np.int64], size: tuple[int, int]) -> tuple[Bits, tuple[int, int]] | None:
    """The part of a mask of `size` (height, width) that the view shows, in its pixels, and where its corner lies; None
    where nothing of it is to be seen. Only the columns that the mask touches are unpacked."""
    high, wide = size
    ends = np.cumsum(runs)
    if len(runs) < 2 or ends[-1] != high * wide:
        return None
    first, stop = int(ends[0]) // high, min(wide, int(ends[-1 - len(runs) % 2] - 1) // high + 1)
    columns, left = _sampled(view, 0, first, stop)
    rows, top = _sampled(view, 1, 0, high)
    if not columns.size or not rows.size:
        return None
    flat = _stretch(runs, ends, first * high, stop * high)
    bits = flat.reshape(stop - first, high)[np.ix_(columns - first, rows)].T
    inked = np.flatnonzero(bits.any(axis=1))
    if not inked.size:
        return None
    return bits[inked[0] : inked[-1] + 1], (left, top + int(inked[0]))


def _stretch(runs: NDArray[np.int64], ends: NDArray[np.int64], start: int, stop: int) -> Bits:
    """The pixels from `start` to `stop`, down the columns; `ends` is where each run ends."""
    first, last = np.searchsorted(ends, start, "right"), np.searchsorted(ends, stop, "left") + 1
    edges = np.clip(np.concatenate(([ends[first] - runs[first]], ends[first:last])), start, stop)
    inked: Bits = (np.arange(first, last) % 2).astype(bool)
    return np.repeat(inked, np.diff(edges))


def _sampled(view: View, axis: int, start: int, stop: int) -> tuple[NDArray[np.int64], int]:
    """Which pixel of the original, of those from `start` to `stop`, each pixel of the canvas shows, and where the first
    of these lies."""
    bounds, limit = view.bounds, (view.image.width, view.image.height)[axis]
    canvas = np.arange(max(0, round(bounds[axis])), min(limit, round(bounds[axis + 2])))
    pixels = np.floor((canvas + 0.5 - view.origin[axis]) / view.scale + view.area[axis]).astype(np.int64)
    inside = (pixels >= start) & (pixels < stop)
    return pixels[inside], int(canvas[inside][0]) if inside.any() else 0


def _cover(view: View, bits: Bits, corner: tuple[int, int], one: Mapping[str, Any]) -> None:
    ground = GREY if one.get("faint") else rgb(one.get("colour", 0))
    box = (*corner, corner[0] + bits.shape[1], corner[1] + bits.shape[0])
    part = view.image.crop(box)
    cover = np.where(bits, round(255 * (_FAINT if one.get("faint") else _COVER)), 0).astype(np.uint8)
    cover[edges(bits, view.points(1.5))] = 255
    part.paste(Image.new("RGB", part.size, ground), (0, 0), Image.fromarray(cover))
    view.image.paste(part, corner)


def edges(bits: Bits, thick: int) -> Bits:
    """The pixels of a mask nearer to its outside than `thick`."""
    inner = np.pad(bits, 1)
    for _ in range(thick):
        shrunk = inner.copy()
        shrunk[1:-1, 1:-1] &= inner[:-2, 1:-1] & inner[2:, 1:-1] & inner[1:-1, :-2] & inner[1:-1, 2:]
        inner = shrunk
    return bits & ~inner[1:-1, 1:-1]


def inner_point(bits: Bits) -> tuple[float, float]:
    """A point well inside: what is left longest when the mask is worn away from its edge."""
    step = max(1, -(-max(bits.shape) // _LOOKED))
    small = bits[step // 2 :: step, step // 2 :: step]
    if not small.any():
        y, x = (int(one[0]) for one in np.nonzero(bits))
        return float(x), float(y)
    kept = np.pad(small, 1)
    while True:
        worn = kept.copy()
        worn[1:-1, 1:-1] &= kept[:-2, 1:-1] & kept[2:, 1:-1] & kept[1:-1, :-2] & kept[1:-1, 2:]
        if not worn.any():
            break
        kept = worn
    ys, xs = np.nonzero(kept[1:-1, 1:-1])
    middle = np.argmin((ys - ys.mean()) ** 2 + (xs - xs.mean()) ** 2)
    return float(xs[middle] * step + step // 2), float(ys[middle] * step + step // 2)
