"""What people find hard to tell: items whose labels scatter, labels that are confused, questions they are unsure of.

An item's entropy is Shannon's, H = −Σ p·ln p over the shares p of the labels given to it ("A Mathematical Theory of
Communication", 1948), "not sure" being a label of its own, divided by the most that so many answers can have: the
logarithm of their number, or of the number of labels in use where that is smaller. So 0 is one voice, and 1 as many as
can be. Two labels are confused on the items where both were given, of all where either was (Jaccard's index).
"""

import heapq
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, TypeAlias

import numpy as np
from sqlalchemy import Connection

from bot.labels.base import Said
from bot.quality.coding import Coder, Codes, Coding
from bot.quality.columns import Bools, Counted, Ints, tallies
from bot.turn import snippet
from storage import figures

LISTED: Final = 5
"""How many items are named."""
PAIRS: Final = 3
"""How many pairs of labels are named a question."""
EXAMPLES: Final = 3
ENOUGH: Final = 5
"""Items that have either of two labels, below which the share that has both says nothing."""

Unsure: TypeAlias = Mapping[int, tuple[int, ...]]
"""How many were unsure of each question, by item; items of which nobody was are left out."""
Seen: TypeAlias = dict[tuple[Codes, int], "Alike"]


@dataclass(frozen=True, slots=True)
class Example:
    """An item, and the beginning of its words."""

    item: str
    snippet: str


@dataclass(frozen=True, slots=True)
class Confused:
    """Two labels: `items` have either of them from somebody, `split` of these both. Only items with two labels or more
    count. The examples are done, and nobody has decided them."""

    labels: tuple[Said, Said]
    split: int
    items: int
    share: float
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A done item that nobody has decided. `labels` are those given to the question on which its entropy (0…1) is
    greatest, with how often."""

    item: str
    snippet: str
    question: str
    labels: tuple[tuple[Said, int], ...]
    unsure: int
    entropy: float


@dataclass(frozen=True, slots=True)
class Unclear:
    """A question: `unsure` of its answers were no label, a share of all. `entropy` is the mean of the `items` that have
    two answers or more; None where labels are free, which hardly ever come twice, or where there are no such items."""

    question: str
    unsure: int
    unsure_share: float | None
    items: int
    entropy: float | None
    confused: tuple[Confused, ...]


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """The items are the most ambiguous of all, worst first."""

    questions: tuple[Unclear, ...]
    items: tuple[Ambiguous, ...]


@dataclass(slots=True)
class Alike:
    """Items whose answers to a question are the same: how many, and the first that are done and undecided."""

    count: int = 0
    done: list[int] | None = None

    def add(self, item: int, done: bool) -> None:
        self.count += 1
        if done and self.done is None:
            self.done = [item]
        elif done and self.done is not None and len(self.done) < LISTED:
            self.done.append(item)


def entropy(counts: Sequence[int], classes: int) -> float:
    """Of labels given so often, 0…1; `classes` is how many labels there are to give."""
    total = sum(counts)
    most = min(total, classes)
    if most < 2:
        return 0.0
    spread = -math.fsum(count / total * math.log(count / total) for count in counts if count)
    return max(0.0, min(1.0, spread / math.log(most)))


class Scatter:
    """Sees every item once, in their order."""

    def __init__(self, coding: Coding, unsure: Unsure) -> None:
        self._coders = coding.coders
        self._unsure = unsure
        self._places = [place for place, coder in enumerate(coding.coders) if coder.type.CATEGORICAL]
        self._seen: list[Seen] = [{} for _ in coding.coders]
        self._nobody = (0,) * len(coding.coders)

    def see(self, place: int, counted: Counted, items: Ints, asked: Bools) -> None:
        """A question's labels to all items, in their order; of these what is `asked`, done and not decided by a
        reviewer, may be named. Of labels that are free nothing is looked at."""
        if counted.of_item is None:
            return
        of_item, seen = counted.of_item.copy(), self._seen[place]
        kinds = [*counted.kinds, ()]
        of_item[of_item < 0] = len(counted.kinds)
        unclear = [item for item, each in self._unsure.items() if each[place]]
        apart = np.flatnonzero(np.isin(items, unclear))
        for at in apart.tolist():
            key = kinds[int(of_item[at])], self._unsure[int(items[at])][place]
            seen.setdefault(key, Alike()).add(int(items[at]), bool(asked[at]))
        of_item[apart] = -1
        for codes, count, first in zip(kinds, *tallies(of_item, asked, len(kinds), LISTED), strict=True):
            if count:
                seen[codes, 0] = Alike(count, items[first].tolist() or None)

    def figures(self, connection: Connection) -> Ambiguity:
        totals = [sum(counts) for counts in zip(*self._unsure.values(), strict=True)] or self._nobody
        most = LISTED * len(self._coders)
        worst = heapq.nsmallest(most, self._worst(), key=lambda one: (-one[0], -one[1], one[2], one[3]))
        pairs = [_pairs(coder, seen) for coder, seen in zip(self._coders, self._seen, strict=True)]
        chosen = _first_of_each(worst)
        wanted = {item for _, _, item, _, _ in chosen} | {item for found in pairs for one in found for item in one[3]}
        shown = figures.shown(connection, sorted(wanted))
        examples = {item: Example(one.key, snippet(one.data)) for item, one in shown.items()}
        return Ambiguity(
            tuple(self._unclear(place, totals[place], pairs[place], examples) for place in range(len(self._coders))),
            tuple(self._ambiguous(place, key, examples[item], value) for value, _, item, place, key in chosen),
        )

    def _classes(self, place: int) -> int:
        """Labels that somebody gave, and "not sure" where somebody was."""
        return len(self._coders[place].counts()) + any(counts[place] for counts in self._unsure.values())

    def _worst(self) -> Iterator[tuple[float, int, int, int, tuple[Codes, int]]]:
        """(entropy, answers, item, question's place, its answers) of items in question, as many as may be named."""
        for place in self._places:
            classes = self._classes(place)
            for key, alike in self._seen[place].items():
                value = _scatter(key, classes)
                if value:
                    answers = len(key[0]) + key[1]
                    yield from ((value, answers, item, place, key) for item in alike.done or ())

    def _unclear(self, place: int, unsure: int, pairs: Sequence["Pair"], examples: Mapping[int, Example]) -> Unclear:
        coder = self._coders[place]
        answers = coder.answers + unsure
        items, mean = self._mean(place)
        return Unclear(
            question=coder.question.name,
            unsure=unsure,
            unsure_share=unsure / answers if answers else None,
            items=items,
            entropy=mean,
            confused=tuple(_confused(coder, pair, examples) for pair in pairs),
        )

    def _mean(self, place: int) -> tuple[int, float | None]:
        several = [(key, one.count) for key, one in self._seen[place].items() if len(key[0]) + key[1] > 1]
        items = sum(count for _, count in several)
        if not items:
            return 0, None
        classes = self._classes(place)
        return items, math.fsum(_scatter(key, classes) * count for key, count in several) / items

    def _ambiguous(self, place: int, key: tuple[Codes, int], example: Example, value: float) -> Ambiguous:
        coder = self._coders[place]
        codes, unsure = key
        often = sorted(Counter(codes).items(), key=lambda one: (-one[1], one[0]))
        labels = tuple((coder.said(code), count) for code, count in often)
        return Ambiguous(example.item, example.snippet, coder.question.name, labels, unsure, value)


Pair: TypeAlias = tuple[tuple[int, int], int, int, tuple[int, ...]]
"""Two labels, the items that have both, those that have either, and examples of the former."""


def _scatter(key: tuple[Codes, int], classes: int) -> float:
    codes, unsure = key
    return entropy([*Counter(codes).values(), unsure], classes)


def _first_of_each(
    worst: Sequence[tuple[float, int, int, int, tuple[Codes, int]]],
) -> list[tuple[float, int, int, int, tuple[Codes, int]]]:
    """Every item by the question that is worst of it."""
    chosen: dict[int, tuple[float, int, int, int, tuple[Codes, int]]] = {}
    for one in worst:
        chosen.setdefault(one[2], one)
        if len(chosen) == LISTED:
            break
    return list(chosen.values())


def _pairs(coder: Coder, seen: Seen) -> list[Pair]:
    """Those confused most, worst first."""
    having: Counter[int] = Counter()
    both: Counter[tuple[int, int]] = Counter()
    done: dict[tuple[int, int], list[int]] = {}
    for (codes, _), alike in seen.items():
        given = sorted(set(codes))
        if len(codes) < 2:
            continue
        for code in given:
            having[code] += alike.count
        for pair in combinations(given, 2):
            both[pair] += alike.count
            done.setdefault(pair, []).extend(alike.done or ())
    found = [
        (pair, split, having[pair[0]] + having[pair[1]] - split, tuple(sorted(done[pair])[:EXAMPLES]))
        for pair, split in both.items()
    ]
    enough = [one for one in found if one[2] >= ENOUGH]
    return sorted(enough, key=lambda one: (-one[1] / one[2], -one[1], one[0]))[:PAIRS]


def _confused(coder: Coder, pair: Pair, examples: Mapping[int, Example]) -> Confused:
    (one, other), split, items, done = pair
    labels = (coder.said(one), coder.said(other))
    return Confused(labels, split, items, split / items, tuple(examples[item] for item in done))
