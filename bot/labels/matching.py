"""Boxes beside boxes: how far they overlap, which belong together, and what several people's come to; plain Python."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from bot.labels.cells import Box

TOGETHER: Final = 0.4
"""Overlap from which on two people's boxes may be of the same thing. Lower would join neighbours in a crowd; higher
would part the loosely drawn."""
_SAME: Final = 0.1
"""How much overlap a common label counts for."""
_DIGITS: Final = 6
_NEARLY: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Named:
    """A box with what is in it."""

    label: str
    box: Box


def iou(one: Box, other: Box) -> float:
    """Intersection over union."""
    wide = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    high = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    if wide <= 0 or high <= 0:
        return 0.0
    common = wide * high
    return min(1.0, common / (one[2] * one[3] + other[2] * other[3] - common))


def apart(one: Sequence[Named], other: Sequence[Named]) -> float:
    """1 less the matched IoU: boxes of the same label are paired one to one so that their overlaps add up to most, and
    the sum is divided by the number of boxes of whoever has more; a box without a partner counts 0. 0 for nobody's."""
    most = max(len(one), len(other))
    if not most:
        return 0.0
    return max(0.0, 1 - math.fsum(iou(one[a].box, other[b].box) for a, b in paired(one, other)) / most)


def paired(one: Sequence[Named], other: Sequence[Named], least: float = 0.0) -> list[tuple[int, int]]:
    """Pairs of places in both, of the same label and overlapping more than `least`, no place twice, with the greatest
    sum of overlaps that there is."""
    overlaps: dict[int, dict[int, float]] = {}
    for a, first in enumerate(one):
        for b, second in enumerate(other):
            if first.label == second.label and (overlap := iou(first.box, second.box)) > least:
                overlaps.setdefault(a, {})[b] = overlap
    # What overlaps with nothing in common is solved by itself: few boxes lie on many others.
    return [pair for rows in _parts(overlaps) for pair in _assigned({row: overlaps[row] for row in rows})]


def _parts(overlaps: Mapping[int, Mapping[int, float]]) -> list[list[int]]:
    """The rows in groups that share no column."""
    groups: list[tuple[list[int], set[int]]] = []
    for row, columns in overlaps.items():
        touching = [group for group in groups if not group[1].isdisjoint(columns)]
        groups = [group for group in groups if group not in touching]
        rows = [one for group in touching for one in group[0]]
        groups.append(([*rows, row], set(columns).union(*(group[1] for group in touching))))
    return [rows for rows, _ in groups]


def _assigned(gains: Mapping[int, Mapping[int, float]]) -> list[tuple[int, int]]:
    """The assignment of rows to columns with the greatest sum: the Hungarian method, O(rows² × columns).

    Rows and columns are numbered from 1 inside; column 0 stands for "not assigned yet".
    """
    rows = list(gains)
    columns = sorted({column for row in gains.values() for column in row})
    # A column of its own for each row, worth nothing, lets a row stay alone.
    width = len(columns) + len(rows)
    cost = [[-gains[row].get(column, 0.0) for column in columns] + [0.0] * len(rows) for row in rows]
    up, across = [0.0] * (len(rows) + 1), [0.0] * (width + 1)
    holder = [0] * (width + 1)
    for row in range(1, len(rows) + 1):
        holder[0] = row
        _augment(cost, up, across, holder, width)
    found = [(rows[holder[column] - 1], columns[column - 1]) for column in range(1, len(columns) + 1) if holder[column]]
    return sorted(pair for pair in found if gains[pair[0]].get(pair[1], 0.0) > 0)


def _augment(cost: list[list[float]], up: list[float], across: list[float], holder: list[int], width: int) -> None:
    """Finds a column for the row in `holder[0]`, moving others along the cheapest path."""
    cheapest, came, used = [math.inf] * (width + 1), [0] * (width + 1), [False] * (width + 1)
    column = 0
    while holder[column]:
        used[column] = True
        row, step, following = holder[column], math.inf, 0
        for one in range(1, width + 1):
            if used[one]:
                continue
            reduced = cost[row - 1][one - 1] - up[row] - across[one]
            if reduced < cheapest[one]:
                cheapest[one], came[one] = reduced, column
            if cheapest[one] < step:
                step, following = cheapest[one], one
        for one in range(width + 1):
            if used[one]:
                up[holder[one]] += step
                across[one] -= step
            else:
                cheapest[one] -= step
        column = following
    while column:
        holder[column] = holder[came[column]]
        column = came[column]


@dataclass(frozen=True, slots=True)
class Cluster:
    """One thing as several people boxed it: `members` are (answer, place in it)."""

    members: tuple[tuple[int, int], ...]

    def weight(self, weights: Sequence[float]) -> float:
        return math.fsum(weights[answer] for answer, _ in self.members)

    def place(self) -> float:
        """Where it stands in people's lists, on average."""
        return math.fsum(place for _, place in self.members) / len(self.members)


def clusters(answers: Sequence[Sequence[Named]], weights: Sequence[float]) -> list[Cluster]:
    """Boxes that are of the same thing, no two of one answer in a cluster: the most overlapping are joined first, and
    two clusters only where their middle boxes still overlap by TOGETHER. What is in a box does not matter here."""
    every = [(answer, place) for answer, boxes in enumerate(answers) for place in range(len(boxes))]
    groups: dict[tuple[int, int], list[tuple[int, int]]] = {member: [member] for member in every}
    for _, one, other in sorted(_near(answers, every)):
        first, second = groups[one], groups[other]
        if first is second or {answer for answer, _ in first} & {answer for answer, _ in second}:
            continue
        if iou(*(middle([answers[a][p].box for a, p in group], [weights[a] for a, _ in group])
                 for group in (first, second))) < TOGETHER:  # fmt: skip
            continue
        first += second
        for member in second:
            groups[member] = first
    return [Cluster(tuple(sorted(group))) for group in {id(group): group for group in groups.values()}.values()]


def _near(
    answers: Sequence[Sequence[Named]], every: Sequence[tuple[int, int]]
) -> list[tuple[float, tuple[int, int], tuple[int, int]]]:
    """Pairs of boxes of different people that overlap enough, with the overlap below 0: boxes of the same label first
    where they overlap alike."""
    found = []
    for at, one in enumerate(every):
        for other in every[at + 1 :]:
            if one[0] != other[0]:
                first, second = answers[one[0]][one[1]], answers[other[0]][other[1]]
                overlap = iou(first.box, second.box)
                if overlap >= TOGETHER:
                    found.append((-overlap - _SAME * (first.label == second.label), one, other))
    return found


def middle(boxes: Sequence[Box], weights: Sequence[float]) -> Box:
    """Each edge at the weighted median of theirs."""
    if len(set(boxes)) == 1:
        return boxes[0]
    left, top = (_median([box[axis] for box in boxes], weights) for axis in (0, 1))
    right, bottom = (_median([box[axis] + box[axis + 2] for box in boxes], weights) for axis in (0, 1))
    return left, top, round(right - left, _DIGITS), round(bottom - top, _DIGITS)


def _median(values: Sequence[float], weights: Sequence[float]) -> float:
    """The value with half of all weight on either side; between two where it stands even."""
    pairs = sorted((value, weight) for value, weight in zip(values, weights, strict=True) if weight)
    sums = list(accumulate(weight for _, weight in pairs))
    half = sums[-1] / 2
    place = next(place for place, below in enumerate(sums) if below > half * (1 - _NEARLY))
    even = sums[place] < half * (1 + _NEARLY)
    return (pairs[place][0] + pairs[place + even][0]) / 2
