"""Which method fits the data, and how sure its posteriors may be said to be.

Every candidate is judged by answers it was not shown, or by gold where there is enough: no method wins everywhere, and
posteriors from few answers are surer than they are right.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from bot.quality.crowd.answers import Answers, Floats, Ints
from bot.quality.crowd.methods import METHODS, WITH_MATRICES, has_matrices

CANDIDATES: Final = ("majority", "weighted", "one-coin", "ibcc")
"""From the simplest on: of equals the first is taken. Dawid–Skene is there on request: with few answers it overfits."""
FOLDS: Final = 5
TRIED: Final = 200_000
"""Of more answers than this the choice is made on the items that so many belong to."""
FEWEST: Final = 30
"""Answers below which nothing is learnt of anybody: people who differ tie."""
GOLD_ENOUGH: Final = 50
"""Items with gold from which on it decides, in place of held-out answers."""
POWERS: Final = tuple(float(power) for power in np.geomspace(0.15, 1.0, 12))
MARGIN: Final = 1.0
"""Standard errors by which a candidate must beat a simpler one."""
GOLD_MARGIN: Final = 3.0
"""The same where gold is to overturn what held-out answers chose: several try, and one may be ahead by luck."""
LEAST: Final = 1e-9

Told = Callable[[str], None]


@dataclass(frozen=True)
class Consensus:
    """One class an item (−1: a tie or no answer) with a calibrated confidence, and each worker's skill (0…1).
    `confusion` is workers × given × true in expected counts, None of methods that keep no matrix."""

    method: str
    best: Ints
    confidence: Floats
    skill: Floats
    confusion: Floats | None


def consensus(
    answers: Answers, method: str = "auto", gold: Ints | None = None, told: Told = lambda step: None
) -> Consensus:
    """By a method of METHODS, or "auto". `gold` is the true class of each item, −1 where unknown; its items keep it.
    `told` hears what is being done. Raises ValueError for an unknown method, or one that needs room there is not."""
    known = np.full(answers.items, -1) if gold is None else gold
    if method != "auto" and method not in METHODS:
        raise ValueError(f"there is no method {method}: auto, {', '.join(METHODS)}")
    if method in WITH_MATRICES and answers.classes > 1 and not has_matrices(answers):
        raise ValueError(f"{method} keeps a table a person: {answers.classes} labels are too many; take weighted")
    if not len(answers.item):
        nothing = np.zeros(answers.items)
        return _with_gold(Consensus("majority", known, nothing, np.full(answers.workers, np.nan), None), known)
    part = _part(answers)
    name = _chosen(part, known, told) if method == "auto" else method
    if name in WITH_MATRICES and answers.classes < 2:
        name = "majority"
    told(name)
    fit = METHODS[name](answers, known)
    confidence = fit.sharpened(_power(part, known, name))
    return _with_gold(Consensus(name, fit.best, confidence, fit.skill, fit.confusion), known)


def _with_gold(found: Consensus, gold: Ints) -> Consensus:
    known = gold >= 0
    best, confidence = np.where(known, gold, found.best), np.where(known, 1.0, found.confidence)
    return Consensus(found.method, best, confidence, found.skill, found.confusion)


def _part(answers: Answers) -> Answers:
    """So many whole items that they have TRIED answers, spread evenly."""
    if len(answers.item) <= TRIED:
        return answers
    every = -(-len(answers.item) // TRIED)
    return answers.only(answers.item % every == 0)


def _chosen(part: Answers, gold: Ints, told: Told) -> str:
    """What foretells answers best, unless gold shows another to be right more often: some fifty items of gold
    alone would let the plain vote win by luck."""
    if len(part.item) < FEWEST:
        return CANDIDATES[0]
    names = [name for name in CANDIDATES if name not in WITH_MATRICES or has_matrices(part)]
    best = _ahead(names, lambda name: held_out(part, name), told)
    if not _decides(part, gold):
        return best
    others = [name for name in names if name != best]
    return _ahead([best, *others], lambda name: _on_gold(name, part, gold)[0], told, GOLD_MARGIN)


def _ahead(names: list[str], scored: Callable[[str], Floats], told: Told, margin: float = MARGIN) -> str:
    """The first, or what is ahead of it by `margin` standard errors."""
    best, best_scores = names[0], None
    for name in names:
        told(name)
        scores = scored(name)
        if best_scores is None:
            best_scores = scores
            continue
        ahead = scores - best_scores
        if len(ahead) and ahead.mean() > margin * ahead.std() / np.sqrt(len(ahead)):
            best, best_scores = name, scores
    return best


def _decides(part: Answers, gold: Ints) -> bool:
    return int(((gold >= 0) & (part.per_item > 0)).sum()) >= GOLD_ENOUGH


def _on_gold(name: str, part: Answers, gold: Ints) -> tuple[Floats, Floats]:
    """Of each half of the gold where only the other half was known: 1 for an item that is right, 0 for one that is
    not, or is a tie; and how sure the method was, POWERS × items."""
    judged = np.flatnonzero((gold >= 0) & (part.per_item > 0))
    odd = np.random.default_rng(0).permutation(len(judged)) % 2 == 1
    right, sure = np.zeros(len(judged)), np.zeros((len(POWERS), len(judged)))
    for half in (odd, ~odd):
        hidden = judged[half]
        known = gold.copy()
        known[hidden] = -1
        fit = METHODS[name](part, known)
        right[half] = fit.best[hidden] == gold[hidden]
        sure[:, half] = [fit.sharpened(power)[hidden] for power in POWERS]
    return right, sure


def held_out(part: Answers, name: str) -> Floats:
    """The log-likelihood of each answer where the others of its fold were not looked at, at the best of POWERS."""
    scores = [_of_fold(part, name, fold) for fold in range(FOLDS)]
    by_power = np.concatenate(scores, axis=1)
    return np.asarray(by_power[by_power.sum(1).argmax()]) if by_power.shape[1] else np.zeros(0)


def _of_fold(part: Answers, name: str, fold: int) -> Floats:
    """Powers × answers of the fold."""
    hidden = _folds(part) == fold
    shown = part.only(~hidden)
    judged = hidden & (shown.per_item[part.item] > 0)
    if not judged.any() or not len(shown.item):
        return np.zeros((len(POWERS), 0))
    fit = METHODS[name](shown, None)
    rows = part.item[judged], part.worker[judged], part.given[judged]
    return np.stack([np.log(np.maximum(fit.chance(*rows, power), LEAST)) for power in POWERS])


def _folds(part: Answers) -> npt.NDArray[np.int64]:
    """By a fixed draw: an item's answers are spread over the folds."""
    return np.random.default_rng(0).permutation(len(part.item)) % FOLDS


def _power(part: Answers, gold: Ints, name: str) -> float:
    """What makes the posteriors as sure as they are right: by gold, else by answers that were held out."""
    if _decides(part, gold):
        right, sure = _on_gold(name, part, gold)
        return POWERS[int(np.argmax([_likelihood(each, right == 1) for each in sure]))]
    found = [_of_fold(part, name, fold) for fold in range(FOLDS)]
    by_power = np.concatenate(found, axis=1)
    return POWERS[int(by_power.sum(1).argmax())] if by_power.shape[1] else 1.0


def _likelihood(sure: Floats, right: npt.NDArray[np.bool_]) -> float:
    chance = np.clip(np.where(right, sure, 1 - sure), 1e-6, 1.0)
    return float(np.log(chance).sum())
