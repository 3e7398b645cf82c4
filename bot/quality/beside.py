"""Each answer beside what others answered to the same item. For batch commands and child processes: it loads numpy."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bot.quality.coding import Coder

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Tables: TypeAlias = list[tuple[Ints, NDArray[np.float32]]]
"""The places of items with as many answers each, an item a row, and how near each two answers of a row are (0…1)."""

TOGETHER: Final = 30
"""An item with more answers is compared in parts, for everybody with everybody is too many."""
CHUNK: Final = 1_000_000
"""Pairs of answers that are looked at at once."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Answers to one question, in the order of giving, without those to items nobody else answered; arrays of one
    length. `agreement` is the mean closeness (0…1) to the others' answers. `apart` is the distance (0…1) to the one of
    them that is nearest to all of them, where people who agree with others more often weigh more: of labels that are
    alike or not, to the label with most weight. `others_say` is that one's number, -1 where several stand equal. Of an
    item with very many answers, `items` has a number for each part."""

    people: Ints
    items: Ints
    labels: Ints
    agreement: Floats
    apart: Floats
    others_say: Ints
    tables: Tables
    _order: Ints
    _size: Ints

    def each(self) -> Iterator[tuple[int, Ints]]:
        """Everybody with the places of their answers."""
        order = np.argsort(self.people, kind="stable")
        people, starts = np.unique(self.people[order], return_index=True)
        ends = [*starts[1:].tolist(), len(order)]
        for person, start, end in zip(people.tolist(), starts.tolist(), ends[: len(people)], strict=True):
            yield person, order[start:end]

    def of_others(self, figures: Floats) -> Floats:
        """The mean of the others' `figures` of the item of each answer; NaN where there is one other only, who is as
        near to this one as this one is to them."""
        sums = np.bincount(self.items, figures, minlength=len(figures))[self.items]
        return np.where(self._size > 2, (sums - figures) / np.maximum(self._size - 1, 1), np.nan)

    def without(self, coder: Coder, person: int) -> "Beside":
        """What others answered to that person's items, beside each other."""
        mine = self.people == person
        there = np.isin(self.items, self.items[mine]) & ~mine
        return beside(coder, self.people[there], self.items[there], self.labels[there])

    def others(self, place: int) -> list[int]:
        """What others answered to the item of that answer."""
        start = int(self.items[place])
        return [int(self.labels[at]) for at in self._order[start : start + int(self._size[place])] if at != place]


def beside(coder: Coder, people: Ints, items: Ints, labels: Ints) -> Beside:
    """`people`, `items` and `labels` of each answer, in the order of giving."""
    order, starts, sizes = _parts(items)
    several = np.repeat(sizes > 1, sizes)
    kept = np.sort(order[several])
    place = np.full(len(items), -1)
    place[kept] = np.arange(len(kept))
    order, starts, sizes = place[order[several]], _starts(sizes[sizes > 1]), sizes[sizes > 1]
    people, labels = people[kept], labels[kept]
    start, size = np.empty_like(order), np.empty_like(order)
    start[order], size[order] = np.repeat(starts, sizes), np.repeat(sizes, sizes)
    tables = [(places, _near(coder, labels[places])) for places in _rows(order, starts, sizes)]
    return Beside(people, start, labels, *_compared(people, labels, tables), tables, order, size)


def _parts(items: Ints) -> tuple[Ints, Ints, Ints]:
    """Places by item, in parts of TOGETHER at most that are as large as each other: (places, starts, sizes)."""
    order = np.argsort(items, kind="stable")
    _, starts, sizes = np.unique(items[order], return_index=True, return_counts=True)
    rank = np.arange(len(items)) - np.repeat(starts, sizes)
    parts = -(-sizes // TOGETHER)
    part = np.repeat(_starts(parts), sizes) + rank * np.repeat(parts, sizes) // np.repeat(sizes, sizes)
    sizes = np.bincount(part.astype(np.int64), minlength=0).astype(np.int64)
    return order, _starts(sizes), sizes


def _starts(sizes: Ints) -> Ints:
    return np.cumsum(sizes) - sizes


def _rows(order: Ints, starts: Ints, sizes: Ints) -> Iterator[Ints]:
    """Places of items with as many answers, one item a row."""
    for size in np.unique(sizes).tolist():
        found = starts[sizes == size]
        most = max(1, CHUNK // size**2)
        for first in range(0, len(found), most):
            yield order[found[first : first + most, None] + np.arange(size)]


def _compared(people: Ints, labels: Ints, tables: Tables) -> tuple[Floats, Floats, Ints]:
    agreement, apart, others_say = np.zeros(len(people)), np.zeros(len(people)), np.full(len(people), -1)
    for places, near in tables:
        agreement[places] = (near.sum(axis=2) - 1) / (places.shape[1] - 1)
    heads, which = np.unique(people, return_inverse=True)
    usual = np.bincount(which, agreement, len(heads)) / np.maximum(np.bincount(which, minlength=len(heads)), 1)
    # Squared, so that who agrees half as often as others weighs a quarter of them.
    weight = usual[which] ** 2 + 1e-9
    for places, near in tables:
        apart[places], others_say[places] = _from_others(near, weight[places], labels[places])
    return agreement, apart, others_say


def _near(coder: Coder, labels: Ints) -> NDArray[np.float32]:
    """1 less the distance of any two labels of a row."""
    size = labels.shape[1]
    one, other = np.triu_indices(size, 1)
    first, second = np.minimum(labels[:, one], labels[:, other]), np.maximum(labels[:, one], labels[:, other])
    pairs, which = np.unique(first << 32 | second, return_inverse=True)
    found = [1 - coder.distance(pair >> 32, pair & 0xFFFFFFFF) for pair in pairs.tolist()]
    near = np.ones((len(labels), size, size), np.float32)
    near[:, one, other] = near[:, other, one] = np.array(found, np.float32)[which].reshape(first.shape)
    return near


def _from_others(near: NDArray[np.float32], weight: Floats, labels: Ints) -> tuple[Floats, Ints]:
    """How far each answer of a row is from the one that is nearest to all others, and what that says."""
    size = labels.shape[1]
    score = np.einsum("nqs,ns->nq", near, weight)[:, None, :] - weight[:, :, None] * near
    score[:, np.arange(size), np.arange(size)] = -np.inf
    best = score >= score.max(axis=2, keepdims=True) - 1e-6
    apart = 1 - (near * best).sum(axis=2) / best.sum(axis=2)
    said = np.broadcast_to(labels[:, None, :], best.shape)
    least, most = np.where(best, said, labels.max() + 1).min(axis=2), np.where(best, said, -1).max(axis=2)
    return apart, np.where(least == most, least, -1)
