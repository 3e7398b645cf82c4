"""How far people agree: coefficients over items with several answers, and distances between texts.

A `unit` is the sequence of labels that one item got, without gaps and in any order. Coefficients are None where no item
has two answers, and 1.0 where every answer is the same. Names and formulas: Krippendorff, "Computing Krippendorff's
Alpha-Reliability" (2011); Gwet, "Computing inter-rater reliability and its variance in the presence of high agreement"
(2008), with missing answers as in his Handbook (2014), chapter 2.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, combinations
from typing import Generic, TypeVar

from rapidfuzz.distance import Levenshtein

from bot.quality.values import frozen

V = TypeVar("V")
Distance = Callable[[V, V], float]
Distances = Callable[[Sequence[V], Sequence[V]], Sequence[float]]
Metric = Callable[[Sequence[V], Sequence[int]], Distance[V]]
"""A distance that depends on how often each label was given: (distinct labels, how often) → distance, on any scale."""
Codes = tuple[int, ...]
Units = Iterable[Sequence[V]] | Mapping[tuple[V, ...], int]
"""Units one by one, or how often each came."""

EXACT_VALUES = 2_000
"""Up to so many distinct labels, expected disagreement is summed over every pair of them; fewer where distances are
costly."""
SAMPLED_PAIRS = 200_000
"""Above, it is the mean of so many random pairs: a standard error under 0.0012 for any distance of 0…1."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What is always shown together, since each figure misleads alone: α is harsh where one class is rare, AC1 mild.
    `items` are those with two answers or more, `answers` the answers to them. None: nothing to compare."""

    alpha: float | None
    ac1: float | None
    percent: float | None
    items: int
    answers: int


def agreement(
    units: Units[V],
    distance: Distance[V],
    categorical: bool,
    metric: Metric[V] | None = None,
    costly: bool = False,
) -> Agreement:
    """All figures of a project in one pass over its units; `distance` gives 0…1.

    `percent` (0…1) is the share of equal pairs where labels are categorical; of free labels it is 1 less the mean
    distance of an item's answers, and there is no AC1. α goes by `metric` where one is given; of a `costly` distance
    a tenth of the pairs is taken, where they are too many to take all.
    """
    tally = _tally(units)
    return Agreement(
        alpha=_alpha(tally, metric(tally.values, tally.totals) if metric else distance, 10 if costly else 1),
        ac1=_ac1(tally) if categorical else None,
        percent=_observed(tally, nominal if categorical else distance),
        items=tally.items,
        answers=tally.answers,
    )


def free_agreement(
    counts: Mapping[V, int], distances: Distances[V], items: int, means: float, apart: float, costly: bool
) -> Agreement:
    """The same of free labels whose distances on items are known: `counts` is how often each was given to the `items`
    with two answers or more, `means` the sum over these of the mean distance of two, `apart` of answers × that.
    `distances` are those of many pairs at once."""
    if not items:
        return Agreement(None, None, None, 0, 0)
    answers = sum(counts.values())
    expected = _expected(list(counts.items()), answers, distances, 10 if costly else 1)
    alpha = 1 - apart / answers / expected if expected else 1.0
    return Agreement(alpha, None, 1 - means / items, items, answers)


def alpha(units: Units[V], distance: Distance[V]) -> float | None:
    """Krippendorff's α under a symmetric distance with distance(a, a) = 0.

    Time goes with distinct labels and distinct combinations of them on an item, not with answers. Beyond EXACT_VALUES
    distinct labels expected disagreement is estimated from SAMPLED_PAIRS pairs drawn with a fixed seed: the same units
    in the same order give the same figure.
    """
    return _alpha(_tally(units), distance)


def alpha_ordinal(units: Iterable[Sequence[float]]) -> float | None:
    """α for labels of which only the order counts."""
    tally = _tally(units)
    return _alpha(tally, ordinal(tally.values, tally.totals))


def ordinal(values: Sequence[float], totals: Sequence[int]) -> Distance[float]:
    """The squared distance of the labels' mean ranks among all answers."""
    by_value = sorted(zip(values, totals, strict=True))
    below = accumulate((count for _, count in by_value), initial=0)
    rank = {value: before + count / 2 for (value, count), before in zip(by_value, below, strict=False)}
    return lambda one, other: (rank[one] - rank[other]) ** 2


def fleiss(units: Iterable[Sequence[V]]) -> float | None:
    """Fleiss' κ; with unequal numbers of answers, Gwet's generalisation of it."""
    tally = _tally(units)
    observed = _observed(tally, nominal)
    return None if observed is None else _corrected(observed, math.fsum(share**2 for share in _shares(tally)))


def cohen(pairs: Iterable[tuple[V, V]]) -> float | None:
    """Cohen's κ of two people: chance is what each one's own habits would give."""
    return _two_people(pairs, lambda one, other: one * other)


def scott_pi(pairs: Iterable[tuple[V, V]]) -> float | None:
    """Scott's π of two people: chance is what their pooled habits would give."""
    return _two_people(pairs, lambda one, other: ((one + other) / 2) ** 2)


def bennett_s(pairs: Iterable[tuple[V, V]]) -> float | None:
    """Bennett's S of two people: chance is one in as many classes as they used."""
    tally = _tally(pairs)
    observed = _observed(tally, nominal)
    return None if observed is None else _corrected(observed, 1 / len(tally.values))


def nominal(one: object, other: object) -> float:
    """0 for equal labels, else 1."""
    return float(one != other)


def edit_distance_ratio(one: str, other: str) -> float:
    """Edits between two texts ÷ the longer one's length, in code points: 0 for equal texts, 1 for nothing in common."""
    return Levenshtein.normalized_distance(one, other)


def edit_distance_ratios(ones: Iterable[str], others: Iterable[str]) -> list[float]:
    """The same of as many pairs."""
    return list(map(Levenshtein.normalized_distance, ones, others))


def word_error_rate(reference: str, hypothesis: str) -> float:
    """Word edits ÷ words of the reference; above 1 where too much was written. Words are what white space parts: case
    and punctuation count. Against an empty reference anything written is 1."""
    said, wanted = hypothesis.split(), reference.split()
    if not wanted:
        return float(bool(said))
    return Levenshtein.distance(wanted, said) / len(wanted)


@dataclass(frozen=True)
class _Tally(Generic[V]):
    """Units by what they hold: `values` are the distinct labels, `groups` each sorted tuple of their indices
    that some unit gave, with how many units did."""

    values: list[V]
    groups: Counter[Codes]

    @cached_property
    def pairable(self) -> list[tuple[dict[int, int], int, int]]:
        """(answers by label, answers, units) of every group with at least two answers."""
        several = ((codes, times) for codes, times in self.groups.items() if len(codes) > 1)
        return [(Counter(codes), len(codes), times) for codes, times in several]

    @cached_property
    def totals(self) -> list[int]:
        """Answers by label, over pairable units."""
        totals = [0] * len(self.values)
        for counts, _, times in self.pairable:
            for code, count in counts.items():
                totals[code] += count * times
        return totals

    @property
    def items(self) -> int:
        return sum(times for _, _, times in self.pairable)

    @property
    def answers(self) -> int:
        return sum(size * times for _, size, times in self.pairable)


def _tally(units: Units[V]) -> _Tally[V]:
    if isinstance(units, Mapping):
        return _coded(units)
    rows = [tuple(unit) for unit in units]
    try:
        seen = Counter(rows)
    except TypeError:  # lists and mappings: slower, through their hashable twins
        first = {frozen(value): value for row in reversed(rows) for value in reversed(row)}
        twins = Counter(tuple(frozen(value) for value in row) for row in rows)
        coded = _coded(twins)
        return _Tally([first[key] for key in coded.values], coded.groups)
    return _coded(seen)


def _coded(seen: Mapping[tuple[V, ...], int]) -> _Tally[V]:
    codes: dict[V, int] = {}
    groups: Counter[Codes] = Counter()
    for row, times in seen.items():
        groups[tuple(sorted(codes.setdefault(value, len(codes)) for value in row))] += times
    return _Tally(list(codes), groups)


def _alpha(tally: _Tally[V], distance: Distance[V], spared: int = 1) -> float | None:
    if not tally.answers:
        return None
    expected = _expected_disagreement(tally, distance, spared)
    if expected == 0:
        return 1.0
    apart = (
        times * size * _disagreement(tally.values, counts, size, distance) for counts, size, times in tally.pairable
    )
    return 1 - math.fsum(apart) / tally.answers / expected


def _disagreement(values: Sequence[V], counts: dict[int, int], size: int, distance: Distance[V]) -> float:
    """Mean distance of two answers of one unit."""
    apart = (counts[a] * counts[b] * distance(values[a], values[b]) for a, b in combinations(counts, 2))
    return 2 * math.fsum(apart) / (size * (size - 1))


def _expected_disagreement(tally: _Tally[V], distance: Distance[V], spared: int) -> float:
    """Mean distance of two answers drawn from all pairable ones. `spared`: so many times fewer pairs are looked at."""
    present = [(value, count) for value, count in zip(tally.values, tally.totals, strict=True) if count]
    return _expected(present, tally.answers, lambda ones, others: list(map(distance, ones, others)), spared)


def _expected(present: Sequence[tuple[V, int]], answers: int, distances: Distances[V], spared: int) -> float:
    if len(present) <= EXACT_VALUES / math.sqrt(spared):
        return 2 * math.fsum(_apart(present, distances)) / (answers * (answers - 1))
    import numpy as np  # where there are so many labels: a batch command or a child process

    drawn = SAMPLED_PAIRS // spared
    shares = np.array([count for _, count in present]) / answers
    pairs = np.random.default_rng(0).choice(len(present), size=(drawn, 2), p=shares)
    ones, others = pairs[pairs[:, 0] != pairs[:, 1]].T.tolist()
    apart = math.fsum(distances([present[at][0] for at in ones], [present[at][0] for at in others]))
    # A draw may meet the same answer twice, which two answers cannot.
    return apart / drawn * answers / (answers - 1)


def _apart(present: Sequence[tuple[V, int]], distances: Distances[V]) -> Iterator[float]:
    """The distance of each two labels, as often as their answers meet."""
    for place, (one, a) in enumerate(present):
        rest = present[place + 1 :]
        between = distances([one] * len(rest), [other for other, _ in rest])
        yield from (a * b * apart for (_, b), apart in zip(rest, between, strict=True))


def _observed(tally: _Tally[V], distance: Distance[V]) -> float | None:
    if not tally.items:
        return None
    apart = (times * _disagreement(tally.values, counts, size, distance) for counts, size, times in tally.pairable)
    return 1 - math.fsum(apart) / tally.items


def _ac1(tally: _Tally[V]) -> float | None:
    observed = _observed(tally, nominal)
    if observed is None:
        return None
    shares = _shares(tally)
    if len(shares) == 1:
        return 1.0
    return _corrected(observed, math.fsum(share * (1 - share) for share in shares) / (len(shares) - 1))


def _shares(tally: _Tally[V]) -> list[float]:
    """How common each label is on an item, over all items with an answer."""
    shares = [0.0] * len(tally.values)
    items = 0
    for codes, times in tally.groups.items():
        items += times if codes else 0
        for code in codes:
            shares[code] += times / len(codes)
    return [share / items for share in shares]


def _corrected(observed: float, chance: float) -> float:
    return 1.0 if math.isclose(chance, 1) else (observed - chance) / (1 - chance)


def _two_people(pairs: Iterable[tuple[V, V]], chance: Callable[[float, float], float]) -> float | None:
    """A coefficient whose chance agreement is a sum over classes of chance(first's share, second's share)."""
    held = [(frozen(one), frozen(other)) for one, other in pairs]
    if not held:
        return None
    first, second = (Counter(column) for column in zip(*held, strict=True))
    both = math.fsum(chance(first[label] / len(held), second[label] / len(held)) for label in first | second)
    return _corrected(sum(one == other for one, other in held) / len(held), both)
