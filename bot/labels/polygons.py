"""The pixels within a polygon, the very ones that pycocotools finds, so that a mask is the same whoever fills it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bot.labels.rasters import Raster, Size

    Whole: TypeAlias = NDArray[np.int64]

_FAR: Final = 10
_FINE: Final = 5
"""Outlines are followed in fifths of a pixel, as pycocotools does (`rleFrPoly` in maskApi.c)."""


def filled(polygons: Iterable[Sequence[float]], size: Size) -> Raster:
    """The pixels within any of the polygons, `[x1, y1, x2, y2, …]` each. Raises ValueError for one that leads far out
    of the picture: it would be followed all the way."""
    import numpy as np

    width, height = size
    polygons = list(polygons)
    if any(abs(value) > _FAR * (width + height) for polygon in polygons for value in polygon):
        raise ValueError("an outline leads far out of the picture")
    found = np.zeros((height, width), dtype=np.uint8)
    for polygon in polygons:
        found |= _one(polygon, size)
    return found


def _one(polygon: Sequence[float], size: Size) -> Raster:
    """Where the outline crosses the middle of a column of pixels, what is below changes between outside and inside."""
    import numpy as np

    width, height = size
    u, v = _followed(polygon)
    steps = np.flatnonzero(u[1:] != u[:-1])
    before, after = u[steps], u[steps + 1]
    column = (np.minimum(before, after) + 0.5) / _FINE - 0.5
    row = (np.minimum(v[steps], v[steps + 1]) + 0.5) / _FINE - 0.5
    kept = (np.floor(column) == column) & (column >= 0) & (column <= width - 1)
    flips = np.zeros((height + 1, width), dtype=np.uint8)
    rows = np.ceil(np.clip(row[kept], 0, height)).astype(np.intp)
    np.bitwise_xor.at(flips, (rows, column[kept].astype(np.intp)), np.uint8(1))
    return np.bitwise_xor.accumulate(flips, axis=0)[:height]


def _followed(polygon: Sequence[float]) -> tuple[Whole, Whole]:
    """Points close together along the whole outline, in fifths of a pixel."""
    import numpy as np

    corners = np.trunc(np.asarray(polygon, dtype=float).reshape(-1, 2) * _FINE + 0.5).astype(np.int64)
    ends = np.roll(corners, -1, axis=0)
    span = np.abs(ends - corners)
    level = span[:, 0] >= span[:, 1]
    long = np.where(level, 0, 1)
    sides = np.arange(len(corners))
    # Both ways along a side give the same points.
    flipped = corners[sides, long] > ends[sides, long]
    starts, stops = np.where(flipped[:, None], ends, corners), np.where(flipped[:, None], corners, ends)
    length = span.max(axis=1)
    side = np.repeat(sides, length + 1)
    step = np.arange(side.size) - np.repeat(np.cumsum(length + 1) - (length + 1), length + 1)
    step = np.where(flipped[side], length[side] - step, step)
    slope = (stops - starts)[sides, 1 - long] / np.maximum(length, 1)
    along = starts[sides, long][side] + step
    beside = np.trunc(starts[sides, 1 - long][side] + slope[side] * step + 0.5).astype(np.int64)
    return np.where(level[side], along, beside), np.where(level[side], beside, along)
