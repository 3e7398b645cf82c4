"""Cuts a picture into small regions of like colour, so that its parts can be marked by number.

Only the child process that prepares media imports this: scikit-image and SciPy take half a second and 100 MB.
"""

import heapq
import zlib
from base64 import b64encode

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage.color import rgb2lab
from skimage.segmentation import slic

from bot.media.prepared import Cut

SIDE = 640
FINE = 340
"""Asked of SLIC, which joins what is too small: some 300 come out."""
COARSE = 60
_SMALLEST = 40
"""Pixels of the map that a region has on average at least; in a tiny picture there are fewer regions, not smaller."""
_COMPACT = 15.0
_STIFF = 150.0
"""How much being round counts against being of one colour: as a rule, and where colours say nothing."""
_ROUNDS = 5
"""SLIC's centres hardly move after these; ten rounds take half as long again."""
_NEARNESS = 120.0
"""How many steps of colour (in Lab) the whole picture's longer side counts when regions are joined to larger ones."""

Map = NDArray[np.int32]
Features = NDArray[np.float64]


def cut(picture: Image.Image) -> Cut:
    """The regions of an upright picture in grey or colour, on a map of at most SIDE × SIDE pixels."""
    small = picture.convert("RGB")
    small.thumbnail((SIDE, SIDE), reducing_gap=2.0)
    pixels = np.asarray(small)
    fine = _fine(pixels)
    features, sizes = _features(fine, pixels)
    groups = _grouped(_neighbours(fine), features, sizes)
    fine, parents = _numbered(fine, groups)
    return Cut(width=small.width, height=small.height, runs=packed(fine), parents=parents)


def _fine(pixels: NDArray[np.uint8]) -> Map:
    """The region of each pixel, numbered from 0 without gaps."""
    wanted = min(FINE, pixels.shape[0] * pixels.shape[1] // _SMALLEST)
    if wanted < 2:
        return np.zeros(pixels.shape[:2], np.int32)
    for compact in (_COMPACT, _STIFF):
        # Blurred a little, for a noisy picture falls into dust, which SLIC then joins to one region.
        found = slic(pixels, n_segments=wanted, compactness=compact, max_num_iter=_ROUNDS, sigma=1, start_label=0)
        numbers, places = np.unique(np.asarray(found), return_inverse=True)
        if len(numbers) > wanted / 2:
            break
    fine: Map = places.reshape(pixels.shape[:2]).astype(np.int32)
    return fine


def _features(fine: Map, pixels: NDArray[np.uint8]) -> tuple[Features, NDArray[np.int64]]:
    """Mean colour and place of each region, in steps of colour; and its pixels."""
    regions, sizes = fine.ravel(), np.bincount(fine.ravel())
    channels = [*np.moveaxis(pixels, 2, 0), *np.indices(fine.shape)]
    means = np.stack([np.bincount(regions, channel.ravel()) for channel in channels], axis=1) / sizes[:, None]
    # The mean's colour stands for the mean of colours: to convert each pixel takes ten times as long.
    colours = rgb2lab(means[:, :3] / 255)
    return np.concatenate([colours, means[:, 3:] * (_NEARNESS / max(fine.shape))], axis=1), sizes


def _neighbours(fine: Map) -> list[set[int]]:
    """The regions that touch each region along an edge."""
    several = int(fine.max()) + 1
    found: list[set[int]] = [set() for _ in range(several)]
    for ones, others in ((fine[:, :-1], fine[:, 1:]), (fine[:-1], fine[1:])):
        differ = ones != others
        for pair in np.unique(ones[differ].astype(np.int64) * several + others[differ]).tolist():
            one, other = divmod(pair, several)
            found[one].add(other)
            found[other].add(one)
    return found


def _grouped(neighbours: list[set[int]], features: Features, sizes: NDArray[np.int64]) -> list[int]:
    """The group of each region: neighbours are joined, always the two whose joining costs least (Ward), until COARSE
    are left. Joining a small one costs little, so no slivers stay."""
    centres, weights = [row.copy() for row in features], [int(size) for size in sizes]
    group, beside, alive = list(range(len(weights))), [set(near) for near in neighbours], [0] * len(weights)

    def cost(one: int, other: int) -> float:
        apart = centres[one] - centres[other]
        return float(apart @ apart) * weights[one] * weights[other] / (weights[one] + weights[other])

    waiting = [(cost(one, other), one, other, 0, 0) for one, near in enumerate(beside) for other in near if one < other]
    heapq.heapify(waiting)
    left = len(weights)
    while waiting and left > COARSE:
        _, one, other, version, others = heapq.heappop(waiting)
        if (alive[one], alive[other]) != (version, others):
            continue
        both = weights[one] + weights[other]
        centres[one] = (centres[one] * weights[one] + centres[other] * weights[other]) / both
        weights[one], alive[other] = both, -1
        alive[one] += 1
        group = [one if place == other else place for place in group]
        beside[one] = (beside[one] | beside[other]) - {one, other}
        for near in beside[one]:
            beside[near] = beside[near] - {other} | {one}
            pair = min(one, near), max(one, near)
            heapq.heappush(waiting, (cost(*pair), *pair, alive[pair[0]], alive[pair[1]]))
        left -= 1
    return group


def _numbered(fine: Map, groups: list[int]) -> tuple[Map, list[int]]:
    """The map with regions numbered from 1, group by group, and the number of each one's group. Groups and the regions
    in one are numbered as one reads: in bands from the top, each from the left."""
    coarse = np.asarray(groups)[fine]
    order = {group: number for number, group in enumerate(_reading(coarse), 1)}
    regions = sorted(_reading(fine), key=lambda region: order[groups[region]])
    numbers = np.zeros(len(groups), np.int32)
    numbers[regions] = np.arange(1, len(regions) + 1)
    return numbers[fine], [order[groups[region]] for region in regions]


def _reading(areas: Map | NDArray[np.int64]) -> list[int]:
    """The values of a map in the order in which one reads their middles."""
    rows, columns = np.indices(areas.shape)
    sizes = np.bincount(areas.ravel())
    present = np.flatnonzero(sizes)
    middles = [np.bincount(areas.ravel(), axis.ravel())[present] / sizes[present] for axis in (rows, columns)]
    bands = (middles[0] * np.sqrt(len(present)) / areas.shape[0]).astype(int)
    return [int(value) for value in present[np.lexsort((middles[1], bands))]]


def packed(regions: Map) -> str:
    """Base64 of zlib of little-endian uint16 pairs (region, run length), down the columns."""
    line = regions.ravel(order="F")
    starts = np.flatnonzero(np.diff(line, prepend=-1))
    lengths = np.diff(starts, append=line.size)
    pairs = [(region, length) for region, length in zip(line[starts].tolist(), lengths.tolist(), strict=True)]
    split = [(region, part) for region, length in pairs for part in _parts(length)]
    return b64encode(zlib.compress(np.asarray(split, "<u2").tobytes(), 6)).decode()


def _parts(length: int) -> list[int]:
    """A run in pieces that 16 bits can count."""
    most = 2**16 - 1
    return [most] * (length // most) + ([length % most] if length % most else [])
