"""What a crowd's answers come to: five methods over the same numbers. All are deterministic.

Dawid and Skene, "Maximum likelihood estimation of observer error-rates using the EM algorithm" (1979); Kim and
Ghahramani, "Bayesian classifier combination" (2012), by variational inference as in Simpson et al. (2013), with a prior
that all workers share (Moreno et al., "Bayesian nonparametric crowdsourcing", 2015); one coin a worker as in Li and Yu,
"Error rate bounds and iterative weighted majority voting for crowdsourcing" (2014).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import sparse
from scipy.special import digamma

from bot.quality.crowd.answers import Answers, Floats, Ints

ROUNDS: Final = 30
BEGUN: Final = 3
"""Rounds of the weighted vote that the methods with matrices begin from."""
SETTLED: Final = 1e-4
"""Rounds end when posteriors move no farther than this in the mean of all items: a few on the edge between two classes
would keep a million others from ending."""
MATRICES: Final = 20_000_000
"""Numbers that all workers' matrices may hold together, 160 MB; with more classes there are only the coins."""
HABIT: Final = 4.0
"""How many answers everybody's pooled accuracy counts as in one person's: somebody with one answer is as the others."""
SHARED: Final = 2.0
"""The same of the pooled confusion matrix, for each true class."""
DIAGONAL: Final = 4.0
"""The pooled matrix' own prior on the diagonal, against 1 off it."""


@dataclass(frozen=True)
class Fit:
    """`best` class of each item (−1: a tie, or nobody answered) and how sure that is, 0…1; `skill` of each worker, the
    share of their answers that is right by this; `confusion` workers × given × true in expected counts, None where a
    worker is one number. `chance` tells how likely other answers are (items, workers, classes) → 0…1, where the
    posteriors are raised to a power first."""

    name: str
    best: Ints
    confidence: Floats
    skill: Floats
    chance: Callable[[Ints, Ints, Ints, float], Floats]
    sharpened: Callable[[float], Floats]
    confusion: Floats | None = None


def majority(answers: Answers, gold: Ints | None = None) -> Fit:
    """Everybody counts the same."""
    return _by_pairs("majority", answers, gold, rounds=0)


def weighted(answers: Answers, gold: Ints | None = None) -> Fit:
    """A vote in which a worker weighs by how much better than chance they are."""
    return _by_pairs("weighted", answers, gold, rounds=ROUNDS)


def one_coin(answers: Answers, gold: Ints | None = None) -> Fit:
    """Each worker is right with one probability, and else gives any other class."""
    return _by_pairs("one-coin", answers, gold, rounds=ROUNDS, odds=True)


def _by_pairs(name: str, answers: Answers, gold: Ints | None, rounds: int, odds: bool = False) -> Fit:
    """Only classes that an item was given are looked at: it goes with ten thousand classes too."""
    classes = max(answers.classes, 2)
    keys, place = np.unique(answers.item * classes + answers.given, return_inverse=True)
    owner = keys // classes
    told = _told(gold)
    share = told(
        _shares(np.bincount(place, minlength=len(keys)).astype(float), owner, answers.items), owner, keys % classes
    )
    right = _rightness(answers, share[place], classes)
    for _ in range(rounds):
        score = np.bincount(place, _weight(right, classes, odds)[answers.worker], len(keys))
        fresh = (
            _posterior(score.astype(float), owner, answers.items, classes)
            if odds
            else _shares(score.astype(float), owner, answers.items)
        )
        fresh = told(fresh, owner, keys % classes)
        moved = np.abs(fresh - share).sum() / max(answers.items, 1)
        share, right = fresh, _rightness(answers, fresh[place], classes)
        if moved < SETTLED:
            break

    candidates = np.bincount(owner, minlength=answers.items)

    def tempered(power: float) -> Floats:
        raised = share**power
        rest = np.maximum(0.0, 1 - np.bincount(owner, share, answers.items)) / np.maximum(1, classes - candidates)
        free = (classes - candidates) * rest**power
        total = np.bincount(owner, raised, answers.items) + free
        return np.asarray(raised / np.maximum(total, 1e-300)[owner])

    def chance(item: Ints, worker: Ints, given: Ints, power: float) -> Floats:
        wanted = item * classes + given
        found = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
        held = np.where(keys[found] == wanted, tempered(power)[found], 0.0) if len(keys) else np.zeros(len(item))
        known = right[worker]
        return np.asarray(held * known + (1 - held) * (1 - known) / (classes - 1))

    best, sure = _leaders(share, owner, keys % classes, answers.items)

    def sharpened(power: float) -> Floats:
        return _leaders(tempered(power), owner, keys % classes, answers.items)[1]

    return Fit(name, best, sure, right, chance, sharpened)


def _told(gold: Ints | None) -> Callable[[Floats, Ints, Ints], Floats]:
    """What is known of an item takes the place of what is believed; where nobody gave it, all are wrong."""

    def told(share: Floats, owner: Ints, of_class: Ints) -> Floats:
        if gold is None:
            return share
        return np.where(gold[owner] >= 0, gold[owner] == of_class, share)

    return told


def _shares(weight: Floats, owner: Ints, items: int) -> Floats:
    total = np.bincount(owner, weight, items)
    return np.asarray(weight / np.where(total > 0, total, 1.0)[owner])


def _posterior(score: Floats, owner: Ints, items: int, classes: int) -> Floats:
    """Classes that nobody gave have a score of 0 and their share as well."""
    if not len(score):
        return score
    top = np.zeros(items)
    np.maximum.at(top, owner, score)
    grown = np.exp(score - top[owner])
    unseen = (classes - np.bincount(owner, minlength=items)) * np.exp(-top)
    return np.asarray(grown / (np.bincount(owner, grown, items) + unseen)[owner])


def _rightness(answers: Answers, held: Floats, classes: int) -> Floats:
    """How often each worker is right, drawn to how often all are."""
    usual = float(held.mean()) if len(held) else 1 / classes
    right = np.bincount(answers.worker, held, answers.workers)
    return np.clip((right + HABIT * usual) / (answers.per_worker + HABIT), 1e-3, 1 - 1e-3)


def _weight(right: Floats, classes: int, odds: bool) -> Floats:
    if odds:
        return np.asarray(np.log(right * (classes - 1) / (1 - right)))
    return np.maximum(right - 1 / classes, 1e-3)


def _leaders(share: Floats, owner: Ints, of_class: Ints, items: int) -> tuple[Ints, Floats]:
    best, sure = np.full(items, -1), np.zeros(items)
    if not len(share):
        return best, sure
    np.maximum.at(sure, owner, share)
    leads = share >= sure[owner] * (1 - 1e-9)
    several = np.bincount(owner, leads, items)
    best[owner[leads]] = of_class[leads]
    best[several != 1] = -1
    return best, sure


def dawid_skene(answers: Answers, gold: Ints | None = None) -> Fit:
    """A confusion matrix a worker, by maximum likelihood with a little smoothing."""
    return _by_matrices("dawid-skene", answers, gold, _likely)


def ibcc(answers: Answers, gold: Ints | None = None) -> Fit:
    """A confusion matrix a worker, each drawn to the one that all share."""
    return _by_matrices("ibcc", answers, gold, _expected)


def has_matrices(answers: Answers) -> bool:
    """Whether there is room for the methods that keep a matrix a worker."""
    return answers.classes > 1 and answers.workers * answers.classes**2 + answers.items * answers.classes <= MATRICES


def _likely(counts: Floats, sizes: Floats) -> tuple[Floats, Floats]:
    smooth = counts + 0.01
    prior = np.log((sizes + 1e-9) / (sizes.sum() + 1e-9 * len(sizes)))
    return np.log(smooth / smooth.sum(1, keepdims=True)), np.asarray(prior)


def _expected(counts: Floats, sizes: Floats) -> tuple[Floats, Floats]:
    full = _with_prior(counts)
    prior = digamma(sizes + 1) - digamma(sizes.sum() + len(sizes))
    return np.asarray(digamma(full) - digamma(full.sum(1, keepdims=True))), np.asarray(prior)


def _with_prior(counts: Floats) -> Floats:
    classes = counts.shape[1]
    pooled = counts.sum(0) + 1 + (DIAGONAL - 1) * np.eye(classes)
    return np.asarray(counts + SHARED * pooled / pooled.sum(0, keepdims=True))


def _by_matrices(
    name: str, answers: Answers, gold: Ints | None, step: Callable[[Floats, Floats], tuple[Floats, Floats]]
) -> Fit:
    """Posteriors are items × classes; counts workers × given × true."""
    shape = (answers.workers, answers.classes, answers.classes)
    ones = np.ones(len(answers.item), dtype=np.float32)
    column = answers.worker * answers.classes + answers.given
    table = sparse.csr_matrix((ones, (answers.item, column)), (answers.items, shape[0] * shape[1]))
    turned = table.transpose().tocsr()
    truth = _begin(answers, gold)
    known = np.flatnonzero(gold >= 0) if gold is not None else np.zeros(0, dtype=np.int64)
    certain = np.eye(answers.classes, dtype=np.float32)[gold[known]] if gold is not None else 0
    truth[known] = certain
    for _ in range(ROUNDS):
        likely, prior = step(np.asarray(turned @ truth, dtype=float).reshape(shape), truth.sum(0, dtype=float))
        fresh = _softmax(table @ likely.reshape(-1, shape[2]).astype(np.float32) + prior.astype(np.float32))
        fresh[known] = certain
        moved = float(np.abs(fresh - truth).sum()) / max(answers.items, 1)
        truth = fresh
        if moved < SETTLED:
            break
    counts = np.asarray(turned @ truth, dtype=float).reshape(shape)
    full = _with_prior(counts)
    emitted = full / full.sum(1, keepdims=True)

    def chance(item: Ints, worker: Ints, given: Ints, power: float) -> Floats:
        return np.asarray((_powered(truth[item], power) * emitted[worker, given]).sum(1))

    answered = answers.per_item > 0
    sure = truth.max(1) if answers.items else np.zeros(0)
    ties = (truth >= sure[:, None] * (1 - 1e-6)).sum(1) > 1
    best = np.where(ties | ~answered, -1, truth.argmax(1) if answers.items else 0)
    right = np.einsum("wkk->w", counts)
    usual = right.sum() / max(counts.sum(), 1.0)
    skill = (right + HABIT * usual) / (answers.per_worker + HABIT)

    def sharpened(power: float) -> Floats:
        return np.where(answered, _powered(truth, power).max(1), 0.0)

    return Fit(name, best, sharpened(1.0), skill, chance, sharpened, counts)


def _begin(answers: Answers, gold: Ints | None) -> Floats:
    """The weighted vote, which is nearer to the truth than the plain one; nothing is known of items without answers."""
    right = _by_pairs("", answers, gold, rounds=BEGUN).skill
    truth = np.zeros((answers.items, answers.classes), dtype=np.float32)
    weight = _weight(right, answers.classes, odds=False)[answers.worker].astype(np.float32)
    np.add.at(truth, (answers.item, answers.given), weight)
    truth[answers.per_item == 0] = 1
    return np.asarray(truth / truth.sum(1, keepdims=True))


def _softmax(score: Floats) -> Floats:
    grown = np.exp(score - score.max(1, keepdims=True))
    return np.asarray(grown / grown.sum(1, keepdims=True))


def _powered(truth: Floats, power: float) -> Floats:
    raised = np.maximum(truth, 1e-12) ** power
    return np.asarray(raised / raised.sum(1, keepdims=True))


METHODS: Final[dict[str, Callable[[Answers, Ints | None], Fit]]] = {
    "majority": majority,
    "weighted": weighted,
    "one-coin": one_coin,
    "dawid-skene": dawid_skene,
    "ibcc": ibcc,
}
WITH_MATRICES: Final = ("dawid-skene", "ibcc")
