"""Buttons in rows that a thumb can hit: how many a row bears goes by the longest title in it."""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby

from bot.labels.base import Option
from bot.wording import DEFAULT, say

Row = tuple[Option, ...]

COLUMNS = ((8, 3), (18, 2))
"""Widest title (in half-width characters) for so many buttons a row, on a phone 360 pixels wide with room for ✓."""
ALONE = COLUMNS[-1][0]
"""A title wider than this has a row to itself."""


def grid(options: Sequence[Option]) -> tuple[Row, ...]:
    """Rows as even as can be, in the order given; marks do not count, so that setting one moves nothing."""
    runs = groupby(options, key=lambda option: _wide(option) > ALONE)
    return tuple(row for _, run in runs for row in _rows(tuple(run)))


def _rows(run: Sequence[Option]) -> tuple[Row, ...]:
    widest = max(_wide(option) for option in run)
    return even(run, next((columns for limit, columns in COLUMNS if widest <= limit), 1))


def even(options: Sequence[Option], columns: int) -> tuple[Row, ...]:
    """Rows of at most `columns`, none more than one shorter than another, the longer ones first."""
    count = -(-len(options) // columns)
    rows: list[Row] = []
    start = 0
    for row in range(count):
        end = start + (len(options) - start + count - row - 1) // (count - row)
        rows.append(tuple(options[start:end]))
        start = end
    return tuple(rows)


@lru_cache(maxsize=4096)
def width(text: str) -> int:
    """Half-width characters `text` takes up: emoji and East Asian signs are two, combining signs none."""
    return sum(_width(sign) for sign in text)


def _wide(option: Option) -> int:
    return width(say(DEFAULT, option.title))


def _width(sign: str) -> int:
    kind = unicodedata.category(sign)
    if kind in ("Mn", "Me", "Cf"):
        return 0
    return 2 if kind == "So" or unicodedata.east_asian_width(sign) in "WF" else 1
