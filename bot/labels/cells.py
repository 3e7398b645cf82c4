"""A lettered grid over a picture or a part of it, and the boxes that two of its cells stand for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from bot.labels.base import BadAnswer
from bot.wording import phrase

Box = tuple[float, float, float, float]
"""x, y, width, height in pixels of the upright original."""

MOST: Final = 8
"""Cells along a side: as many buttons as a row bears on every platform that has rows."""
_LONGEST: Final = 4
"""A cell is at most so many times as long as broad; of a long picture the short side has fewer cells."""
_NAME: Final = re.compile(r"([A-Z])([0-9]{1,3})")
CONTEXT: Final = 0.2
"""How much of a cell's breadth is shown around it when it is looked at closely."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Columns A, B … and rows 1, 2 … over `area`."""

    area: Box
    columns: int
    rows: int

    @classmethod
    def over(cls, area: Box) -> Grid:
        _, _, wide, high = area
        return cls(area, _cells(wide, high), _cells(high, wide))

    @property
    def names(self) -> tuple[tuple[str, ...], ...]:
        """The cells' names, row by row."""
        return tuple(
            tuple(f"{chr(ord('A') + column)}{row + 1}" for column in range(self.columns)) for row in range(self.rows)
        )

    def nearest(self, name: str) -> str:
        """That cell, or the nearest that is there: to show in a sentence."""
        column, row = ord(name[0]) - ord("A"), int(name[1:]) - 1
        return self.names[min(row, self.rows - 1)][min(column, self.columns - 1)]

    def place(self, name: str) -> tuple[int, int]:
        """(column, row) of a cell. Raises BadAnswer for one that is not there."""
        found = _NAME.fullmatch(name)
        column, row = (ord(found[1]) - ord("A"), int(found[2]) - 1) if found else (-1, -1)
        if not (0 <= column < self.columns and 0 <= row < self.rows):
            raise BadAnswer(phrase("boxes.outside_grid", cell=name, last=self.names[-1][-1]))
        return column, row

    def cell(self, name: str) -> Box:
        column, row = self.place(name)
        return self._box(column, row, column + 1, row + 1)

    def span(self, one: str, other: str) -> Box:
        """The box around two cells, whichever corners they are."""
        (left, top), (right, bottom) = self._ordered(one, other)
        return self._box(left, top, right + 1, bottom + 1)

    def corners(self, one: str, other: str) -> tuple[str, str]:
        """The cells of the top left and of the bottom right corner of the box around two cells."""
        (left, top), (right, bottom) = self._ordered(one, other)
        return self.names[top][left], self.names[bottom][right]

    def middle(self, name: str) -> tuple[float, float]:
        """The middle of a cell."""
        x, y, wide, high = self.cell(name)
        return x + wide / 2, y + high / 2

    def around(self) -> Box:
        """The area with a little of what lies around it."""
        x, y, wide, high = self.area
        across, down = wide * CONTEXT, high * CONTEXT
        return x - across, y - down, wide + 2 * across, high + 2 * down

    def _ordered(self, one: str, other: str) -> tuple[tuple[int, int], tuple[int, int]]:
        columns, rows = zip(self.place(one), self.place(other), strict=True)
        return (min(columns), min(rows)), (max(columns), max(rows))

    def _box(self, left: int, top: int, right: int, bottom: int) -> Box:
        x, y, wide, high = self.area
        first, above = x + wide * left / self.columns, y + high * top / self.rows
        return first, above, x + wide * right / self.columns - first, y + high * bottom / self.rows - above


def closer(grid: Grid, one: str, other: str) -> tuple[Grid, ...]:
    """Grids inside the corner cells of the box around two cells: of the top left and the bottom right one, or one grid
    where both are the same cell."""
    return tuple(Grid.over(grid.cell(name)) for name in dict.fromkeys(grid.corners(one, other)))


def refined(size: tuple[int, int], grids: tuple[Grid, ...], first: str, second: str) -> Box:
    """The box whose corners lie in the cell `first` of the first grid and `second` of the last one, in whole pixels.

    A corner is taken to be in the middle of its small cell, which is nearest to wherever in it it is: the small cells'
    outer edges would make every box too large (mean IoU .74 instead of .85 for small things).
    """
    points = grids[0].middle(first), grids[-1].middle(second)
    cells = grids[0].cell(first), grids[-1].cell(second)
    (left, right), (top, bottom) = (
        _edges(size[axis], (points[0][axis], points[1][axis]), (cells[0][axis + 2], cells[1][axis + 2]))
        for axis in (0, 1)
    )
    return left, top, right - left, bottom - top


def _edges(length: int, middles: tuple[float, float], breadths: tuple[float, float]) -> tuple[int, int]:
    """Where a box begins and ends along one side of the picture; a pixel broad at least."""
    (low, low_half), (high, high_half) = sorted(
        (middle, breadth / 2) for middle, breadth in zip(middles, breadths, strict=True)
    )
    # Both corners in one row or column of cells: the thing is as broad as that.
    if low == high:
        low, high = low - low_half, high + high_half
    start = min(round(low), length - 1)
    return start, max(start + 1, min(round(high), length))


def rounded(box: Box, size: tuple[int, int]) -> Box:
    """The box in whole pixels, inside the picture."""
    x, y = min(round(box[0]), size[0] - 1), min(round(box[1]), size[1] - 1)
    right, bottom = min(round(box[0] + box[2]), size[0]), min(round(box[1] + box[3]), size[1])
    return x, y, max(1, right - x), max(1, bottom - y)


def _cells(along: float, across: float) -> int:
    return MOST if along * _LONGEST >= across else max(1, round(MOST * _LONGEST * along / across))
