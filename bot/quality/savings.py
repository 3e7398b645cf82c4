"""What adaptive overlap saves: answers on the items that it closed, against the same number for every item.

The confidence that items were closed by is too high of itself: an item is closed when a run of luck makes it look sure.
How often closed items are right is told by gold, on which closing is played again; where there is too little of it, by
the consensus of all answers as they are at the end, in which people are known better than when the items were closed.
"As often right" compares that with what votes of a fixed number would come to if people were right independently of
each other, as often as by that consensus (one coin; ties are broken by lot). Where they err together votes are worse
than that: the estimate flatters the fixed number, not us.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from bot.calibrating import checked
from bot.project import Project
from bot.quality.coding import Coder
from bot.quality.intervals import Interval, wilson
from bot.quality.skilled import Standing
from storage import figures

ENOUGH: Final = 30
"""Closed items from which on something is said."""
CLASSES: Final = 10
"""Of more labels the votes that are wrong scatter hardly more."""
ABOUT: Final = 0.005
"""A fixed number is as often right if it is half a point below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Savings:
    """`items` closed with `answers`, `each` a piece; `most` is what any may get, `sure` the mean confidence that they
    were closed by. `right` is the share of them that should be right, measured on `known` gold items with a 95 %
    `interval`, else (0) by the consensus of all answers; None where that is no probability, as of drawings.
    `alike` is the fixed number that would be right as often, at most `most`; None where labels are no votes. `of_most`
    and `of_alike` are the shares (under 0 where more were given) that are saved against these for every item."""

    items: int
    answers: int
    each: float
    most: int
    of_most: float
    sure: float
    right: float | None
    known: int
    interval: Interval | None
    alike: int | None
    of_alike: float | None


def savings(
    connection: Connection, row: int, project: Project, coders: Sequence[Coder], stand: Sequence[Standing | None]
) -> Savings | None:
    """Items with an overlap of their own are left out. None without adaptive overlap, or under 30 closed items."""
    if project.adaptive is None:
        return None
    items, answers, sure = figures.closed(connection, row)
    if items < ENOUGH or sure is None:
        return None
    gold, most, each = checked(connection, row, project), project.adaptive.max, answers / items
    measured = None if gold is None else gold.right / gold.items
    fixed = [_fixed(coder, one, measured, most) for coder, one in zip(coders, stand, strict=True)]
    alike = None if None in fixed else max(one for one in fixed if one is not None)
    return Savings(
        items=items,
        answers=answers,
        each=each,
        most=most,
        of_most=1 - each / most,
        sure=sure,
        right=_by_consensus(coders, stand) if measured is None else measured,
        known=0 if gold is None else gold.items,
        interval=None if gold is None else wilson(gold.right, gold.items),
        alike=alike,
        of_alike=None if alike is None else 1 - each / alike,
    )


def _by_consensus(coders: Sequence[Coder], stand: Sequence[Standing | None]) -> float | None:
    """Of the question that is least often right."""
    found = [_done(coder, one) for coder, one in zip(coders, stand, strict=True)]
    return None if None in found else min(one for one in found if one is not None)


def _done(coder: Coder, stand: Standing | None) -> float | None:
    votes = coder.type.parts(coder.question, ()) is not None
    return stand.done if votes and stand is not None else None


def _fixed(coder: Coder, stand: Standing | None, measured: float | None, most: int) -> int | None:
    """So many votes are right as often as closed items are; `most` where no number up to that is. A label of several
    parts, as tags, is so many votes, each right by itself."""
    right = _done(coder, stand) if measured is None else measured
    parts = coder.type.parts(coder.question, ())
    if right is None or stand is None or not coder.type.CATEGORICAL or not parts:
        return None
    classes = 2 if parts[0].kind else min(CLASSES, max(2, len(coder.question.labels) or len(coder.labels)))
    shares = (right_by_vote(count, stand.single, classes) ** len(parts) for count in range(1, most))
    return next((count for count, share in enumerate(shares, 1) if share >= right - ABOUT), most)


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
