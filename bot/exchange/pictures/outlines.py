"""The outlines of a mask along the edges of its pixels: exact, with holes, one polygon a part."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bot.labels.rasters import Raster

Point: TypeAlias = tuple[int, int]
MANY: Final = 50
Ring: TypeAlias = list[Point]
"""Corners (x, y) of pixels, each joined to the next and the last to the first; every other side is upright."""


def parts(pixels: "Raster") -> list[Ring]:
    """One ring for each part of the mask, from top to bottom; pixels that touch at a corner are apart. A hole is joined
    to what surrounds it by a cut, there and back, which has no area."""
    import numpy as np
    from scipy import ndimage

    labels, count = ndimage.label(pixels)
    outer: dict[int, Ring] = {}
    holes: dict[int, list[Ring]] = {}
    padded = np.pad(labels, 1)
    for ring in rings(pixels):
        x, y = min(ring, key=lambda point: (point[1], point[0]))
        inside, above = int(padded[y + 1, x + 1]), int(padded[y, x + 1])
        if inside:
            outer[inside] = ring
        else:
            holes.setdefault(above, []).append(ring)
    return [joined(outer[part], holes.get(part, ())) for part in range(1, count + 1)]


def rings(pixels: "Raster") -> list[Ring]:
    """All outlines, those of holes too."""
    corners, upper = _corners(pixels)
    across, down = _linked(corners, upper)
    left = [True] * len(corners)
    found: list[Ring] = []
    for start in range(len(corners)):
        ring: Ring = []
        place = start
        while left[place]:
            beside = across[place]
            left[place] = left[beside] = False
            ring += [corners[place], corners[beside]]
            place = down[beside]
        if ring:
            found.append(ring)
    return found


def _corners(pixels: "Raster") -> tuple[list[Point], list[bool]]:
    """Where outlines turn, row by row: where one or three of the four pixels around are set, and twice where two that
    touch there are. Of such twins the first bounds the pixel on the left, which is the upper one where True."""
    import numpy as np

    wide = np.pad(pixels, 1).astype(np.int8)
    above_left, above_right, below_left, below_right = wide[:-1, :-1], wide[:-1, 1:], wide[1:, :-1], wide[1:, 1:]
    odd = (above_left + above_right + below_left + below_right) & 1
    falling = (above_left & below_right) > (above_right | below_left)
    rising = (above_right & below_left) > (above_left | below_right)
    times = odd + 2 * (falling | rising)
    rows, columns = np.nonzero(times)
    counts = times[rows, columns]
    corners = [(int(x), int(y)) for x, y, n in zip(columns, rows, counts, strict=True) for _ in range(n)]
    first = [bool(one) for one, n in zip(falling[rows, columns], counts, strict=True) for _ in range(n)]
    return corners, first


def _linked(corners: Sequence[Point], upper: Sequence[bool]) -> tuple[list[int], list[int]]:
    """For each corner the one that its level side leads to, and the one its upright side does."""
    across, down = [0] * len(corners), [0] * len(corners)
    _pair(across, range(len(corners)))

    def height(place: int) -> tuple[int, int, int]:
        x, y = corners[place]
        twin = place > 0 and corners[place - 1] == corners[place]
        return x, y, int(twin == upper[place])

    _pair(down, sorted(range(len(corners)), key=height))
    return across, down


def _pair(links: list[int], order: Iterable[int]) -> None:
    places = iter(order)
    for one, other in zip(places, places, strict=True):
        links[one], links[other] = other, one


def joined(ring: Ring, others: Sequence[Ring]) -> Ring:
    """One ring of several: each of the others by a cut at its nearest corner, there and back. Cuts cancel where a
    polygon is filled, whatever they cross. Of many, as in a mask of grains, each is cut to the first ring alone."""
    if len(others) > MANY:
        return _to_the_first(ring, others)
    for other in others:
        far, nearest = _nearest(ring, other)
        start = int(far.argmin())
        place = int(nearest[start])
        ring = [*ring[: place + 1], *_around(other, start), *ring[place:]]
    return ring


def _to_the_first(ring: Ring, others: Sequence[Ring]) -> Ring:
    """All cuts at once, for each costs as much as the ring is long."""
    far, nearest = _nearest(ring, [corner for other in others for corner in other])
    cuts: dict[int, list[Ring]] = {}
    end = 0
    for other in others:
        begin, end = end, end + len(other)
        start = int(far[begin:end].argmin())
        cuts.setdefault(int(nearest[begin + start]), []).append(_around(other, start))
    found: Ring = []
    for place, corner in enumerate(ring):
        found.append(corner)
        for other in cuts.get(place, ()):
            found += [*other, corner]
    return found


def _around(ring: Ring, start: int) -> Ring:
    """From a corner all around, back to it."""
    return [*ring[start:], *ring[: start + 1]]


def _nearest(ring: Ring, corners: Ring) -> "tuple[NDArray[np.float64], NDArray[np.intp]]":
    """For each corner how far it is from the nearest of the ring, and which that is."""
    from scipy.spatial import KDTree

    far, places = KDTree(ring).query(corners)
    return far, places
