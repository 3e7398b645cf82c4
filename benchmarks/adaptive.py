"""How many answers adaptive overlap needs on real answers, replayed in a random order with a fixed seed.

LABELBOT_CROWD_DATA names a folder, or python -m benchmarks.adaptive FOLDER; a <set>/ has answers.csv
(item,worker,label) and truth.csv (item,truth). An item that is not sure goes to the end of the queue, as in the bot.
"""

import os
import random
import statistics
import sys
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.crowd import sets
from benchmarks.measuring import Figure, crowd_folder, table
from bot.quality import live
from bot.quality.crowd.answers import Coded

LEAST, MOST, GOAL, SEED = 2, 10, 0.95, 1
Votes = list[tuple[int, str]]


@dataclass
class Replay:
    """One set, its items answered as adaptive overlap asks for it."""

    answers: Mapping[str, Votes]
    classes: Sequence[str]
    everybody: Counter[live.Pair] = field(default_factory=Counter)
    people: dict[int, Counter[live.Pair]] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)
    confidence: dict[str, float] = field(default_factory=dict)

    def run(self) -> None:
        waiting = deque(self.answers)
        while waiting:
            item = waiting.popleft()
            self.answered(item)
            sure = self.confidence[item] >= GOAL and self.taken[item] >= LEAST
            if not sure and self.taken[item] < min(MOST, len(self.answers[item])):
                waiting.append(item)

    def answered(self, item: str) -> None:
        """One answer more."""
        before = self.taken.get(item, 0)
        self.count(self.answers[item][:before], -1)
        votes = self.answers[item][: before + 1]
        self.taken[item] = before + 1
        self.confidence[item] = live.judged(votes, self.counts(votes), self.classes)[1]
        self.count(votes, 1)

    def counts(self, votes: Votes) -> live.Counts:
        return live.Counts(self.everybody, {person: self.people.get(person, Counter()) for person, _ in votes})

    def count(self, votes: Votes, by: int) -> None:
        truth = live.standing(votes)
        for person, given in votes if truth is not None else ():
            assert truth is not None
            self.everybody[truth, given] += by
            self.people.setdefault(person, Counter())[truth, given] += by

    def best(self, item: str) -> str:
        """By all that is known at the end."""
        votes = self.answers[item][: self.taken[item]]
        found = live.judged(votes, self.counts(votes).without(votes, live.standing(votes)), self.classes)[0]
        assert found is not None
        return found


@dataclass(frozen=True)
class Went:
    """What came of a set: answers an item, shares right of adaptive overlap and of votes of 3 and 5."""

    name: str
    answers: float
    right: float
    three: float
    five: float
    closed: int
    closed_right: int


def replayed(folder: Path) -> list[Went]:
    return [_replayed(name, one, truth) for name, one, truth in sets(folder)]


def votes_on(one: Coded) -> dict[str, Votes]:
    """Of each item (worker, label), in the order of the answers."""
    given: dict[str, Votes] = {}
    for item, worker, label in zip(one.answers.item, one.answers.worker, one.answers.given, strict=True):
        given.setdefault(one.items[item], []).append((int(worker), one.classes[label]))
    return given


def shuffled(one: Coded) -> dict[str, Votes]:
    """The votes on each item; items and votes in a random order, which is always the same."""
    draw, given = random.Random(SEED), votes_on(one)
    for votes in given.values():
        draw.shuffle(votes)
    order = list(given)
    draw.shuffle(order)
    return {item: given[item] for item in order}


def _replayed(name: str, one: Coded, truth: Mapping[str, str]) -> Went:
    given = shuffled(one)
    replay = Replay(given, one.classes)
    replay.run()
    known = [item for item in given if item in truth]
    sure = [item for item in known if replay.confidence[item] >= GOAL]
    return Went(
        name,
        statistics.fmean(replay.taken[item] for item in known),
        statistics.fmean(replay.best(item) == truth[item] for item in known),
        statistics.fmean(_vote(given[item][:3], truth[item]) for item in known),
        statistics.fmean(_vote(given[item][:5], truth[item]) for item in known),
        len(sure),
        sum(replay.best(item) == truth[item] for item in sure),
    )


def _vote(votes: Votes, truth: str) -> float:
    """A tie is right as often as a coin among its leaders."""
    tally = Counter(label for _, label in votes)
    leaders = [label for label, count in tally.items() if count == max(tally.values())]
    return (truth in leaders) / len(leaders)


def figures() -> list[Figure]:
    """None without the folder, which does not come with the repository."""
    folder = crowd_folder("adaptive")
    if folder is None:
        return []
    went = replayed(folder)
    answers, right, three, five = (
        statistics.fmean(getattr(one, name) for one in went) for name in ("answers", "right", "three", "five")
    )
    worst = min(went, key=lambda one: one.right - one.three)
    closed = sum(one.closed for one in went)
    against = 100 * (worst.right - worst.three)
    votes = f"votes of 3 {three:.3f}, of 5 {five:.3f}"
    return [
        Figure(f"adaptive overlap, answers an item, mean of {len(went)} sets", f"{answers:.2f}", goal="≤ 3.3"),
        Figure("adaptive overlap, share right", f"{right:.3f}", votes, goal="≥ .810"),
        Figure(
            "adaptive overlap, worst set against votes of 3",
            f"{against:+.2f} points",
            goal="≥ 0",
        ),
        Figure(
            "of items closed at .95, right",
            f"{sum(one.closed_right for one in went) / max(1, closed):.3f}",
            f"mean of sets {statistics.fmean(one.closed_right / one.closed for one in went if one.closed):.3f}",
            goal="≥ .90",
        ),
    ]


def lines(folder: Path) -> None:
    """A line a set."""
    print(f"{'set':16} answers  right  vote 3  vote 5  closed at .95, right")  # noqa: T201
    for one in replayed(folder):
        sure = f"{one.closed:6} {one.closed_right / max(1, one.closed):.3f}"
        print(f"{one.name:16} {one.answers:7.2f} {one.right:6.3f} {one.three:7.3f} {one.five:7.3f}  {sure}")  # noqa: T201


if __name__ == "__main__":
    if len(sys.argv) > 1:
        os.environ["LABELBOT_CROWD_DATA"] = sys.argv[1]
        lines(Path(sys.argv[1]))
    print(table(figures()))  # noqa: T201
