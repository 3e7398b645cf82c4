"""What a crowd's answers come to: five methods over the same numbers. All are deterministic.

Dawid and Skene, "Maximum likelihood estimation of observer error-rates using the EM algorithm" (1979); Kim and
Ghahramani, "Bayesian classifier combination" (2012), with a prior that all workers share (Moreno et al., "Bayesian
nonparametric crowdsourcing", 2015); one coin a worker as in Li and Yu, "Error rate bounds and iterative weighted
majority voting for crowdsourcing" (2014).

An item that one person answered tells nothing about that person, so it is left out of what is learnt of people.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from bot.quality.crowd.answers import Answers, Floats, Ints

ROUNDS: Final = 30
BEGUN: Final = 3
"""Rounds of the weighted vote that the methods with matrices begin from."""
SETTLED: Final = 1e-4
"""Rounds end when posteriors move no farther than this in the mean of all items: a few on the edge between two classes
would keep a million others from ending."""
MATRICES: Final = 20_000_000
"""Numbers that all workers' matrices may hold together, 160 MB; with more classes there are only the coins."""
START: Final = 0.7
"""How often everybody is right before anything is compared: two strangers who agree prove little."""
STARTED: Final = 20.0
"""How many pairs of answers START counts as in everybody's accuracy; in the pooled matrix half of it, as answers of
each true class."""
HABIT: Final = 4.0
"""How many answers everybody's pooled accuracy counts as in one person's: somebody with one answer is as the others."""
SHARED: Final = 2.0
"""The same of the pooled confusion matrix, for each true class."""
SMOOTH: Final = 0.01
"""What Dawid and Skene's counts are raised by."""


@dataclass(frozen=True)
class Fit:
    """What one method makes of answers. `spread(power)` are the probabilities of the classes of each item, raised to a
    power first: items × classes, or where there is no room for that only those of (item, class) pairs that were given;
    of all fits of the same answers they are alike. `decided(spread)` is the class of each item (−1: a tie, or nobody
    answered) and how sure that is, 0…1. `believed(items, classes, power)` tells how likely these classes are,
    `chance(items, workers, classes, power)` how likely these workers are to give them. `skill` is the share of each
    worker's answers that is right by this."""

    skill: Floats
    spread: Callable[[float], Floats]
    decided: Callable[[Floats], tuple[Ints, Floats]]
    believed: Callable[[Ints, Ints, float], Floats]
    chance: Callable[[Ints, Ints, Ints, float], Floats]

    @property
    def best(self) -> Ints:
        return self.decided(self.spread(1.0))[0]


def majority(answers: Answers, gold: Ints | None = None) -> Fit:
    """Everybody counts the same."""
    return _by_pairs(answers, gold, rounds=0)


def weighted(answers: Answers, gold: Ints | None = None) -> Fit:
    """A vote in which a worker weighs by how much better than chance they are."""
    return _by_pairs(answers, gold, rounds=ROUNDS)


def one_coin(answers: Answers, gold: Ints | None = None) -> Fit:
    """Each worker is right with one probability, and else gives any other class."""
    return _by_pairs(answers, gold, rounds=ROUNDS, odds=True)


class _Pairs:
    """The (item, class) pairs that were given, in order: it goes with ten thousand classes too."""

    def __init__(self, answers: Answers, gold: Ints | None) -> None:
        self.answers, self.classes = answers, max(answers.classes, 2)
        self.keys, self.place = np.unique(answers.item * self.classes + answers.given, return_inverse=True)
        self.owner, self.of_class = self.keys // self.classes, self.keys % self.classes
        self.votes = np.bincount(self.place, minlength=len(self.keys)).astype(float)
        self.unseen = self.classes - np.bincount(self.owner, minlength=answers.items)
        self.gold = np.full(answers.items, -1) if gold is None else gold
        self.compared = _compared(answers, gold).astype(float)

    def summed(self, weight: Floats) -> Floats:
        """By each pair, of one weight a worker."""
        return np.bincount(self.place, weight[self.answers.worker], len(self.keys)).astype(float)

    def shares(self, weight: Floats) -> Floats:
        total = np.bincount(self.owner, weight, self.answers.items)
        return self.told(np.asarray(weight / np.where(total > 0, total, 1.0)[self.owner]))

    def told(self, share: Floats) -> Floats:
        """What is known of an item takes the place of what is believed; where nobody gave it, all are wrong."""
        known = self.gold[self.owner]
        return np.where(known >= 0, known == self.of_class, share)

    def posterior(self, score: Floats) -> tuple[Floats, Floats]:
        """Of the pairs, and of each item's classes that nobody gave: those have a score of 0."""
        top = np.zeros(self.answers.items)
        np.maximum.at(top, self.owner, score)
        grown, rest = np.exp(score - top[self.owner]), np.exp(-top)
        total = np.maximum(np.bincount(self.owner, grown, self.answers.items) + self.unseen * rest, 1e-300)
        return np.asarray(grown / total[self.owner]), np.asarray(rest / total)

    def found(self, share: Floats, rest: Floats, item: Ints, given: Ints) -> Floats:
        wanted = item * self.classes + given
        if not len(self.keys):
            return np.asarray(rest[item])
        at = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return np.where(self.keys[at] == wanted, share[at], rest[item])

    def usual(self) -> float:
        """How often people are right, by how often two of an item agree: r² + (1 − r)² ÷ (classes − 1)."""
        chances, counts = self.classes - 1, self.answers.per_item.astype(float)
        agreed, pairs = (self.votes * (self.votes - 1)).sum(), (counts * (counts - 1)).sum()
        began = START**2 + (1 - START) ** 2 / chances
        agreeing = (agreed + STARTED * began) / (pairs + STARTED)
        right = (1 + np.sqrt(max(0.0, chances * (agreeing * self.classes - 1)))) / self.classes
        return float(np.clip(right, 1 / self.classes + 1e-3, 1 - 1e-3))

    def rightness(self, share: Floats, usual: float) -> Floats:
        """How often each worker is right, drawn to how often all are."""
        right = np.bincount(self.answers.worker, share[self.place] * self.compared, self.answers.workers)
        counted = np.bincount(self.answers.worker, self.compared, self.answers.workers)
        return np.clip((right + HABIT * usual) / (counted + HABIT), 1e-3, 1 - 1e-3)

    def leaders(self, share: Floats) -> tuple[Ints, Floats]:
        best, sure = np.full(self.answers.items, -1), np.zeros(self.answers.items)
        np.maximum.at(sure, self.owner, share)
        leads = share >= sure[self.owner] * (1 - 1e-9)
        several = np.bincount(self.owner, leads, self.answers.items)
        best[self.owner[leads]] = self.of_class[leads]
        best[several != 1] = -1
        return best, sure


def _by_pairs(answers: Answers, gold: Ints | None, rounds: int, odds: bool = False) -> Fit:
    pairs = _Pairs(answers, gold)
    share, usual = pairs.shares(pairs.votes), pairs.usual()
    right = pairs.rightness(share, usual)
    for _ in range(rounds):
        summed = pairs.summed(_weight(right, pairs.classes, odds))
        fresh = pairs.told(pairs.posterior(summed)[0]) if odds else pairs.shares(summed)
        moved = np.abs(fresh - share).sum() / max(answers.items, 1)
        share, right = fresh, pairs.rightness(fresh, usual)
        if moved < SETTLED:
            break
    weights = _weight(right, pairs.classes, odds) if rounds else np.ones(answers.workers)
    if not odds:  # A share of votes is no probability: the mean answer has the odds of everybody's accuracy.
        mean = weights[answers.worker].mean() if len(answers.item) else 1.0
        weights = weights * float(_weight(np.array([usual]), pairs.classes, True)[0]) / mean
    score = pairs.summed(weights)

    def believed(item: Ints, given: Ints, power: float) -> Floats:
        return pairs.found(*pairs.posterior(score * power), item, given)

    def chance(item: Ints, worker: Ints, given: Ints, power: float) -> Floats:
        held, known = believed(item, given, power), right[worker]
        return np.asarray(held * known + (1 - held) * (1 - known) / (pairs.classes - 1))

    def spread(power: float) -> Floats:
        share, rest = pairs.posterior(score * power)
        if not has_matrices(answers):
            return share
        table = np.repeat(rest[:, None], answers.classes, axis=1)
        table[pairs.owner, pairs.of_class] = share
        return table

    decided = _leaders(answers) if has_matrices(answers) else pairs.leaders
    return Fit(right, spread, decided, believed, chance)


def _compared(answers: Answers, gold: Ints | None) -> npt.NDArray[np.bool_]:
    """Answers that others', or gold, can be held against."""
    several = answers.per_item > 1
    return (several if gold is None else several | (gold >= 0))[answers.item]


def _weight(right: Floats, classes: int, odds: bool) -> Floats:
    if odds:
        return np.asarray(np.log(right * (classes - 1) / (1 - right)))
    return np.maximum(right - 1 / classes, 1e-3)


def dawid_skene(answers: Answers, gold: Ints | None = None) -> Fit:
    """A confusion matrix a worker, by maximum likelihood with a little smoothing."""

    def scored(tables: _Tables, truth: Floats, counts: Floats) -> Floats:
        smooth = counts + SMOOTH
        likely = np.log(smooth / smooth.sum(1, keepdims=True))
        sizes = _columns(truth) + 1e-9
        scores = tables.all @ likely.reshape(-1, answers.classes).astype(np.float32)
        return np.asarray(scores + np.log(sizes / sizes.sum()).astype(np.float32))

    return _by_matrices(answers, gold, scored)


def ibcc(answers: Answers, gold: Ints | None = None) -> Fit:
    """A confusion matrix a worker, each drawn to the one that all share. Each answer is judged by what its worker gave
    to other items, so that no item confirms itself; classes are as frequent as believed and as in the vote, half each,
    because with few answers one class could swallow the others."""
    answered = np.flatnonzero(answers.per_item)
    voted = _vote(answers).take(answered, axis=0).sum(0)
    given = answers.worker * answers.classes + answers.given

    def scored(tables: _Tables, truth: Floats, counts: Floats) -> Floats:
        full = _with_prior(counts).astype(np.float32)
        least = (full - counts).astype(np.float32)
        own = truth.take(answers.item, axis=0) * tables.compared[:, None]
        said = np.maximum(_rows(full, given) - own, _rows(least, given))
        every = np.maximum(full.sum(1).take(answers.worker, axis=0) - own, least.sum(1).take(answers.worker, axis=0))
        sizes = _columns(truth.take(answered, axis=0)) + voted + 1
        return np.asarray(tables.gather @ np.log(said / every) + np.log(sizes / sizes.sum()).astype(np.float32))

    return _by_matrices(answers, gold, scored)


def has_matrices(answers: Answers) -> bool:
    """Whether there is room for the methods that keep a matrix a worker."""
    return answers.classes > 1 and answers.workers * answers.classes**2 + answers.items * answers.classes <= MATRICES


class _Tables:
    """Answers as sparse matrices: `all` is items × (worker, given), `turned` its transpose without what cannot be
    compared, `gather` items × answers."""

    def __init__(self, answers: Answers, gold: Ints | None) -> None:
        self.answers = answers
        self.compared = _compared(answers, gold).astype(np.float32)
        column = answers.worker * answers.classes + answers.given
        width = answers.workers * answers.classes
        self.ones = np.ones(len(column), dtype=np.float32)
        self.all = sparse.csr_matrix((self.ones, (answers.item, column)), (answers.items, width))
        kept = sparse.csr_matrix((self.compared, (answers.item, column)), (answers.items, width))
        self.turned = kept.transpose().tocsr()

    @cached_property
    def gather(self) -> sparse.csr_matrix:
        here = np.arange(len(self.answers.item))
        return sparse.csr_matrix((self.ones, (self.answers.item, here)), (self.answers.items, len(here)))

    def counts(self, truth: Floats) -> Floats:
        """Workers × given × true."""
        shape = (self.answers.workers, self.answers.classes, self.answers.classes)
        return np.asarray(self.turned @ truth, dtype=float).reshape(shape)


def confusion(answers: Answers, truth: Floats, gold: Ints | None) -> Floats:
    """Workers × given × true in expected counts, of answers that others' or gold can be held against."""
    return _Tables(answers, gold).counts(truth)


def _with_prior(counts: Floats) -> Floats:
    classes = counts.shape[1]
    began = np.full((classes, classes), (1 - START) / (classes - 1))
    np.fill_diagonal(began, START)
    pooled = counts.sum(0) + STARTED / 2 * began
    return np.asarray(counts + SHARED * pooled / pooled.sum(0, keepdims=True))


def _by_matrices(answers: Answers, gold: Ints | None, scored: Callable[[_Tables, Floats, Floats], Floats]) -> Fit:
    """Posteriors are items × classes; counts workers × given × true."""
    tables, truth = _Tables(answers, gold), _begin(answers, gold)
    known = np.flatnonzero(gold >= 0) if gold is not None else np.zeros(0, dtype=np.int64)
    certain = np.eye(answers.classes, dtype=np.float32)[gold[known]] if gold is not None else 0
    truth[known] = certain
    for _ in range(ROUNDS):
        fresh = _softmax(scored(tables, truth, tables.counts(truth)))
        fresh[known] = certain
        moved = float(np.abs(fresh - truth).sum()) / max(answers.items, 1)
        truth = fresh
        if moved < SETTLED:
            break
    counts = tables.counts(truth)
    full = _with_prior(counts)
    emitted = full / full.sum(1, keepdims=True)

    def believed(item: Ints, given: Ints, power: float) -> Floats:
        return np.asarray(_powered(truth.take(item, axis=0), power)[np.arange(len(item)), given])

    def chance(item: Ints, worker: Ints, given: Ints, power: float) -> Floats:
        emits = _rows(emitted, worker * answers.classes + given)
        return np.asarray((_powered(truth.take(item, axis=0), power) * emits).sum(1))

    right, counted = np.einsum("wkk->w", counts), counts.sum((1, 2))
    usual = (right.sum() + STARTED * START) / (counted.sum() + STARTED)
    skill = (right + HABIT * usual) / (counted + HABIT)
    return Fit(skill, lambda power: _powered(truth, power), _leaders(answers), believed, chance)


def _begin(answers: Answers, gold: Ints | None) -> Floats:
    """The weighted vote, which is nearer to the truth than the plain one; nothing is known of items without answers."""
    right = _by_pairs(answers, gold, rounds=BEGUN).skill
    return _vote(answers, _weight(right, answers.classes, odds=False))


def _vote(answers: Answers, weight: Floats | None = None) -> Floats:
    truth: Floats = np.zeros((answers.items, answers.classes), dtype=np.float32)
    heavy = np.float32(1) if weight is None else weight[answers.worker].astype(np.float32)
    np.add.at(truth, (answers.item, answers.given), heavy)
    truth[answers.per_item == 0] = 1
    return np.asarray(truth / _total(truth)[:, None])


def _leaders(answers: Answers) -> Callable[[Floats], tuple[Ints, Floats]]:
    def leaders(truth: Floats) -> tuple[Ints, Floats]:
        answered = answers.per_item > 0
        sure = _top(truth)
        ties = _total((truth >= sure[:, None] * (1 - 1e-6)).astype(np.float32)) > 1
        return np.where(ties | ~answered, -1, truth.argmax(1)), np.where(answered, sure, 0.0).astype(float)

    return leaders


def _softmax(score: Floats) -> Floats:
    grown = np.exp(score - _top(score)[:, None])
    return np.asarray(grown / _total(grown)[:, None])


def _powered(truth: Floats, power: float) -> Floats:
    raised = np.maximum(truth, 1e-12) ** power
    return np.asarray(raised / _total(raised)[:, None])


def _top(table: Floats) -> Floats:
    """The greatest of each row. A column at a time: rows are short, and numpy takes several times as long by rows."""
    return np.asarray(reduce(np.maximum, table.T))


def _columns(table: Floats) -> Floats:
    """The sum of each column, one by one for the same reason; one answer after the other, as `sum(0)` does it."""
    return np.array([column.cumsum(dtype=float)[-1] if len(column) else 0.0 for column in table.T])


def _rows(tables: npt.NDArray[np.floating[Any]], at: Ints) -> npt.NDArray[np.floating[Any]]:
    """Rows by their numbers through all tables; by a pair of indices it takes some fifty times as long."""
    return tables.reshape(-1, tables.shape[-1]).take(at, axis=0)


def _total(table: Floats) -> Floats:
    return np.asarray(table @ np.ones(table.shape[1], dtype=table.dtype))


METHODS: Final[dict[str, Callable[[Answers, Ints | None], Fit]]] = {
    "majority": majority,
    "weighted": weighted,
    "one-coin": one_coin,
    "dawid-skene": dawid_skene,
    "ibcc": ibcc,
}
WITH_MATRICES: Final = ("dawid-skene", "ibcc")
