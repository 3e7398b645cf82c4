"""What adaptive overlap saves: answers on the items that it closed, against the same number for every item.

The confidence that items were closed by is too high of itself: an item is closed when a run of luck makes it look sure.
How often closed items are right is told by gold, on which closing is played again; where there is too little of it, by
the consensus of all answers as they are at the end, in which people are known better than when the items were closed.
"As often right" compares that with what a fixed number of answers would come to, each person being right as often as
that consensus makes them out to be, independently of each other, and weighed by it. Where they err together that is
worse: the estimate flatters the fixed number, not us.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from sqlalchemy import Connection

from bot.calibrating import checked
from bot.project import Project
from bot.quality.coding import Coder
from bot.quality.intervals import Interval, wilson
from bot.quality.skilled import Skills, Standing
from storage import figures

ENOUGH: Final = 30
"""Closed items from which on something is said."""
CLASSES: Final = 10
"""Of more labels those that are wrong scatter hardly more."""
DRAWN: Final = 10_000
"""Items that are drawn to tell how often a number of answers is right: to .3 points."""
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
    connection: Connection,
    row: int,
    project: Project,
    coders: Sequence[Coder],
    skills: Skills,
    stand: Sequence[Standing | None],
) -> Savings | None:
    """Items with an overlap of their own are left out. None without adaptive overlap, or under 30 closed items."""
    if project.adaptive is None:
        return None
    items, answers, sure = figures.closed(connection, row)
    if items < ENOUGH or sure is None:
        return None
    gold, most, each = checked(connection, row, project), project.adaptive.max, answers / items
    measured = None if gold is None else gold.right / gold.items
    aims = [_done(coder, one) if measured is None else measured for coder, one in zip(coders, stand, strict=True)]
    fixed = [_fixed(coder, skills, aim, most) for coder, aim in zip(coders, aims, strict=True)]
    alike = None if None in fixed else max(one for one in fixed if one is not None)
    return Savings(
        items=items,
        answers=answers,
        each=each,
        most=most,
        of_most=1 - each / most,
        sure=sure,
        right=None if None in aims else min(one for one in aims if one is not None),
        known=0 if gold is None else gold.items,
        interval=None if gold is None else wilson(gold.right, gold.items),
        alike=alike,
        of_alike=None if alike is None else 1 - each / alike,
    )


def _done(coder: Coder, stand: Standing | None) -> float | None:
    """How sure the consensus is of what is done, where that is a probability."""
    votes = coder.type.parts(coder.question, ()) is not None
    return stand.done if votes and stand is not None else None


def _fixed(coder: Coder, skills: Skills, right: float | None, most: int) -> int | None:
    """So many answers are as often `right`; `most` where no number up to that is. A label of several parts, as tags, is
    so many votes, each right by itself."""
    parts = coder.type.parts(coder.question, ())
    people = [
        (one.share, one.answers) for mine in skills.values() for one in mine if one.question == coder.question.name
    ]
    if right is None or not coder.type.CATEGORICAL or not parts or not people:
        return None
    classes = 2 if parts[0].kind else min(CLASSES, max(2, len(coder.question.labels) or len(coder.labels)))
    shares = (weighed_right(count, people, classes) ** len(parts) for count in range(1, most))
    return next((count for count, share in enumerate(shares, 1) if share >= right - ABOUT), most)


def weighed_right(count: int, people: Sequence[tuple[float, int]], classes: int) -> float:
    """How often the likeliest of `count` labels is right, of people drawn as they answered: (how often they are right,
    how many answers they gave). Who is wrong gives one of the `classes` − 1 other labels, all alike."""
    draw = np.random.default_rng(1)
    right, often = (np.array(one, dtype=float) for one in zip(*people, strict=True))
    right = np.clip(right, 0.001, 0.999)
    who = draw.choice(len(right), (DRAWN, count), p=often / often.sum())
    hits = draw.random((DRAWN, count)) < right[who]
    said = np.where(hits, 0, draw.integers(1, classes, (DRAWN, count)))
    weights = np.zeros((DRAWN, classes))
    np.add.at(weights, (np.arange(DRAWN)[:, None], said), np.log(right * (classes - 1) / (1 - right))[who])
    likeliest = np.isclose(weights, weights.max(axis=1, keepdims=True))
    return float(np.mean(likeliest[:, 0] / likeliest.sum(axis=1)))
