"""A picture cut into numbered regions of like colour: which there are, what they are called, which pixels they have."""

import json
import sys
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.labels import rle
from bot.labels.rle import Counts


@dataclass(frozen=True, slots=True)
class Regions:
    """Large regions are called 1, 2, …; the parts that one can be split into 12a, 12b, …, after z aa, ab, …

    Parts are numbered through from 1, large region by large region: `parents` gives each one's. `runs` gives the part
    of each run down the columns of a map of `width` × `height`, `lengths` how long it is.
    """

    width: int
    height: int
    runs: Sequence[int]
    lengths: Sequence[int]
    parents: tuple[int, ...]

    @property
    def last(self) -> int:
        """The number of the last large region."""
        return self.parents[-1]

    def parts(self, number: int) -> range:
        """The numbers of a large region's parts; none where there is no such region."""
        return range(bisect_left(self.parents, number) + 1, bisect_right(self.parents, number) + 1)

    def names(self, number: int) -> list[str]:
        """What the parts of a large region are called."""
        return [f"{number}{letters(place)}" for place in range(len(self.parts(number)))]

    def named(self, name: str) -> range:
        """The numbers of the parts that a name stands for: all of a large region's, or one; none for any other name."""
        number, letter = _taken_apart(name)
        parts = self.parts(number)
        if not letter:
            return parts
        place = place_of(letter)
        return parts[place : place + 1]

    def mask(self, parts: Collection[int], size: tuple[int, int]) -> Counts:
        """The pixels of these parts in a picture of that size, (width, height)."""
        held = bytearray(len(self.parents) + 1)
        for part in parts:
            held[part] = 1
        places: list[int] = []
        start = inside = 0
        for part, length in zip(self.runs, self.lengths, strict=True):
            if held[part] != inside:
                inside = held[part]
                places.append(start)
            start += length
        if inside:
            places.append(start)
        counts = rle.of_edges(places, self.width * self.height)
        return rle.scaled(counts, (self.width, self.height), size)


@lru_cache(maxsize=64)
def unpacked(width: int, height: int, runs: bytes, parents: str) -> Regions:
    """As they are kept: `runs` is zlib of little-endian uint16 pairs (part, length), `parents` a JSON list."""
    pairs = array("H", zlib.decompress(runs))
    if sys.byteorder == "big":
        pairs.byteswap()
    return Regions(width, height, pairs[::2], pairs[1::2], tuple(json.loads(parents)))


def letters(place: int) -> str:
    """a … z, then aa, ab …"""
    return (letters(place // 26 - 1) if place >= 26 else "") + chr(ord("a") + place % 26)


def place_of(letter: str) -> int:
    """The place that `letters` gives these letters for."""
    place = -1
    for sign in letter:
        place = (place + 1) * 26 + ord(sign) - ord("a")
    return place


def _taken_apart(name: str) -> tuple[int, str]:
    digits = name.rstrip("abcdefghijklmnopqrstuvwxyz")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else 0, name[len(digits) :]
