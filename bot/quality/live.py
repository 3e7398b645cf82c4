"""The consensus while answers arrive, from whole-number counts alone, so that adding and taking back are exact.

A person's confusion is the counts of what they gave where the plurality said what, shrunk towards one accuracy of
theirs, and that towards everybody's (one coin, then Dawid & Skene 1979, with Dirichlet priors). An item's own answers
are taken out of the counts before it is judged, so that it never confirms itself.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

Pair: TypeAlias = tuple[str, str]
"""(what held, what was given)."""
Cells: TypeAlias = Mapping[Pair, int]
Votes: TypeAlias = Sequence[tuple[int, str]]
"""(person, label), one a person."""

ROW_PRIOR = 10.0
"""Answers that a row of a person's confusion matrix is shrunk by: as the diagonal prior 10:1 of the full model."""
PERSON_PRIOR = 10.0
"""Answers that a person's accuracy is shrunk by towards everybody's."""
START = (14.0, 6.0)
"""Right and wrong answers that everybody's accuracy starts from, .7: nobody's word is enough before any is compared."""
CLASS_PRIOR = 10.0
"""Answers that the shares of the classes are shrunk by towards equal ones."""
FEWEST = 30
"""Votes that must have been counted before people are told apart, as in exports (`bot.quality.crowd.choosing`): with
fewer, what is commonest so far would decide who is right of two strangers, and two who agree be taken for good."""
GUESSED = 0.05
"""Share of items so hard that people can only guess: that a few say the same of one proves little. Our own figure;
measured against others, and against a power of the likelihood, in docs/benchmarks.md."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Everybody's counts of one question, of which all that was wrong may stand under one name, and those of the people
    who answered the item in hand."""

    everybody: Cells
    people: Mapping[int, Cells] = field(default_factory=dict)
    parted: Mapping[int, int] = field(default_factory=dict)
    """By person, how many of their answers met another one and nothing else: one of two may be right, so half count as
    right. Where all items have two answers nothing else tells people apart."""
    all_parted: int = 0
    """The same of everybody."""

    def without(self, votes: Votes, truth: str | None) -> "Counts":
        """Less what these votes brought in."""
        if truth is None:
            return self
        pooled, people = dict(self.everybody), {person: dict(cells) for person, cells in self.people.items()}
        for person, given in votes:
            for cells in (pooled, people.get(person)):
                if cells is not None:
                    cells[truth, given] = max(0, cells.get((truth, given), 0) - 1)
        return replace(self, everybody=pooled, people=people)


def standing(votes: Votes, known: str | None = None) -> str | None:
    """What holds for counting: the known label, else the one most gave, where it is alone and two or more answered."""
    if known is not None:
        return known
    tally: dict[str, int] = {}
    for _, given in votes:
        tally[given] = tally.get(given, 0) + 1
    most = max(tally.values(), default=0)
    leaders = [label for label, count in tally.items() if count == most]
    return leaders[0] if len(leaders) == 1 and len(votes) >= 2 else None


def judged(votes: Votes, counts: Counts, classes: Sequence[str], guessed: float = GUESSED) -> tuple[str | None, float]:
    """The likeliest label and its probability, 0..1; (None, 0) where nobody answered. What somebody gave besides the
    `classes` is one of them, too. Of equals the first in order of the alphabet. `guessed` is the share of such votes on
    which people can only guess."""
    labels = sorted({*classes, *(given for _, given in votes)})
    if not votes:
        return None, 0.0
    if len(labels) == 1:
        return labels[0], 1.0
    known = counts if sum(counts.everybody.values()) >= FEWEST else Counts({})
    model = _Model(known, len(labels), votes, guessed)
    logs = {label: model.prior(label) + model.likelihood(label) for label in labels}
    best = max(labels, key=lambda label: logs[label])
    return best, 1 / math.fsum(math.exp(log - logs[best]) for log in logs.values())


class _Model:
    """Sums over the counts once for all labels that are weighed."""

    def __init__(self, counts: Counts, classes: int, votes: Votes, guessed: float) -> None:
        self.counts, self.classes, self.votes, self.guessed = counts, classes, votes, guessed
        self.held: dict[str, int] = {}
        for (truth, _), count in counts.everybody.items():
            self.held[truth] = self.held.get(truth, 0) + count
        right, self.total = _right(counts.everybody)
        parted = counts.all_parted
        self.accuracy = (right + parted / 2 + START[0]) / (self.total + parted + sum(START))
        self.own: dict[int, float] = {}
        self.rows: dict[int, dict[str, int]] = {}
        for person, _ in votes:
            self._read(person)
        self.met = {given for _, given in votes}.union(*self.rows.values())
        self.unmet: float | None = None

    def prior(self, label: str) -> float:
        return math.log((self.held.get(label, 0) + CLASS_PRIOR / self.classes) / (self.total + CLASS_PRIOR))

    def likelihood(self, truth: str) -> float:
        """Its logarithm, the same for all labels that none of these people has met: of ten thousand it is found once.
        Who guesses gives any label, whatever holds."""
        if truth not in self.met and self.unmet is not None:
            return self.unmet
        chances = (math.log(self.chance(person, truth, given)) for person, given in self.votes)
        known = math.log(1 - self.guessed) + math.fsum(chances)
        guessed = math.log(self.guessed) - len(self.votes) * math.log(self.classes)
        most = max(known, guessed)
        found = most + math.log(math.exp(known - most) + math.exp(guessed - most))
        if truth not in self.met:
            self.unmet = found
        return found

    def chance(self, person: int, truth: str, given: str) -> float:
        """That the person says `given` where `truth` holds."""
        coin = self.own[person]
        expected = coin if given == truth else (1 - coin) / (self.classes - 1)
        seen = self.counts.people.get(person, {}).get((truth, given), 0)
        return (seen + ROW_PRIOR * expected) / (self.rows[person].get(truth, 0) + ROW_PRIOR)

    def _read(self, person: int) -> None:
        cells = self.counts.people.get(person, {})
        right, total = _right(cells)
        parted = self.counts.parted.get(person, 0)
        self.own[person] = (right + parted / 2 + PERSON_PRIOR * self.accuracy) / (total + parted + PERSON_PRIOR)
        rows = self.rows.setdefault(person, {})
        for (truth, _), count in cells.items():
            rows[truth] = rows.get(truth, 0) + count


def _right(cells: Cells) -> tuple[int, int]:
    """(right, all) of the answers counted."""
    return sum(count for (truth, given), count in cells.items() if truth == given), sum(cells.values())
