"""How far the probability that a label is right may be believed, in one number of a project, its candour.

The odds are raised to it: 1 believes them, .5 takes their root, so that .95 is told as .81. It is measured on gold
(Platt's scaling with one parameter, found by trying): closing is played again on the answers that gold items have.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from bot.project import Adaptive

Judge: TypeAlias = Callable[[int, int], tuple[float, bool]]
"""Of an item's answers from the first number on, up to the second: how sure they are (0..1), and whether right."""
STEPS: Final = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4)
LEAST: Final = 50
"""Closings on gold that it takes to say anything."""
BORNE: Final = 1.25
"""Times as many may be wrong as was promised: where people err together, the last per cent cost twice the answers."""
PRIOR: Final = 10.0
"""Items by which the share that is right is drawn to what was promised."""


def told(sure: float, candour: float | None) -> float:
    """The probability that is told of one that was computed, both 0..1; None believes it."""
    if candour is None or not 0 < sure < 1:
        return sure
    return float(1 / (1 + ((1 - sure) / sure) ** candour))


@dataclass(frozen=True, slots=True)
class Played:
    """What came of closing again: so many `items` closed, in so many `closings`; `right` is the sum of the shares of
    each item's closings that were right."""

    items: int
    closings: int
    right: float


def played(items: Sequence[tuple[int, Judge]], rules: Adaptive, candour: float | None) -> Played:
    """`items`: how many answers each has, and its judge. Each weighs the same, though an easy one closes more often on
    as many answers."""
    closed = [one for one in (_closings(count, judge, rules, candour) for count, judge in items) if one]
    return Played(len(closed), sum(map(len, closed)), math.fsum(sum(one) / len(one) for one in closed))


def measured(items: Sequence[tuple[int, Judge]], rules: Adaptive) -> float | None:
    """The mildest candour by which closings at `rules.confidence` are right about as often as that says, else the one
    by which most are, of equals the strictest; None where gold closes too seldom to tell. `items` as for `played`."""
    best, most = None, 0.0
    for candour in STEPS:
        found = played(items, rules, candour)
        if found.closings < LEAST:
            break
        share = (found.right + PRIOR * rules.confidence) / (found.items + PRIOR)
        if share >= 1 - BORNE * (1 - rules.confidence):
            return candour
        if share >= most:
            best, most = candour, share
    return best


def _closings(count: int, judge: Judge, rules: Adaptive, candour: float | None) -> list[bool]:
    """Of one item, as if each stretch of its answers were an item of its own: was what it closed with right? Those that
    end at the most answers without being sure are left out."""
    found, start = [], 0
    for end in range(1, count + 1):
        if end - start < rules.min:
            continue
        sure, right = judge(start, end)
        if told(sure, candour) >= rules.confidence:
            found.append(right)
            start = end
        elif end - start >= rules.max:
            start = end
    return found
