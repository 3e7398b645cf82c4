"""How right the consensus is on public sets of answers with a known truth, and what it costs.

Run: python -m benchmarks.crowd FOLDER, a <set>/ has answers.csv (item,worker,label) and truth.csv (item,truth).
"""

import csv
import os
import resource
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from benchmarks.measuring import Figure, table
from bot.quality.crowd.answers import Answers, Coded, Ints, coded
from bot.quality.crowd.choosing import Consensus, consensus
from bot.quality.crowd.methods import METHODS, dawid_skene

SHOWN = ("majority", "weighted", "one-coin", "dawid-skene", "ibcc", "auto")
BIG = 1_000_000


def figures() -> list[Figure]:
    """Of the sets none without their folder, which does not come with the repository."""
    folder = os.environ.get("LABELBOT_CROWD_DATA", "")
    if not folder:
        print("crowd: LABELBOT_CROWD_DATA names no folder of sets", file=sys.stderr)  # noqa: T201
    return [*(_of_sets(Path(folder)) if folder else ()), cost()]


def _of_sets(folder: Path) -> list[Figure]:
    found = [
        (_right(one, consensus(one.answers, "majority").best, truth), _right(one, consensus(one.answers).best, truth))
        for _, one, truth in sets(folder)
    ]
    vote, auto = (float(share) for share in np.mean(found, axis=0))
    worst = 100 * min(mine - theirs for theirs, mine in found)
    return [
        Figure(f"consensus, share right, mean of {len(found)} sets", f"{auto:.4f}", f"vote {vote:.4f}", goal="≥ .845"),
        Figure("consensus, worst set against the vote", f"{worst:+.2f} points", goal="≥ −0.5"),
    ]


def accuracy(folder: Path) -> None:
    """A line a set."""
    print(f"{'set':24}" + "".join(f"{name:>13}" for name in SHOWN) + "  auto took      ≥ .95: items, right")  # noqa: T201
    rows = []
    for name, one_set, truth in sets(folder):
        found = {method: consensus(one_set.answers, method) for method in SHOWN}
        right = [_right(one_set, one.best, truth) for one in found.values()]
        rows.append(right)
        auto = found["auto"]
        line = f"{name:24}" + "".join(f"{share:13.4f}" for share in right)
        print(line + f"  {auto.method:14} {_sure(one_set, auto, truth)}")  # noqa: T201
    if rows:
        print(f"{'mean':24}" + "".join(f"{share:13.4f}" for share in np.mean(rows, axis=0)))  # noqa: T201


def sets(folder: Path) -> Iterator[tuple[str, Coded, Mapping[str, str]]]:
    for inside in sorted(folder.iterdir()):
        path = inside / "answers.csv"
        if not path.is_file():
            continue
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
        if not rows or "label" not in rows[0]:
            continue
        with (inside / "truth.csv").open(newline="") as file:
            truth = {row["item"]: row["truth"].removesuffix(".0") for row in csv.DictReader(file)}
        yield inside.name, coded((row["item"], row["worker"], row["label"]) for row in rows), truth


def _right(of: Coded, best: Ints, truth: Mapping[str, str]) -> float:
    """A tie is right as often as a coin among its leaders would be."""
    tallies = np.zeros((of.answers.items, of.answers.classes))
    np.add.at(tallies, (of.answers.item, of.answers.given), 1)
    scores = []
    for place, item in enumerate(of.items):
        if item not in truth:
            continue
        if best[place] >= 0:
            scores.append(float(of.classes[best[place]] == truth[item]))
        else:
            leaders = [of.classes[one] for one in np.flatnonzero(tallies[place] == tallies[place].max())]
            scores.append((truth[item] in leaders) / len(leaders))
    return float(np.mean(scores))


def _sure(of: Coded, found: Consensus, truth: Mapping[str, str]) -> str:
    places = [place for place, item in enumerate(of.items) if item in truth and found.confidence[place] >= 0.95]
    right = [found.best[place] >= 0 and of.classes[found.best[place]] == truth[of.items[place]] for place in places]
    return f"{len(places) / max(1, len(truth)):.0%}, {np.mean(right):.3f}" if places else "none"


def cost() -> Figure:
    """A million answers of 5 classes by a thousand people, Dawid–Skene alone."""
    draw = np.random.default_rng(1)
    truth = draw.integers(0, 5, BIG // 5)
    item, worker = np.repeat(np.arange(BIG // 5), 5), draw.integers(0, 1000, BIG)
    given = np.where(draw.random(BIG) < 0.7, truth[item], draw.integers(0, 5, BIG))
    answers = Answers(item, worker, given, BIG // 5, 1000, 5)
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    dawid_skene(answers)
    spent = time.process_time() - start
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return Figure("1M answers, 5 classes, Dawid–Skene", f"{spent:.2f} s CPU, {grown:.0f} MB", goal="≤ 0.6 s, ≤ 120 MB")


assert set(SHOWN) - {"auto"} == set(METHODS)
if __name__ == "__main__":
    if len(sys.argv) > 1:
        os.environ["LABELBOT_CROWD_DATA"] = sys.argv[1]
        accuracy(Path(sys.argv[1]))
    print(table(figures()))  # noqa: T201
