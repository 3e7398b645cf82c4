"""Who agrees with whom: by pair of people, and each person with all others who answered the same items."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bot.quality.agreeing import wilson
from bot.quality.coding import Coded, Coder, Together
from bot.quality.measures import cohen

Ints: TypeAlias = NDArray[np.int64]

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
    """Gathers who gave which answer to which item."""

    def __init__(self) -> None:
        self._people: list[str] = []
        self._given: list[tuple[Coded, ...]] = []
        self._done: list[bool] = []
        self._met: dict[int, _Met] = {}

    def extend(self, people: Sequence[str], found: Sequence[Together], done: Sequence[bool]) -> None:
        """Of each item: `people` are ids joined by commas, in the order of its answers; whether it is done."""
        several = [len(one.given) > 1 for one in found]
        self._people += compress(people, several)
        self._given += compress((one.given for one in found), several)
        self._done += compress(done, several)

    def done(self, at: int) -> bool:
        """Of an item by its number, as in `rows`."""
        return self._done[at]

    def rows(self, question: int, most: int) -> list[tuple[int, list[int], list[int]]]:
        """(number of the item, its people, the numbers of their labels) of items with two labels or more; every so many
        of them where there are more than `most` answers."""
        every = -(-sum(len(one) for one in self._given) // most) or 1
        found = []
        for at in range(0, len(self._given), every):
            people = map(int, self._people[at].split(","))
            asked = [(who, row[question]) for who, row in zip(people, self._given[at], strict=True)]
            codes = [code for _, code in asked if code is not None]
            if len(codes) > 1:
                found.append((at, [who for who, code in asked if code is not None], codes))
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
        if question not in self._met and self._people:
            self._met[question] = _meeting(coder, *self._answers(question))
        met = self._met.get(question)
        return met if met is not None and len(met.one) else None

    def _answers(self, question: int) -> tuple[Ints, Ints, Ints]:
        """(item, person, label) of every answer to the question, those who were not asked it left out."""
        people = np.fromstring(",".join(self._people), dtype=np.int64, sep=",")
        items = np.repeat(np.arange(len(self._given)), [len(one) for one in self._given])
        given = (row[question] for one in self._given for row in one)
        labels = np.fromiter((-1 if code is None else code for code in given), np.int64, len(people))
        asked = labels >= 0
        return items[asked], people[asked], labels[asked]


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
        between = zip(first.tolist(), second.tolist(), strict=True)
        alike = np.array([1 - coder.distance(a, b) for a, b in between], float)
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
