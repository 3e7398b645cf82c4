"""With a fixed overlap: how near what a reviewer sees is to what exports say, and what comes before a reviewer.

LABELBOT_CROWD_DATA names a folder, or python -m benchmarks.weighed FOLDER; a <set>/ has answers.csv (item,worker,label)
and truth.csv (item,truth). Answers are drawn in a random order with a fixed seed; review is replayed item by item, as
each comes to its last answer.
"""

import os
import random
import statistics
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.adaptive import SEED, Replay, Votes, votes_on
from benchmarks.crowd import sets
from benchmarks.measuring import Figure, crowd_folder, table
from bot.quality import live
from bot.quality.consensus import vote
from bot.quality.crowd.answers import coded
from bot.quality.crowd.choosing import consensus
from bot.weighing import FEWEST

OVERLAPS = (2, 3, 5)
ASKED = (0.6, 0.75, 0.9)
"""What a project's review may ask for."""
Labels = Mapping[str, str | None]
Drawn = tuple[dict[str, Votes], list[str], Mapping[str, str]]
"""Answers by item, labels, and the truth by item."""


@dataclass(frozen=True)
class Went:
    """Of a set: shares right, and shares of labels equal to the export's."""

    right: dict[str, float]
    same: dict[str, float]


@dataclass(frozen=True)
class Reviewed:
    """Share of the items that come before a reviewer, of these the share that was wrong, and of all the share that is
    wrong and nobody looks at."""

    share: float
    wrong: float
    left: float


class Fixed(Replay):
    """What is kept of a set with a fixed overlap."""

    parted: Counter[int]

    def __init__(self, answers: Mapping[str, Votes], classes: list[str]) -> None:
        super().__init__(answers, classes)
        self.parted = Counter()

    def count(self, votes: Votes, by: int) -> None:
        super().count(votes, by)
        if len(votes) == 2 and live.standing(votes) is None:
            for person, _ in votes:
                self.parted[person] += by

    def counts(self, votes: Votes) -> live.Counts:
        return replace(super().counts(votes), parted=self.parted, all_parted=self.parted.total())

    def best(self, item: str) -> str:
        """By all others at the end."""
        votes = self.answers[item]
        self.count(votes, -1)
        found = live.judged(votes, self.counts(votes), self.classes)[0]
        self.count(votes, 1)
        assert found is not None
        return found


def drawn(folder: Path, overlap: int) -> Iterator[Drawn]:
    """Each set with `overlap` answers an item; those with less are left out."""
    for _, one, truth in sets(folder):
        draw, given = random.Random(SEED), votes_on(one)
        order = [item for item, votes in given.items() if len(votes) >= overlap]
        draw.shuffle(order)
        if order:
            yield {item: draw.sample(given[item], overlap) for item in order}, one.classes, truth


def _went(given: Mapping[str, Votes], classes: list[str], truth: Mapping[str, str]) -> Went:
    replay = Fixed(given, classes)
    for votes in given.values():
        replay.count(votes, 1)
    of = coded((item, str(person), label) for item, votes in given.items() for person, label in votes)
    best = consensus(of.answers).best
    ways: dict[str, Labels] = {
        "export": {item: of.classes[at] if at >= 0 else None for item, at in zip(of.items, best, strict=True)},
        "weighed": {item: replay.best(item) for item in given},
        "vote": {item: vote([label for _, label in votes]).value for item, votes in given.items()},
    }
    known = [item for item in given if item in truth]
    right = {way: statistics.fmean(labels[item] == truth[item] for item in known) for way, labels in ways.items()}
    same = {
        way: statistics.fmean(labels[item] == ways["export"][item] for item in given) for way, labels in ways.items()
    }
    return Went(right, same)


def _reviewed(
    given: Mapping[str, Votes], classes: list[str], truth: Mapping[str, str]
) -> dict[tuple[str, float], Reviewed]:
    """By the way of judging and what the project's review asks for."""
    replay, found = Fixed(given, classes), dict[tuple[str, float], list[tuple[bool, bool]]]()
    for item, votes in given.items():
        plain = vote([label for _, label in votes])
        best, sure = plain.value, plain.confidence
        if sum(replay.everybody.values()) >= FEWEST:
            best, sure = live.judged(votes, replay.counts(votes), classes)
        differ = len({label for _, label in votes}) > 1
        for asked in ASKED if item in truth else ():
            for way, label, how in (("vote", plain.value, plain.confidence), ("weighed", best, sure)):
                looked = differ and (plain.value is None or how < asked)
                found.setdefault((way, asked), []).append((looked, label != truth[item]))
        replay.count(votes, 1)
    return {key: _summed(rows) for key, rows in found.items()}


def _summed(rows: list[tuple[bool, bool]]) -> Reviewed:
    looked = [wrong for looked, wrong in rows if looked]
    left = sum(wrong for looked, wrong in rows if not looked)
    return Reviewed(len(looked) / len(rows), sum(looked) / max(1, len(looked)), left / len(rows))


def figures() -> list[Figure]:
    """None without the folder, which does not come with the repository."""
    folder = crowd_folder("weighed")
    if folder is None:
        return []
    return [figure for overlap in OVERLAPS for figure in _figures(list(drawn(folder, overlap)), overlap)]


def _figures(every: list[Drawn], overlap: int) -> Iterator[Figure]:
    went = [_went(*one) for one in every]
    right, same = (
        {way: f"{statistics.fmean(getattr(one, of)[way] for one in went):.3f}" for way in ("weighed", "vote", "export")}
        for of in ("right", "same")
    )
    beside = f"the vote {same['vote']}; right {right['weighed']}, export {right['export']}, vote {right['vote']}"
    yield Figure(f"{overlap} answers an item, {len(went)} sets: label as in the export", same["weighed"], beside)
    looks = [_reviewed(*one) for one in every]
    for asked in ASKED:
        said = [_said([one[way, asked] for one in looks]) for way in ("weighed", "vote")]
        yield Figure(f"{overlap} answers an item, review below {asked}", said[0], f"the vote: {said[1]}")


def _said(looks: list[Reviewed]) -> str:
    share, wrong, left = (statistics.fmean(getattr(one, name) for one in looks) for name in ("share", "wrong", "left"))
    return f"{share:.1%} looked at, of these {wrong:.0%} wrong, {left:.1%} left wrong"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        os.environ["LABELBOT_CROWD_DATA"] = sys.argv[1]
    print(table(figures()))  # noqa: T201
