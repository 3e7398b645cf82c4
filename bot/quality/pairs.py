"""Who agrees with whom: by pair of people, and each person with all others who answered the same items."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.quality.agreeing import wilson
from bot.quality.coding import Coder
from bot.quality.columns import Columns, Ints
from bot.quality.measures import cohen

SHOWN: Final = 100
"""Pairs that are told, those with most items in common."""
FEWEST: Final = 5
"""Items that a pair has in common at least."""
FEWEST_KAPPA: Final = 20
"""Items below which a pair's chance agreement is guesswork."""
SAMPLED: Final = 20_000
"""Pairs of free labels that are compared; of those drawn on the page a tenth, for they are costly."""


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """For admins. Two people by their pseudonyms, the items both answered, and how far they agree there: the share of
    equal answers, of free labels 1 less their mean distance; and Cohen's κ, None of free labels and of few items."""

    one: str
    other: str
    items: int
    percent: float
    kappa: float | None


@dataclass(frozen=True, slots=True)
class Alike:
    """For admins. How far a person's answers are those of others on the same items (0…1, mean over `items`), with the
    bounds of a 95 % interval. None where nobody answered the same."""

    share: float | None
    items: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class _Met:
    """Pairs of answers to one item: whose, what, how alike, and by how many others each is shared."""

    one: Ints
    other: Ints
    first: Ints
    second: Ints
    alike: NDArray[np.float64]
    others: Ints


class Shared:
    """Who gave which answer to which item, of items with two answers or more."""

    def __init__(self, found: Columns) -> None:
        several = found.sizes > 1
        kept = np.repeat(several, found.sizes)
        self._sizes = found.sizes[several]
        self._starts = np.cumsum(self._sizes) - self._sizes
        self._people, self._codes = found.people[kept], [codes[kept] for codes in found.codes]
        self._done = found.done[several]
        self._met: dict[int, _Met] = {}

    def done(self, at: int) -> bool:
        """Of an item by its number, as in `rows`."""
        return bool(self._done[at])

    def rows(self, question: int, most: int) -> list[tuple[int, list[int], list[int]]]:
        """(number of the item, its people, the numbers of their labels) of items with two labels or more; every so many
        of them where there are more than `most` answers."""
        every = -(-len(self._people) // most) or 1
        found = []
        for at in range(0, len(self._sizes), every):
            mine = slice(self._starts[at], self._starts[at] + self._sizes[at])
            both = zip(self._people[mine].tolist(), self._codes[question][mine].tolist(), strict=True)
            asked = [(who, code) for who, code in both if code >= 0]
            if len(asked) > 1:
                found.append((at, [who for who, _ in asked], [code for _, code in asked]))
        return found

    def pairs(self, coder: Coder, question: int, names: Mapping[int, str]) -> tuple[PairAgreement, ...]:
        met = self._meeting(coder, question)
        if met is None:
            return ()
        both = met.one << 32 | met.other
        keys, which, counts = np.unique(both, return_inverse=True, return_counts=True)
        alike = np.bincount(which, met.alike, minlength=len(keys))
        # The same pairs whatever order people came in: of equals those who joined first.
        most = [at for at in np.lexsort((keys, -counts)) if counts[at] >= FEWEST][:SHOWN]
        return tuple(
            PairAgreement(
                one=names[int(keys[at] >> 32)],
                other=names[int(keys[at] & 0xFFFFFFFF)],
                items=int(counts[at]),
                percent=float(alike[at] / counts[at]),
                kappa=_kappa(met, which == at) if coder.type.CATEGORICAL and counts[at] >= FEWEST_KAPPA else None,
            )
            for at in most
        )

    def people(self, coders: Sequence[Coder]) -> dict[int, Alike]:
        """Over all questions together."""
        sums: dict[int, list[float]] = {}
        for question, coder in enumerate(coders):
            for person, alike, items in _singly(self._meeting(coder, question)):
                held = sums.setdefault(person, [0.0, 0.0])
                held[0] += alike
                held[1] += items
        return {person: _alike(alike, round(items)) for person, (alike, items) in sums.items()}

    def _meeting(self, coder: Coder, question: int) -> _Met | None:
        if question not in self._met:
            labels = self._codes[question]
            asked = labels >= 0
            items = np.repeat(np.arange(len(self._sizes)), self._sizes)
            self._met[question] = _meeting(coder, items[asked], self._people[asked], labels[asked])
        met = self._met[question]
        return met if len(met.one) else None


def _meeting(coder: Coder, items: Ints, people: Ints, labels: Ints) -> _Met:
    sizes = np.bincount(items, minlength=1)
    ends = np.cumsum(sizes)[items] if len(items) else items
    left, right = [], []
    at, step = np.arange(len(items)), 1
    while len(at := at[at + step < ends[at]]):
        left.append(at)
        right.append(at + step)
        step += 1
    one, other = (np.concatenate(side) if side else np.zeros(0, np.int64) for side in (left, right))
    if not coder.type.CATEGORICAL and len(one):
        # Every so many, so that they come from all over the project.
        every = -(-len(one) // (SAMPLED // 10 if coder.type.EDITOR else SAMPLED))
        one, other = one[::every], other[::every]
    swapped = people[one] > people[other]
    one, other = np.where(swapped, other, one), np.where(swapped, one, other)
    first, second = labels[one], labels[other]
    if coder.type.CATEGORICAL:
        alike = (first == second).astype(float)
    else:
        alike = 1 - np.array(coder.distances(first.tolist(), second.tolist()), float)
    return _Met(people[one], people[other], first, second, alike, sizes[items[one]] - 1)


def _kappa(met: _Met, theirs: NDArray[np.bool_]) -> float | None:
    return cohen(zip(met.first[theirs].tolist(), met.second[theirs].tolist(), strict=True))


def _singly(met: _Met | None) -> Iterator[tuple[int, float, float]]:
    """(person, sum of likeness, items) of everybody; each item counts once, however many others answered it."""
    if met is None:
        return
    both = np.concatenate((met.one, met.other))
    weight = np.tile(1 / met.others, 2)
    people, which = np.unique(both, return_inverse=True)
    alike = np.bincount(which, np.tile(met.alike, 2) * weight)
    items = np.bincount(which, weight)
    yield from zip(people.tolist(), alike.tolist(), items.tolist(), strict=True)


def _alike(alike: float, items: int) -> Alike:
    share = min(1.0, alike / items) if items else None
    bounds = wilson(share or 0.0, items)
    return Alike(share, items, bounds.low, bounds.high)


NOBODY: Final = Alike(None, 0, 0.0, 1.0)
