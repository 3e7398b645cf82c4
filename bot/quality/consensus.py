"""One label out of several people's: plain Python, because the bot itself asks after every answer."""

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Generic, TypeVar

from bot.quality.values import frozen

V = TypeVar("V")
V_co = TypeVar("V_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Merged(Generic[V_co]):
    """The consensus of one item. With a tie (or without an answer) there is no value, and `tie` lists the labels that
    stand equal at the top, in an order that does not depend on who answered first. `confidence` is 0…1: a share of the
    votes, or a likeness, or where people were weighed how `likely` the value is right."""

    value: V_co | None
    confidence: float
    tie: tuple[V_co, ...] = ()
    likely: bool = False


def vote(values: Sequence[V], weights: Sequence[float] | None = None) -> Merged[V]:
    """The label with the most weight behind it; `confidence` is its share of all weight.

    Where nobody's answer weighs anything, all labels tie at confidence 0. Raises ValueError for a negative or missing
    weight.
    """
    candidates = _candidates(values, weights)
    total = math.fsum(weight for _, weight in candidates)
    return _decided([(value, weight / total if total else 0.0) for value, weight in candidates])


def medoid(values: Sequence[V], distance: Callable[[V, V], float], weights: Sequence[float] | None = None) -> Merged[V]:
    """The answer nearest to all others, for labels that are hardly ever equal; with a distance of 0 or 1 it is `vote`.

    `confidence` is 1 less the weighted mean distance (0…1) to every answer, itself included. Two different answers
    always tie. An answer without weight is never chosen.
    """
    candidates = _candidates(values, weights)
    total = math.fsum(weight for _, weight in candidates)
    if not total:
        return _decided([(value, 0.0) for value, _ in candidates])
    weighty = [(value, weight) for value, weight in candidates if weight]
    return _decided([(value, 1 - _spread(value, weighty, distance) / total) for value, _ in weighty])


def disagreement(values: Sequence[V], distance: Callable[[V, V], float]) -> float:
    """Mean distance over all pairs of an item's answers; 0 for fewer than two."""
    apart = [distance(one, other) for one, other in combinations(values, 2)]
    return math.fsum(apart) / len(apart) if apart else 0.0


def _candidates(values: Sequence[V], weights: Sequence[float] | None) -> list[tuple[V, float]]:
    """Each distinct value once with its summed weight, in a stable order."""
    if weights is None:
        weights = [1.0] * len(values)
    if any(not 0 <= weight < math.inf for weight in weights):
        raise ValueError("a weight must be a finite number of 0 or more")
    first: dict[Hashable, V] = {}
    behind: dict[Hashable, list[float]] = {}
    for value, weight in zip(values, weights, strict=True):
        key = frozen(value)
        first.setdefault(key, value)
        behind.setdefault(key, []).append(weight)
    return [(first[key], math.fsum(behind[key])) for key in _ordered(first)]


def _ordered(keys: dict[Hashable, V]) -> list[Hashable]:
    try:
        return sorted(keys)  # type: ignore[type-var]  # keys that cannot be compared say so
    except TypeError:
        return sorted(keys, key=repr)


def _spread(value: V, candidates: list[tuple[V, float]], distance: Callable[[V, V], float]) -> float:
    return math.fsum(weight * distance(value, other) for other, weight in candidates)


def _decided(scored: list[tuple[V, float]]) -> Merged[V]:
    if not scored:
        return Merged(None, 0.0)
    best = max(score for _, score in scored)
    # Weights are learnt, so equal sums may differ in their last bit.
    leaders = [value for value, score in scored if math.isclose(score, best, rel_tol=1e-9, abs_tol=1e-12)]
    if len(leaders) == 1 and best > 0:
        return Merged(leaders[0], best)
    return Merged(None, best, tuple(leaders))
