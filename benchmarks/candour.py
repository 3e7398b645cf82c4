"""What calibration on gold does to items closed at .95: replayed as benchmarks.adaptive, a hundred items being gold.
And how far it may be believed what a report says of them: their own confidence, the consensus of all answers, and gold.

Run: python -m benchmarks.candour FOLDER, or LABELBOT_CROWD_DATA names the folder.
"""

import os
import statistics
import sys
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.adaptive import GOAL, LEAST, MOST, Replay, Votes, shuffled
from benchmarks.crowd import sets
from benchmarks.measuring import Figure, crowd_folder, table
from bot.project import Adaptive
from bot.quality import live
from bot.quality.candour import Judge, measured, played, told
from bot.quality.crowd.answers import Answers
from bot.quality.crowd.choosing import consensus

GOLD = 100
RULES = Adaptive(LEAST, MOST, GOAL)


@dataclass(frozen=True)
class Went:
    """Of one set, without and with candour: items closed, the share of them that is right, what that should be by their
    own confidence, by the consensus of all answers and by gold; answers an item."""

    closed: int
    right: float
    promised: float
    agreed: float
    golden: float
    answers: float


class Golden(Replay):
    """A replay in which the truth of some items is known, and counted."""

    def known(self, gold: Mapping[str, Votes], truth: Mapping[str, str]) -> None:
        for item, votes in gold.items():
            self.give(votes, truth[item], 1)

    def give(self, votes: Votes, truth: str, by: int) -> None:
        for person, given in votes:
            self.everybody[truth, given] += by
            self.people.setdefault(person, Counter())[truth, given] += by

    def replayed(self, truth: Mapping[str, str], gold: Mapping[str, Votes], candour: float | None) -> Went:
        waiting = deque(self.answers)
        while waiting:
            item = waiting.popleft()
            self.answered(item)
            self.confidence[item] = told(self.confidence[item], candour)
            sure = self.confidence[item] >= GOAL and self.taken[item] >= LEAST
            if not sure and self.taken[item] < min(MOST, len(self.answers[item])):
                waiting.append(item)
        asked = [item for item in self.answers if item in truth]
        closed = [item for item in asked if self.confidence[item] >= GOAL]
        right = sum(self.best(item) == truth[item] for item in closed) / max(1, len(closed))
        judges = [(len(votes), self.judge(votes, truth[item])) for item, votes in gold.items()]
        found = played(judges, RULES, candour)
        return Went(
            closed=len(closed),
            right=right,
            promised=statistics.fmean(self.confidence[item] for item in closed),
            agreed=self.agreed(closed),
            golden=found.right / max(1, found.items),
            answers=statistics.fmean(self.taken[item] for item in asked),
        )

    def agreed(self, some: Sequence[str]) -> float:
        """How sure the consensus of all answers is of these items, in the mean."""
        items, classes = list(self.answers), list(self.classes)
        votes = [(place, *one) for place, item in enumerate(items) for one in self.answers[item][: self.taken[item]]]
        people = {person: number for number, person in enumerate(sorted({who for _, who, _ in votes}))}
        place, who, said = (np.array(one) for one in zip(*votes, strict=True))
        person = np.array([people[one] for one in who.tolist()])
        given = np.array([classes.index(one) for one in said.tolist()])
        found = consensus(Answers(place, person, given, len(items), len(people), len(classes)), "auto")
        return statistics.fmean(float(found.confidence[items.index(item)]) for item in some)

    def judge(self, votes: Votes, truth: str) -> Judge:
        def judge(start: int, end: int) -> tuple[float, bool]:
            self.give(votes, truth, -1)
            some = votes[start:end]
            best, sure = live.judged(some, self.counts(some), self.classes)
            self.give(votes, truth, 1)
            return sure, best == truth

        return judge


def replayed(given: Mapping[str, Votes], classes: Sequence[str], truth: Mapping[str, str]) -> tuple[Went, Went]:
    """Without candour, then with the one that the counts of that run give, as a daily run sees them."""
    gold = {item: given[item] for item in [item for item in given if item in truth][:GOLD]}
    others = {item: votes for item, votes in given.items() if item not in gold}
    before, after = (Golden(others, classes) for _ in range(2))
    for one in (before, after):
        one.known(gold, truth)
    without = before.replayed(truth, gold, None)
    candour = measured([(len(votes), before.judge(votes, truth[item])) for item, votes in gold.items()], RULES)
    return without, after.replayed(truth, gold, candour)


def every(folder: Path) -> list[tuple[Went, Went]]:
    return [replayed(shuffled(one), one.classes, truth) for _, one, truth in sets(folder)]


def figures() -> list[Figure]:
    """None without the folder, which does not come with the repository."""
    folder = crowd_folder("candour")
    if folder is None:
        return []
    found = every(folder)
    made = []
    for name, went in (("computed", [one for one, _ in found]), ("corrected on gold", [one for _, one in found])):
        closed = sum(one.closed for one in went)
        pooled = sum(one.closed * one.right for one in went) / max(1, closed)
        shares = [one.right for one in went]
        beside = f"mean of sets {statistics.fmean(shares):.3f}, worst {min(shares):.3f}"
        cost = f"answers an item {statistics.fmean(one.answers for one in went):.2f}"
        made.append(Figure(f"closed at .95, right, {name}", f"{pooled:.3f}", f"{beside}; {cost}", goal="≥ .90"))
        for source, estimates in (
            ("their own confidence", [one.promised for one in went]),
            ("the consensus of all answers", [one.agreed for one in went]),
            ("gold", [one.golden for one in went]),
        ):
            off = [estimate - share for estimate, share in zip(estimates, shares, strict=True)]
            worst = f"mean of sets, too much by {statistics.fmean(off):+.3f}, at most {max(off):+.3f}"
            made.append(Figure(f"the same by {source}, {name}", f"{statistics.fmean(estimates):.3f}", worst))
    return made


if __name__ == "__main__":
    if len(sys.argv) > 1:
        os.environ["LABELBOT_CROWD_DATA"] = sys.argv[1]
    print(table(figures()))  # noqa: T201
