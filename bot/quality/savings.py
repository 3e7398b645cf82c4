"""What adaptive overlap saves: answers on the items that it closed, against the same number for every item.

"As often right" compares what the closed items promise (the mean of their confidence) with what votes of a fixed number
would come to if people were right independently of each other, as often as they are with the most frequent label of
each item (one coin; ties are broken by lot). Where they err together votes are worse than that: the estimate flatters
the fixed number, not us.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from bot.project import Project
from bot.quality.coding import Coder, Coding
from storage import figures

ENOUGH: Final = 30
"""Closed items from which on something is said."""
CLASSES: Final = 10
"""Of more labels the votes that are wrong scatter hardly more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Savings:
    """`items` closed with `answers`, `each` a piece; `most` is what any may get, `sure` the mean of their confidence.
    `alike` is the fixed number that would be right as often, at most `most`; None where labels are no votes. `of_most`
    and `of_alike` are the shares (under 0 where more were given) that are saved against these for every item."""

    items: int
    answers: int
    each: float
    most: int
    of_most: float
    sure: float
    alike: int | None
    of_alike: float | None


def savings(connection: Connection, row: int, project: Project, coding: Coding) -> Savings | None:
    """Items with an overlap of their own are left out. None without adaptive overlap, or under 30 closed items."""
    if project.adaptive is None:
        return None
    items, answers, sure = figures.closed(connection, row)
    if items < ENOUGH or sure is None:
        return None
    most, each = project.adaptive.max, answers / items
    fixed = [_fixed(coder, sure, most) for coder in coding.coders]
    alike = None if None in fixed else max(one for one in fixed if one is not None)
    return Savings(
        items=items,
        answers=answers,
        each=each,
        most=most,
        of_most=1 - each / most,
        sure=sure,
        alike=alike,
        of_alike=None if alike is None else 1 - each / alike,
    )


def _fixed(coder: Coder, sure: float, most: int) -> int | None:
    """So many votes are right as often as `sure`; `most` where no number up to that is."""
    right = _right(coder) if coder.type.CATEGORICAL else None
    if right is None:
        return None
    classes = min(CLASSES, max(2, len(coder.question.labels) or len(coder.labels)))
    return next((count for count in range(1, most) if right_by_vote(count, right, classes) >= sure), most)


def _right(coder: Coder) -> float | None:
    """Of the answers on items with one most frequent label, the share that is that."""
    right = total = 0
    for codes, times in coder.units.items():
        tally = sorted((codes.count(code) for code in set(codes)), reverse=True)
        if len(codes) > 1 and tally[0] > (tally[1] if len(tally) > 1 else 0):
            right, total = right + times * tally[0], total + times * len(codes)
    return right / total if total else None


def right_by_vote(count: int, right: float, classes: int) -> float:
    """How often the most frequent of `count` labels is right, where each is so with that probability and else one of
    the `classes` − 1 others, all alike."""
    if right >= 1:
        return 1.0
    return math.fsum(
        math.comb(count, hits) * right**hits * (1 - right) ** (count - hits) * _ahead(hits, count - hits, classes - 1)
        for hits in range(1, count + 1)
    )


def _ahead(hits: int, misses: int, others: int) -> float:
    """That `hits` are most among `misses` on `others` at random; of j that tie with them it is one in j + 1."""
    ways = 0.0
    for ties in range(min(others, misses // hits) + 1):
        left = misses - ties * hits
        below = _power([1 / math.factorial(size) for size in range(min(hits, left + 1))], others - ties, left)
        ways += math.comb(others, ties) / math.factorial(hits) ** ties * below / (ties + 1)
    return ways * math.factorial(misses) / float(others) ** misses


def _power(series: Sequence[float], exponent: int, place: int) -> float:
    """The coefficient at `place` of a power of the series."""
    found = [1.0] + [0.0] * place
    for _ in range(exponent):
        found = [
            math.fsum(found[at - step] * one for step, one in enumerate(series) if step <= at)
            for at in range(place + 1)
        ]
    return found[place]
