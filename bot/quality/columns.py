"""A project's labels as columns of numbers, so that a report counts a million of them at once.

For batch commands and child processes: it loads numpy.
"""

import math
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import combinations, pairwise
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from bot.quality.coding import Apart, Coder, Codes, Coding
from storage.columns import moment
from storage.figures import Labelled

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]

QUARTER: Final = 900_000_000
"""Microseconds of a quarter of an hour: every time zone is off by a whole number of these."""
LARGEST: Final = 2**62


@dataclass(frozen=True, slots=True)
class Columns:
    """`items` in the order of their ids, whether each is `done`, and where its answers start. Of each answer: whose it
    is, the milliseconds it `took` (−1: not known), when it was given in UTC microseconds, and by question the number
    of its label (−1: not asked)."""

    items: Ints
    done: Bools
    starts: Ints
    people: Ints
    took: Ints
    moments: Ints
    codes: tuple[Ints, ...]
    unsure: tuple[tuple[int, str], ...]
    """(item, label as JSON text) of who was not sure of a question."""

    @property
    def sizes(self) -> Ints:
        return np.diff(self.starts, append=len(self.people))

    def days(self, zone: ZoneInfo) -> Ints:
        """The day of each item's last answer, as an ordinal."""
        if not len(self.items):
            return self.items
        quarters, which = np.unique(np.maximum.reduceat(self.moments, self.starts) // QUARTER, return_inverse=True)
        days = [moment(one * QUARTER).astimezone(zone).date().toordinal() for one in quarters.tolist()]
        return np.array(days)[which]


def columns(batches: Iterable[Sequence[Labelled]], coding: Coding) -> Columns:
    """Of labels in the order of their items."""
    items, done, people, took, moments = (array("q") for _ in range(5))
    codes = [array("q") for _ in coding.coders]
    unsure: list[tuple[int, str]] = []
    for rows in batches:
        item, is_done, person, texts, milliseconds, at, not_sure = zip(*rows, strict=True)
        for column, fresh in zip(
            (items, done, people, took, moments, *codes),
            (item, is_done, person, milliseconds, at, *coding.columns(texts)),
            strict=True,
        ):
            column.extend(fresh)
        if any(not_sure):
            unsure += [(row[0], row[3]) for row in rows if row[6]]
    every = np.array(items, np.int64)
    starts = np.flatnonzero(np.diff(every, prepend=-1))
    return Columns(
        items=every[starts],
        done=np.array(done, np.bool_)[starts],
        starts=starts,
        people=np.array(people, np.int64),
        took=np.array(took, np.int64),
        moments=np.array(moments, np.int64),
        codes=tuple(np.array(one, np.int64) for one in codes),
        unsure=tuple(unsure),
    )


class Units:
    """The labels to one question by item: `sizes` is how many each has. `by_size` holds for each number of labels the
    places of the items that have so many, and these, sorted, a row an item."""

    def __init__(self, found: Columns, question: int) -> None:
        given, self.sizes, starts = found.codes[question], found.sizes, found.starts
        asked = given >= 0
        if not asked.all():
            of_item = np.repeat(np.arange(len(self.sizes)), self.sizes)
            given, self.sizes = given[asked], np.bincount(of_item[asked], minlength=len(self.sizes))
            starts = np.cumsum(self.sizes) - self.sizes
        self._given, self._starts = given, starts
        self.by_size: list[tuple[Ints, Ints]] = []
        for size in np.unique(self.sizes[self.sizes > 0]).tolist():
            places = np.flatnonzero(self.sizes == size)
            self.by_size.append((places, np.sort(given[starts[places][:, None] + np.arange(size)], axis=1)))

    def of(self, place: int) -> Codes:
        """The labels of one item."""
        start = int(self._starts[place])
        return tuple(sorted(self._given[start : start + int(self.sizes[place])].tolist()))

    def each(self) -> Iterator[Codes]:
        """The labels of every item that has any, in the order of items."""
        rows: list[Codes] = [()] * len(self.sizes)
        for places, table in self.by_size:
            for place, row in zip(places.tolist(), map(tuple, table.tolist()), strict=True):
                rows[place] = row
        return filter(None, rows)

    @cached_property
    def compared(self) -> dict[int, int]:
        """How often each label was given to items with two labels or more, in the order in which they first came."""
        several = [(places, table) for places, table in self.by_size if table.shape[1] > 1]
        if not several:
            return {}
        codes = np.concatenate([table.ravel() for _, table in several])
        if len(several) > 1:
            owner = np.concatenate([np.repeat(places, table.shape[1]) for places, table in several])
            codes = codes[np.argsort(owner, kind="stable")]
        labels, first, counts = np.unique(codes, return_index=True, return_counts=True)
        order = np.argsort(first)
        return dict(zip(labels[order].tolist(), counts[order].tolist(), strict=True))

    def distinct(self) -> tuple[list[Codes], Ints]:
        """What labels came together on items, in the order in which it first did, and the number of that for each item
        (−1: no label)."""
        kinds: list[Codes] = []
        firsts: list[int] = []
        of_item = np.full(len(self.sizes), -1)
        for places, table in self.by_size:
            _, first, which = np.unique(_keys(table), return_index=True, return_inverse=True)
            of_item[places] = which + len(kinds)
            kinds += map(tuple, table[first].tolist())
            firsts += places[first].tolist()
        order = np.argsort(firsts)
        ranks = np.full(len(kinds) + 1, -1)
        ranks[order] = np.arange(len(kinds))
        return [kinds[at] for at in order.tolist()], ranks[of_item]


def _keys(table: Ints) -> Ints:
    """A number for each row; equal for equal rows."""
    classes = int(table.max()) + 1
    keys = table[:, 0]
    for column in table.T[1:]:
        if int(keys.max()) >= LARGEST // classes:
            keys = np.unique(keys, return_inverse=True)[1]
        keys = keys * classes + column
    return keys


@dataclass(frozen=True, slots=True)
class Counted:
    """The labels to one question, counted. `apart` is the mean distance of two labels of each item. Of labels that are
    alike or not there are `kinds`, what came together, and `of_item`, the number of that (−1: no label)."""

    units: Units
    apart: Floats
    kinds: Sequence[Codes] = ()
    of_item: Ints | None = None


def count(coder: Coder, units: Units, days: Ints) -> Counted:
    """Counts every item, each last answered on its day, an ordinal."""
    return (_count_kinds if coder.type.CATEGORICAL else _count_free)(coder, units, days)


def _count_kinds(coder: Coder, units: Units, days: Ints) -> Counted:
    kinds, of_item = units.distinct()
    apart = [coder.disagreement(codes) for codes in kinds]
    given = of_item >= 0
    span = int(days.max(initial=0)) + 1
    cells, first, counts = np.unique((of_item * span + days)[given], return_index=True, return_counts=True)
    for at in np.argsort(first).tolist():
        kind, day = divmod(int(cells[at]), span)
        coder.count(kinds[kind], apart[kind], day, int(counts[at]))
    return Counted(units, np.array([*apart, 0.0])[of_item], kinds, of_item)


def _count_free(coder: Coder, units: Units, days: Ints) -> Counted:
    """Of free labels all items differ."""
    apart = np.zeros(len(units.sizes))
    steps: dict[tuple[int, float], int] = {}
    for places, table in units.by_size:
        if table.shape[1] > 1:
            means = apart[places] = _means(coder, table)
            rounded, counts = np.unique(means.round(3), return_counts=True)
            for mean, times in zip(rounded.tolist(), counts.tolist(), strict=True):
                steps[table.shape[1], mean] = times
    several = units.sizes > 1
    daily = _daily(units.sizes[several], apart[several], days[several])
    coder.take(units, int(units.sizes.sum()), steps, daily)
    return Counted(units, apart)


def _means(coder: Coder, table: Ints) -> Floats:
    """The mean distance of two labels of each row; no two are compared twice."""
    pairs = list(combinations(range(table.shape[1]), 2))
    one, other = (np.concatenate([table[:, pair[side]] for pair in pairs]) for side in (0, 1))
    differ = np.flatnonzero(one != other)
    keys, which = np.unique(one[differ] << 32 | other[differ], return_inverse=True)
    between = np.zeros(len(one))
    between[differ] = np.array(coder.distances((keys >> 32).tolist(), (keys & 0xFFFFFFFF).tolist()))[which]
    if len(pairs) == 1:
        return between
    rows = between.reshape(len(pairs), len(table)).T.tolist()
    return np.array([math.fsum(row) / len(pairs) for row in rows])


def _daily(sizes: Ints, means: Floats, days: Ints) -> dict[date, Apart]:
    found, which = np.unique(days, return_inverse=True)
    sums = (np.bincount(which, weights, len(found)) for weights in (None, sizes, sizes * means, means))
    return {
        date.fromordinal(day): Apart(items, round(answers), apart, mean)
        for day, items, answers, apart, mean in zip(found.tolist(), *(one.tolist() for one in sums), strict=True)
    }


def tallies(of_item: Ints, chosen: Bools, kinds: int, most: int) -> tuple[list[int], list[list[int]]]:
    """Of each of the kinds: how many items are of it, and the places of the first `most` that are `chosen`."""
    counts = np.bincount(of_item[of_item >= 0], minlength=kinds)
    places = np.flatnonzero(chosen & (of_item >= 0))
    places = places[np.argsort(of_item[places], kind="stable")]
    starts = np.searchsorted(of_item[places], np.arange(kinds + 1)).tolist()
    first = [places[start : min(start + most, end)].tolist() for start, end in pairwise(starts)]
    return counts.tolist(), first
