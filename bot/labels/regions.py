"""A picture cut into regions of like colour, to be picked by number."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Regions:
    """`runs` are (region, length) down the columns of a map of `width` × `height`; `parents` gives each region, by its
    number less one, the larger one that it is a part of."""

    width: int
    height: int
    runs: tuple[tuple[int, int], ...]
    parents: tuple[int, ...]
