"""How often each person is right, whatever the type of label: for the watch. It loads numpy.

Everybody has one coin, as in `crowd.methods.one_coin`, but there are no classes: of an item's answers those that are
near to each other say the same. Each answer is judged by the other answers to its item alone, so that nobody confirms
themselves, and where these differ it is hardly held against anybody.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bot.quality.beside import Beside, Floats, Ints
from bot.quality.coding import Coder
from bot.quality.watch import Z_ONE_SIDED, Right

Alike: TypeAlias = NDArray[np.float64]
"""Items × answers × answers: 1 where two say the same, else 0."""
LOOKED_AT: Final = 100_000
"""Answers that are looked at, whole items from all over the project."""
ENOUGH: Final = 150
"""The same for each person: by so many the careless show."""
ROUNDS: Final = 8
HABIT: Final = 4.0
"""How many answers the usual rightness counts as in one person's."""
MET: Final = 1_000
"""Pairs of answers to different items that tell how often two are alike by chance."""
LEAST: Final = 0.01
"""How often two wrong answers are alike at least: of what is drawn or typed that is hardly ever seen."""
EVENED: Final = 6
"""Rounds of weighing people's items by their people and the other way round."""
STEPS: Final = 200


@dataclass(frozen=True, slots=True)
class _Answers:
    """Answers with the number of each one's person, 0…; `blocks` are items with as many answers each: their places and
    who says the same. Only those `looked` at are in them. Two wrong answers are alike in `chance` of cases; usually
    people are right in `usual` of them."""

    heads: Ints
    person: Ints
    blocks: list[tuple[Ints, Alike]]
    looked: NDArray[np.bool_]
    chance: float
    usual: float

    def summed(self, figures: Floats) -> Floats:
        """By person, of those looked at."""
        return np.bincount(self.person[self.looked], figures[self.looked], len(self.heads)).astype(float)

    def counts(self) -> Floats:
        return self.summed(np.ones(len(self.person)))


def rightness(coder: Coder, all_: Beside, bound: float) -> tuple[dict[int, Right], dict[int, float]]:
    """Of each person how often they are right by the others, and how much more often than usual the others are right
    on that person's items, below 0 where these are hard; not of those of whose items all have two answers only.
    Answers are alike up to the distance `bound`."""
    if not len(all_.people):
        return {}, {}
    answers = _read(coder, all_, bound)
    same = np.full(len(answers.heads), answers.usual)
    right = zip(answers.heads.tolist(), _shares(answers, _odds(answers, _learnt(answers))), strict=True)
    return dict(right), _easier(answers, all_, _right(_odds(answers, same), same[answers.person]))


def _read(coder: Coder, all_: Beside, bound: float) -> _Answers:
    heads, person = np.unique(all_.people, return_inverse=True)
    every = -(-len(person) // max(LOOKED_AT, ENOUGH * len(heads)))
    blocks = [(places[::every], (1 - near[::every] <= bound + 1e-6).astype(float)) for places, near in all_.tables]
    looked = np.zeros(len(person), dtype=bool)
    for places, _ in blocks:
        looked[places] = True
    chance = _chance(coder, all_, bound)
    return _Answers(heads, person, blocks, looked, chance, _usual(blocks, chance))


def _chance(coder: Coder, all_: Beside, bound: float) -> float:
    """Of two wrong answers: q of any two are alike by chance, one of them the right one as often as any other."""
    one, other = np.random.default_rng(len(all_.people)).integers(len(all_.people), size=(2, MET))
    apart = all_.items[one] != all_.items[other]
    pairs = zip(all_.labels[one[apart]].tolist(), all_.labels[other[apart]].tolist(), strict=True)
    alike = [coder.distance(*sorted(pair)) <= bound for pair in pairs]
    share = sum(alike) / max(len(alike), 1)
    return float(np.clip(share / max(1 - share, LEAST), LEAST, 1))


def _usual(blocks: list[tuple[Ints, Alike]], chance: float) -> float:
    """By how often two answers to an item are alike: r² + (1 − r)² · chance."""
    pairs = sum(places.size * (places.shape[1] - 1) for places, _ in blocks)
    agreeing = sum(float(alike.sum()) - places.size for places, alike in blocks) / pairs
    root = chance**2 - (1 + chance) * (chance - agreeing)
    return float(np.clip((chance + np.sqrt(max(0.0, root))) / (1 + chance), 0.3, 0.98))


def _learnt(answers: _Answers) -> Floats:
    """How often each person is right, in rounds."""
    counts = answers.counts()
    rate: Floats = np.full(len(answers.heads), answers.usual)
    for _ in range(ROUNDS):
        right = answers.summed(_right(_odds(answers, rate), rate[answers.person]))
        rate = np.clip((right + HABIT * answers.usual) / (counts + HABIT), 0.02, 0.98)
    return rate


def _right(odds: Floats, rate: Floats) -> Floats:
    """How likely answers are right by themselves and the others of their item."""
    return np.asarray(rate * odds / (rate * odds + (1 - rate) * (1 - odds)))


def _odds(answers: _Answers, rate: Floats) -> Floats:
    """How likely each answer is right by the others to its item, given by somebody who is right every other time: who
    is right in a share `a` gives it with a likelihood of a · odds + (1 − a) · (1 − odds), times what is the same for
    any a."""
    weight = np.log(rate / ((1 - rate) * answers.chance))[answers.person]
    held = np.full(len(answers.person), 0.5)
    for places, alike in answers.blocks:
        held[places] = by_others(alike, weight[places], answers.chance)
    return np.clip(held / (held + answers.chance * (1 - held)), 1e-6, 1 - 1e-6)


def by_others(alike: Alike, weight: Floats, chance: float) -> Floats:
    """The probability of what each answer says by the others of its item. There is as much room for what nobody said
    as wrong answers are seldom alike."""
    size = alike.shape[1]
    themselves = np.eye(size, dtype=bool)
    score = np.einsum("nqs,ns->nq", alike, weight)[:, None, :] - weight[:, :, None] * alike
    # Several that say the same are one thing that is said.
    times = np.where(themselves, np.inf, np.maximum(alike.sum(2)[:, None, :] - alike, 1))
    top = np.maximum(np.where(themselves, 0.0, score).max(2), 0)
    said = np.exp(score - top[:, :, None]) / times
    unsaid = np.maximum(1 / chance + 1 - (1 / times).sum(2), 0)
    rest = np.exp(-top)
    mine = (said * alike).sum(2)
    known = np.where(themselves, 0.0, alike).sum(2) > 0
    return np.asarray(np.where(known, mine, rest * np.minimum(unsaid, 1)) / (said.sum(2) + unsaid * rest))


def _shares(answers: _Answers, odds: Floats) -> Iterator[Right]:
    """The likeliest share of each person, and all that are less likely by no more than Z_ONE_SIDED² ÷ 2 in the
    logarithm."""
    shares, middle = np.linspace(0, 1, STEPS + 1), (np.arange(STEPS) + 0.5) / STEPS
    cells = (answers.person * STEPS + (odds * STEPS).astype(np.int64))[answers.looked]
    counts = np.bincount(cells, minlength=len(answers.heads) * STEPS).reshape(-1, STEPS)
    likely = counts @ np.log(np.outer(middle, shares) + np.outer(1 - middle, 1 - shares))
    within = likely >= likely.max(1, keepdims=True) - Z_ONE_SIDED**2 / 2
    last = STEPS - within[:, ::-1].argmax(1)
    figures = (shares[likely.argmax(1)], shares[within.argmax(1)], shares[last], counts.sum(1))
    for share, low, high, given in zip(*(one.tolist() for one in figures), strict=True):
        yield Right(share, low, high, given)


def _easier(answers: _Answers, all_: Beside, right: Floats) -> dict[int, float]:
    """People's means and their items' are found in turns: else who shares hard items with others who have hardly any
    other would seem to have easy ones."""
    usual, easier = answers.summed(right) / np.maximum(answers.counts(), 1), np.zeros(len(answers.heads))
    for _ in range(EVENED):
        others = all_.of_others(right - (usual - easier)[answers.person])
        known = ~np.isnan(others) & answers.looked
        counts = answers.summed(known.astype(float))
        easier = answers.summed(np.where(known, others, 0.0)) / np.maximum(counts, 1)
    return {int(answers.heads[at]): float(easier[at]) for at in np.flatnonzero(counts)}
