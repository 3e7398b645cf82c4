"""How the methods are put together, and how sure what they say may be said to be.

No method wins everywhere, so `auto` is the mean of several, weighted by how well each foretells answers it was not
shown, and the truth of gold: stacking (Yao et al., "Using stacking to average Bayesian predictive distributions",
2018). Posteriors from few answers, or of people who err together, are surer than they are right, so each is raised to
the power at which it foretells best.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from bot.quality.crowd.answers import Answers, Floats, Ints
from bot.quality.crowd.methods import METHODS, WITH_MATRICES, confusion, has_matrices

AVERAGED: Final = "averaged"
"""What `auto` says its method is; it may be asked for by this name as well."""
ROOMY: Final = ("one-coin", "ibcc", "dawid-skene")
"""What is averaged; without room for matrices CROWDED."""
CROWDED: Final = ("majority", "weighted", "one-coin")
AFFORDED: Final = 4_000_000
"""Numbers that all workers' matrices may hold for them to be averaged: each method is fitted some eight times, which
takes ten seconds at this size."""
FOLDS: Final = 5
TRIED: Final = 60_000
"""Of more answers than this weights and powers are learnt on the items that so many belong to."""
FEWEST: Final = 30
"""Answers below which nothing is learnt of anybody: who differ tie."""
POWERS: Final = tuple(float(power) for power in np.geomspace(0.15, 1.0, 12))
EVEN: Final = 10.0
"""Answers that each method is granted before any are counted, so that few answers crown none."""
TRUSTED: Final = 40.0
"""Items of gold that weights and powers by held-out answers count as: of more gold than that, gold decides."""
SHIFTS: Final = 200
"""Rounds of EM that the weights take."""
LEAST: Final = 1e-9
SUREST: Final = 0.9999
"""What is not gold is never certain."""

Told = Callable[[str], None]


@dataclass(frozen=True)
class Consensus:
    """One class an item (−1: a tie or no answer) with a calibrated confidence, and each worker's skill (0…1).
    `confusion` is workers × given × true in expected counts, None where there is no room for it."""

    method: str
    best: Ints
    confidence: Floats
    skill: Floats
    confusion: Floats | None


def consensus(
    answers: Answers,
    method: str = "auto",
    gold: Ints | None = None,
    told: Told = lambda step: None,
    tried: int = TRIED,
) -> Consensus:
    """By a method of METHODS, or "auto". `gold` is the true class of each item, −1 where unknown; its items keep it.
    `told` hears what is being done; of more answers than `tried` weights and powers are learnt on a part. Raises
    ValueError for an unknown method, or one that needs room there is not."""
    known = np.full(answers.items, -1) if gold is None else gold
    names = _names(answers, method)
    if not len(answers.item):
        nothing = np.zeros(answers.items)
        return _with_gold(Consensus(names[0], known, nothing, np.full(answers.workers, np.nan), None), known)
    weights, powers = _learnt(_part(answers, tried), known, names, told)
    spread, skill, decided = np.zeros(()), np.zeros(answers.workers), None
    for name, weight, power in zip(names, weights, powers, strict=True):
        told(name)
        fit = METHODS[name](answers, known)
        spread, skill, decided = spread + weight * fit.spread(power), skill + weight * fit.skill, fit.decided
    assert decided is not None
    best, confidence = decided(spread)
    counts = confusion(answers, spread, known) if has_matrices(answers) else None
    said = names[0] if len(names) == 1 else AVERAGED
    return _with_gold(Consensus(said, best, confidence, skill, counts), known)


def _names(answers: Answers, method: str) -> Sequence[str]:
    """The methods that are averaged."""
    if method in ("auto", AVERAGED):
        if answers.classes < 2 or len(answers.item) < FEWEST:
            return ("majority",)
        roomy = has_matrices(answers) and answers.workers * answers.classes**2 <= AFFORDED
        return ROOMY if roomy else CROWDED
    if method not in METHODS:
        raise ValueError(f"there is no method {method}: auto, {', '.join(METHODS)}")
    if method in WITH_MATRICES and answers.classes < 2:
        return ("majority",)
    if method in WITH_MATRICES and not has_matrices(answers):
        raise ValueError(f"{method} keeps a table a person: {answers.classes} labels are too many; take weighted")
    return (method,)


def _with_gold(found: Consensus, gold: Ints) -> Consensus:
    known = gold >= 0
    best = np.where(known, gold, found.best)
    confidence = np.where(known, 1.0, np.minimum(found.confidence, SUREST))
    return Consensus(found.method, best, confidence, found.skill, found.confusion)


def _part(answers: Answers, tried: int) -> Answers:
    """So many whole items that they have so many answers, spread evenly."""
    if len(answers.item) <= tried:
        return answers
    every = -(-len(answers.item) // tried)
    return answers.only(answers.item % every == 0)


def _learnt(part: Answers, gold: Ints, names: Sequence[str], told: Told) -> tuple[Floats, Sequence[float]]:
    """A weight and a power for each method."""
    powers: list[float] = [1.0] * len(names)
    weights: Floats = np.full(len(names), 1 / len(names))
    foretold = _foretold(part, names, told) if len(part.item) >= FEWEST else np.zeros((len(names), len(POWERS), 0))
    if foretold.shape[2]:
        powers = [_best(_fit_of(one)) for one in foretold]
        weights = _weights(_at(foretold, powers), np.full(len(names), EVEN))
    judged = np.flatnonzero((gold >= 0) & (part.per_item > 0))
    if len(judged) > 1:
        by_gold = _on_gold(part, gold, judged, names, told)
        held = [_fit_of(one) / max(1, one.shape[1]) for one in foretold]
        powers = [_best(_fit_of(one) + TRUSTED * mean) for one, mean in zip(by_gold, held, strict=True)]
        weights = _weights(_at(by_gold, powers), TRUSTED * weights)
    return weights, powers


def _fit_of(likely: Floats) -> Floats:
    """The log-likelihood at each power of answers, or of gold (powers × these)."""
    return np.asarray(np.log(likely).sum(1))


def _best(fits: Floats) -> float:
    """The power that fits best; of equals the last, which is 1 where nothing was held out."""
    return POWERS[len(POWERS) - 1 - int(fits[::-1].argmax())]


def _at(likely: Floats, powers: Sequence[float]) -> Floats:
    """Methods × answers, each method at its power."""
    return np.stack([one[POWERS.index(power)] for one, power in zip(likely, powers, strict=True)])


def _weights(likely: Floats, prior: Floats) -> Floats:
    """Shares of a mixture by EM, `prior` in answers."""
    weights: Floats = prior / prior.sum()
    for _ in range(SHIFTS if len(prior) > 1 else 0):
        shares = weights[:, None] * likely
        fresh = (shares / shares.sum(0)).sum(1) + prior
        weights = np.asarray(fresh / fresh.sum())
    return weights


def _foretold(part: Answers, names: Sequence[str], told: Told) -> Floats:
    """Methods × powers × answers: the likelihood of each answer where the others of its fold were not looked at."""
    # By a fixed draw: an item's answers are spread over the folds.
    folds = np.random.default_rng(0).permutation(len(part.item)) % FOLDS
    found: list[Floats] = [np.zeros((len(names), len(POWERS), 0))]
    for fold in range(FOLDS):
        hidden = folds == fold
        shown = part.only(~hidden)
        judged = hidden & (shown.per_item[part.item] > 0)
        if judged.any():
            told(f"trying {fold + 1} of {FOLDS}")
            rows = part.item[judged], part.worker[judged], part.given[judged]
            fits = (METHODS[name](shown, None) for name in names)
            found.append(np.stack([_by_power(partial(fit.chance, *rows)) for fit in fits]))
    return np.concatenate(found, axis=2)


def _on_gold(part: Answers, gold: Ints, judged: Ints, names: Sequence[str], told: Told) -> Floats:
    """Methods × powers × items of gold: how likely its truth was of each half of it where only the other was known."""
    told("trying gold")
    odd = np.random.default_rng(0).permutation(len(judged)) % 2 == 1
    found = np.zeros((len(names), len(POWERS), len(judged)))
    for half in (odd, ~odd):
        hidden, known = judged[half], gold.copy()
        known[hidden] = -1
        for place, name in enumerate(names):
            fit = METHODS[name](part, known)
            found[place][:, half] = _by_power(partial(fit.believed, hidden, gold[hidden]))
    return found


def _by_power(likely: Callable[[float], Floats]) -> Floats:
    return np.stack([np.maximum(likely(power), LEAST) for power in POWERS])
