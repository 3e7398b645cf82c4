"""How sure an agreement is and where it comes from: its interval, by label, over time, and by pair of people.

For batch commands and child processes: it loads numpy.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bot.labels.base import Said
from bot.quality import intervals
from bot.quality.coding import Apart, Coder, Codes
from bot.quality.measures import Agreement, Distance

Floats: TypeAlias = NDArray[np.float64]
LabelName: TypeAlias = tuple[str, Said]
"""As exports hold it, and as people see it."""

RESAMPLES: Final = 1_000
LEVEL: Final = 0.95
FEWEST: Final = 10
"""Items below which resampling them says little: there is no interval."""
EXACT_LABELS: Final = 64
RANKED_LABELS: Final = 16
EXACT_GROUPS: Final = 2_000
"""Up to so many labels, and combinations of them on an item, chance is counted anew in every resample; above, it is
that of all answers, which many labels hardly move."""
STEPS: Final = 1_000
"""Into so many steps disagreements are sorted then."""
DAYS: Final = 31
"""Agreement is told by day where answers span so many days at most, else by week."""
CONFUSED: Final = 8
"""Labels that fit in a table on a phone."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds of a figure that hold in 95 % of cases."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class LabelAgreement:
    """Whether people agree that an item has this label, by α of having it or not; `answers` of those compared hold it,
    which is `share` of them. None: nobody who was compared gave it."""

    name: str
    title: Said
    answers: int
    share: float
    alpha: float | None


@dataclass(frozen=True, slots=True)
class PeriodAgreement:
    """Of the items whose last answer came in the `days` days from `since` on. Chance is that of all answers, so that
    the α of periods, weighted by their answers, have the α of all as their mean."""

    since: date
    days: int
    alpha: float
    items: int
    answers: int


@dataclass(frozen=True, slots=True)
class Confusion:
    """Of two answers to one item: rows are what one says, columns what the other does, each a share (0…1) of its row.
    A row without answers is zeros."""

    labels: tuple[LabelName, ...]
    shares: tuple[tuple[float, ...], ...]
    answers: tuple[float, ...]
    """Behind each row."""


def wilson(share: float, count: int) -> Interval:
    """The 95 % interval of a share of `count` cases; 0…1 of none."""
    return Interval(*intervals.wilson(share * count, count)) if count else Interval(0.0, 1.0)


def interval(coder: Coder, found: Agreement) -> Interval | None:
    """Of α by the bootstrap over items (percentiles; Efron and Tibshirani 1993, chapter 13), the same every time. None
    where fewer than FEWEST items have two answers."""
    if found.alpha is None or found.items < FEWEST:
        return None
    groups = None if coder.type.EDITOR else _few_groups(coder)
    if groups is None:
        alphas = _by_steps(coder, found.alpha)
    else:
        labels = {code for codes, _ in groups for code in codes}
        alphas = _exactly(coder, groups, sorted(labels, key=lambda code: repr(coder.labels[code])))
    low, high = np.quantile(alphas, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return Interval(float(low), float(high))


def _few_groups(coder: Coder) -> list[tuple[Codes, int]] | None:
    """The items with two answers by their labels, and how many of each; None where these are too many."""
    if len(coder.compared) > (RANKED_LABELS if coder.ranked else EXACT_LABELS):
        return None
    groups = [(codes, times) for codes, times in coder.units.items() if len(codes) > 1]
    return groups if len(groups) <= EXACT_GROUPS else None


def _exactly(coder: Coder, groups: Sequence[tuple[tuple[int, ...], int]], labels: Sequence[int]) -> Floats:
    """α of every resample, by the counts of labels on items that are alike."""
    place = {code: index for index, code in enumerate(labels)}
    rows = sorted((tuple(sorted(place[code] for code in codes)), times) for codes, times in groups)
    counts = np.array([np.bincount(codes, minlength=len(labels)) for codes, _ in rows], float)
    draws = _draws([times for _, times in rows])
    totals = draws @ counts
    answers = totals.sum(axis=1)
    over = counts.sum(axis=1) - 1
    if coder.ranked:
        by_draw = np.array([_matrix(coder.metric(labels, row), labels) for row in totals.round().astype(int).tolist()])
        pairs = (counts[:, :, None] * counts[:, None, :] / over[:, None, None]).reshape(len(rows), -1)
        apart = np.einsum("bij,bij->b", (draws @ pairs).reshape(by_draw.shape), by_draw)
        expected = np.einsum("bi,bij,bj->b", totals, by_draw, totals)
    else:
        matrix = _matrix(coder.distance, labels)
        apart = draws @ (np.einsum("gi,ij,gj->g", counts, matrix, counts) / over)
        expected = np.einsum("bi,ij,bj->b", totals, matrix, totals)
    return _alphas(apart / answers, expected / (answers * (answers - 1)))


def _draws(times: Sequence[int]) -> Floats:
    """How often each group of alike items is drawn, a row a resample."""
    items = sum(times)
    drawn = np.random.default_rng(0).multinomial(items, np.array(times) / items, size=RESAMPLES)
    return np.asarray(drawn, float)


def _matrix(distance: Distance[int], labels: Sequence[int]) -> Floats:
    return np.array([[distance(one, other) for other in labels] for one in labels], float)


def _alphas(observed: Floats, expected: Floats) -> Floats:
    """1 where a resample holds one label only, as everywhere."""
    one = expected <= 0
    result: Floats = np.where(one, 1.0, 1 - observed / np.where(one, 1.0, expected))
    return result


def _by_steps(coder: Coder, alpha: float) -> Floats:
    """The same by the disagreement on items, chance being that of all answers."""
    steps: Counter[tuple[int, int]] = Counter()
    for (size, mean), times in _disagreements(coder).items():
        steps[size, round(mean * STEPS)] += times
    rows = sorted(steps.items())
    sizes = np.array([size for (size, _), _ in rows], float)
    apart = np.array([step / STEPS for (_, step), _ in rows])
    weights = np.array([times for _, times in rows], float) * sizes
    observed = float(weights @ apart / weights.sum())
    if not observed:
        return np.ones(RESAMPLES)
    draws = _draws([times for _, times in rows])
    # As α = 1 - observed / expected, a resample's is 1 - (1 - α) · its observed / observed.
    times_observed: Floats = (draws @ (sizes * apart)) / (draws @ sizes) / observed
    return 1 - (1 - alpha) * times_observed


def _disagreements(coder: Coder) -> Mapping[tuple[int, float], int]:
    """Items by (answers, mean distance of two): of ranks in units in which any two labels are at most 1 apart."""
    if not coder.ranked:
        return coder.apart
    distance, found = coder.alpha_distance(), Counter[tuple[int, float]]()
    labels = {code for codes in coder.units for code in codes if len(codes) > 1}
    farthest = max((distance(a, b) for a in labels for b in labels), default=0.0) or 1.0
    for codes, times in coder.units.items():
        if len(codes) > 1:
            found[len(codes), _mean(codes, distance) / farthest] += times
    return found


def _mean(codes: Sequence[int], distance: Distance[int]) -> float:
    """Mean distance of two answers of one item."""
    apart = math.fsum(distance(one, other) for one in codes for other in codes)
    return apart / (len(codes) * (len(codes) - 1))


def per_label(coder: Coder, names: Sequence[LabelName]) -> tuple[LabelAgreement, ...]:
    """Each of `names`, whatever else an answer holds."""
    if not names:
        return ()
    held: Counter[str] = Counter()
    apart: dict[str, float] = {}
    answers = 0
    for codes, times in coder.units.items():
        if len(codes) < 2:
            continue
        answers += len(codes) * times
        for name, count in Counter(name for code in codes for name in set(coder.names(code))).items():
            held[name] += count * times
            mixed = 2 * count * (len(codes) - count) / (len(codes) - 1)
            apart[name] = apart.get(name, 0.0) + mixed * times
    return tuple(
        LabelAgreement(name, title, held[name], held[name] / answers, _one(held[name], apart.get(name, 0.0), answers))
        for name, title in names
        if answers
    )


def _one(held: int, apart: float, answers: int) -> float | None:
    if not held:
        return None
    expected = 2 * held * (answers - held) / (answers - 1)
    return 1 - apart / expected if expected else 1.0


def over_time(coder: Coder, found: Agreement) -> tuple[PeriodAgreement, ...]:
    """By day or by week, the earliest first; periods in which nothing was to compare are left out."""
    if found.alpha is None:
        return ()
    days = {day: each for day, each in sorted(_daily(coder).items()) if each.items}
    length = 1 if (max(days) - min(days)).days < DAYS else 7
    periods: dict[date, Apart] = {}
    for day, each in days.items():
        since = day - timedelta(days=day.weekday() if length == 7 else 0)
        periods.setdefault(since, Apart()).join(each)
    observed = math.fsum(each.apart for each in days.values()) / sum(each.answers for each in days.values())
    scale = (1 - found.alpha) / observed if observed else 0.0
    return tuple(
        PeriodAgreement(since, length, 1 - scale * each.apart / each.answers, each.items, each.answers)
        for since, each in periods.items()
    )


def _daily(coder: Coder) -> Mapping[date, Apart]:
    if not coder.ranked:
        return coder.daily
    distance, found = coder.alpha_distance(), dict[date, Apart]()
    for (day, codes), times in coder.dated.items():
        found.setdefault(day, Apart()).add(len(codes), _mean(codes, distance), times)
    return found


def confusion(coder: Coder, names: Sequence[LabelName]) -> Confusion | None:
    """None for free labels, for answers that hold several, and for more labels than CONFUSED."""
    place = {name: index for index, (name, _) in enumerate(names)}
    single = coder.type.CATEGORICAL and not any(isinstance(label, list) for label in coder.labels)
    if not single or not 2 <= len(place) <= CONFUSED:
        return None
    table = np.zeros((len(place), len(place)))
    for codes, times in coder.units.items():
        if len(codes) > 1:
            counts = np.bincount([place[coder.names(code)[0]] for code in codes], minlength=len(place))
            table += times * (np.outer(counts, counts) - np.diag(counts)) / (len(codes) - 1)
    rows = table.sum(axis=1)
    shares = table / np.where(rows > 0, rows, 1)[:, None]
    return Confusion(tuple(names), tuple(map(tuple, shares.tolist())), tuple(rows.tolist())) if rows.any() else None


def confused(found: Confusion) -> Iterator[tuple[float, int, int]]:
    """(share, row, column) of what is taken for something else, the most often confused first."""
    every: list[Any] = [
        (share, a, b) for a, row in enumerate(found.shares) for b, share in enumerate(row) if a != b and share
    ]
    yield from sorted(every, key=lambda one: (-one[0], one[1], one[2]))
