"""How right the consensus is on public sets of answers with a known truth, and what it costs.

Run: python -m benchmarks.crowd FOLDER, a <set>/ has answers.csv (item,worker,label) and truth.csv (item,truth).
"""

import csv
import os
import resource
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.measuring import Figure, crowd_folder, table
from bot.quality.crowd.answers import Answers, Coded, Ints, coded
from bot.quality.crowd.choosing import Consensus, consensus
from bot.quality.crowd.methods import METHODS, dawid_skene

SHOWN = ("majority", "weighted", "one-coin", "dawid-skene", "ibcc", "auto")
BIG = 1_000_000


def figures() -> list[Figure]:
    """Of the sets none without their folder, which does not come with the repository."""
    folder = crowd_folder("crowd")
    return [*(_of_sets(folder) if folder is not None else ()), *costs()]


def _of_sets(folder: Path) -> list[Figure]:
    found = [_Found(one, truth) for _, one, truth in sets(folder)]
    vote, auto = (float(np.mean([one.right[way] for one in found])) for way in ("majority", "auto"))
    worst = 100 * min(one.right["auto"] - one.right["majority"] for one in found)
    return [
        Figure(f"consensus, share right, mean of {len(found)} sets", f"{auto:.4f}", f"vote {vote:.4f}", goal="≥ .845"),
        Figure("consensus, worst set against the vote", f"{worst:+.2f} points", goal="≥ −0.5"),
        *(_how_sure(way, [one.sure[way] for one in found]) for way in ("auto", "majority", "weighted")),
        *(_thinned(folder, each) for each in (2, 3, 5)),
    ]


class _Found:
    """Of the items asked for, by each method: the share right; how many are said to be sure, and how many of these are
    right."""

    def __init__(self, one: Coded, asked: Mapping[str, str], gold: Ints | None = None) -> None:
        by = {way: consensus(one.answers, way, gold) for way in ("majority", "weighted", "auto")}
        self.right = {way: _right(one, found.best, asked) for way, found in by.items()}
        self.sure = {way: _sure(one, found, asked) for way, found in by.items()}


def _how_sure(way: str, sure: list[tuple[int, int]]) -> Figure:
    said, right = np.sum(sure, axis=0)
    mean = np.mean([one[1] / one[0] for one in sure if one[0]])
    return Figure(
        f"{way}: right of items said to be ≥ .95", f"{right / said:.3f}", f"mean of sets {mean:.3f}", goal="≥ .90"
    )


def _thinned(folder: Path, each: int) -> Figure:
    """So many answers an item, drawn thrice from the sets with more, without gold and with a twentieth of the items."""
    found = []
    for _, one, truth in sets(folder):
        for seed in range(3):
            few = _drawn(one, each, seed)
            if few is not None:
                gold = _gold(few, truth, seed)
                others = {
                    item: truth[item]
                    for item, known in zip(few.items, gold, strict=True)
                    if known < 0 and item in truth
                }
                found.append((_Found(few, others), _Found(few, others, gold)))
    vote, auto, known = (
        np.mean([one[place].right[way] for one in found]) for place, way in ((0, "majority"), (0, "auto"), (1, "auto"))
    )
    (said, right), (told, of_told) = (np.sum([one[place].sure["auto"] for one in found], axis=0) for place in (0, 1))
    beside = f"vote {vote:.4f}, ≥ .95 {right / said:.3f}; with 5 % gold {known:.4f}, {of_told / told:.3f}"
    return Figure(f"share right, {each} answers an item", f"{auto:.4f}", beside)


def _drawn(of: Coded, each: int, seed: int) -> Coded | None:
    answers = of.answers
    if len(answers.item) <= each * answers.items:
        return None
    mixed = np.random.default_rng(seed).permutation(len(answers.item))
    order = mixed[np.argsort(answers.item[mixed], kind="stable")]
    first = np.searchsorted(answers.item[order], np.arange(answers.items))
    kept = np.zeros(len(order), dtype=bool)
    kept[order[np.arange(len(order)) - first[answers.item[order]] < each]] = True
    return replace(of, answers=answers.only(kept))


def _gold(of: Coded, truth: Mapping[str, str], seed: int) -> Ints:
    """Every twentieth item, by a draw."""
    known = np.array([of.classes.index(truth[item]) if truth.get(item) in of.classes else -1 for item in of.items])
    return np.where(np.random.default_rng(seed).random(len(known)) < 0.05, known, -1)


def accuracy(folder: Path) -> None:
    """A line a set."""
    print(f"{'set':24}" + "".join(f"{name:>13}" for name in SHOWN) + "  auto ≥ .95: items, right")  # noqa: T201
    rows = []
    for name, one_set, truth in sets(folder):
        found = {method: consensus(one_set.answers, method) for method in SHOWN}
        right = [_right(one_set, one.best, truth) for one in found.values()]
        rows.append(right)
        said, of_them = _sure(one_set, found["auto"], truth)
        line = f"{name:24}" + "".join(f"{share:13.4f}" for share in right)
        print(line + f"  {said / len(truth):.0%}, {of_them / max(1, said):.3f}")  # noqa: T201
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


def _sure(of: Coded, found: Consensus, truth: Mapping[str, str]) -> tuple[int, int]:
    """How many items are said to be right with .95, and how many of them are."""
    places = [place for place, item in enumerate(of.items) if item in truth and found.confidence[place] >= 0.95]
    return len(places), sum(of.classes[found.best[place]] == truth[of.items[place]] for place in places)


def costs() -> list[Figure]:
    """Of a million answers of 5 classes by a thousand people."""
    draw = np.random.default_rng(1)
    truth = draw.integers(0, 5, BIG // 5)
    item, worker = np.repeat(np.arange(BIG // 5), 5), draw.integers(0, 1000, BIG)
    given = np.where(draw.random(BIG) < 0.7, truth[item], draw.integers(0, 5, BIG))
    answers = Answers(item, worker, given, BIG // 5, 1000, 5)
    found = []
    for name, method, goal in (
        ("Dawid–Skene", lambda: dawid_skene(answers), "≤ 0.6 s, ≤ 120 MB"),
        ("averaged", lambda: consensus(answers), ""),
    ):
        before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
        method()
        spent = time.process_time() - start
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        found.append(Figure(f"1M answers, 5 classes, {name}", f"{spent:.2f} s CPU, {grown:.0f} MB", goal=goal))
    return found


assert set(SHOWN) - {"auto"} == set(METHODS)
if __name__ == "__main__":
    if len(sys.argv) > 1:
        os.environ["LABELBOT_CROWD_DATA"] = sys.argv[1]
        accuracy(Path(sys.argv[1]))
    print(table(figures()))  # noqa: T201
