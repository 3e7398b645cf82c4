"""Labels of any type counted as votes: each is parted, and the votes of one kind go through a crowd's method."""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from bot.quality.coding import Coder
from bot.quality.crowd.answers import Answers, Floats, Ints
from bot.quality.crowd.choosing import TRIED, consensus
from bot.quality.parts import Elected, Part

LEAST: Final = 5_000
"""Answers that each kind of votes is learnt from at least, however many kinds there are."""
Votes: TypeAlias = tuple[float, int, Mapping[tuple[str, str, str], int]]
"""Of one person: the share that is right, how many there are, and their counts by (kind, what it came to, given)."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """What an item's labels bring in: the kind of each part, its votes (part by part, a vote an answer), and what is
    known of it (−1: nothing)."""

    kinds: tuple[int, ...]
    given: tuple[int, ...]
    known: tuple[int, ...]


class _Names:
    """Strings as numbers, in the order they came."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._numbers: dict[str, int] = {}

    def number(self, name: str) -> int:
        found = self._numbers.setdefault(name, len(self.names))
        if found == len(self.names):
            self.names.append(name)
        return found


@dataclass(frozen=True, slots=True)
class _Columns:
    """Votes: on which part, by whom, what; of one length."""

    part: Ints
    person: Ints
    given: Ints

    def only(self, chosen: npt.NDArray[np.bool_]) -> "_Columns":
        return _Columns(self.part[chosen], self.person[chosen], self.given[chosen])


class Ballots:
    """Gathers items, in the order of their ids."""

    def __init__(self, coder: Coder) -> None:
        self._coder = coder
        self._kinds, self._values = _Names(), _Names()
        self._layouts: dict[tuple[Sequence[int], int | None], _Layout] = {}
        self._items, self._starts = array("q"), array("q", [0])
        self._part_kinds, self._part_known, self._part_sizes = array("i"), array("i"), array("i")
        self._given, self._people = array("i"), array("q")

    def add(self, item: int, people: Sequence[int], codes: Sequence[int], known: int | None = None) -> None:
        """`codes` are the numbers of people's labels, `known` that of the item's gold."""
        key = tuple(codes), known
        layout = self._layouts.get(key)
        if layout is None:
            layout = self._layouts[key] = self._layout(codes, known)
        parts = len(layout.kinds)
        self._items.append(item)
        self._starts.append(self._starts[-1] + parts)
        self._part_kinds.extend(layout.kinds)
        self._part_known.extend(layout.known)
        self._part_sizes.extend([len(codes)] * parts)
        self._given.extend(layout.given)
        self._people.extend(list(people) * parts)

    def _layout(self, codes: Sequence[int], known: int | None) -> _Layout:
        """Of an item that has gold, that is one of the labels, so that all are parted alike."""
        every = [*codes] if known is None else [*codes, known]
        parts = self._coder.type.parts(self._coder.question, [self._coder.labels[code] for code in every]) or ()
        number = self._values.number
        return _Layout(
            tuple(self._kinds.number(part.kind) for part in parts),
            tuple(number(value) for part in parts for value in part.given[: len(codes)]),
            tuple(-1 if known is None else number(part.given[-1]) for part in parts),
        )

    def counted(self, method: str, told: Callable[[str], None] = lambda step: None, tried: int = TRIED) -> "Counted":
        """By the method; said is that of the most frequent kind of vote. Raises ValueError as `consensus` does."""
        tried //= max(1, len(self.kinds))
        votes = self._votes()
        kinds = np.array(self._part_kinds, dtype=np.int64)
        known = self._ranked(np.array(self._part_known, dtype=np.int64))
        best, sure = np.full(len(kinds), -1), np.zeros(len(kinds))
        of_vote, people, methods = kinds[votes.part], _People(), list[str]()
        votes_of = np.bincount(of_vote, minlength=len(self.kinds))
        for kind in sorted(range(len(self.kinds)), key=lambda kind: (-votes_of[kind], self.kinds[kind])):
            parts, mine = np.flatnonzero(kinds == kind), votes.only(of_vote == kind)
            found = _elected(mine, parts, known[parts], method, told, tried)
            best[parts], sure[parts] = found.best, found.confidence
            people.see(kind, found, mine, best)
            methods.append(found.method)
        return Counted(methods[0] if methods else "majority", self, self.values, best, sure, people)

    def _votes(self) -> _Columns:
        """Sorted, so that nothing hangs on the order in which an item's answers came."""
        sizes = np.array(self._part_sizes, dtype=np.int64)
        part, person = np.repeat(np.arange(len(sizes)), sizes), np.array(self._people, dtype=np.int64)
        order = np.lexsort((person, part))
        given = self._ranked(np.array(self._given, dtype=np.int64)[order])
        return _Columns(part[order], person[order], given)

    def _ranked(self, numbers: Ints) -> Ints:
        """Values by their place among all in order; −1 stays."""
        place = np.empty(len(self._values.names) + 1, dtype=np.int64)
        place[np.argsort(self._values.names)] = np.arange(len(self._values.names))
        place[-1] = -1
        return np.asarray(place[numbers])

    @property
    def values(self) -> list[str]:
        return sorted(self._values.names)

    @property
    def kinds(self) -> list[str]:
        return self._kinds.names

    def between(self, item: int) -> tuple[int, int] | None:
        """The numbers of an item's parts, from and to."""
        at = bisect_left(self._items, item)
        found = at < len(self._items) and self._items[at] == item
        return (self._starts[at], self._starts[at + 1]) if found else None

    def kind(self, part: int) -> str:
        return self._kinds.names[self._part_kinds[part]]


@dataclass(frozen=True, slots=True)
class _Found:
    """Of one kind: what each of its parts came to (the number of a value; −1: a tie) and how sure that is; its people
    in order, the share of their votes that is right, and how many those are."""

    best: Ints
    confidence: Floats
    people: Ints
    skill: Floats
    votes: Ints
    method: str


def _elected(votes: _Columns, parts: Ints, known: Ints, method: str, told: Callable[[str], None], tried: int) -> _Found:
    """Of votes of one kind; `known` is by part."""
    people, worker = np.unique(votes.person, return_inverse=True)
    values = np.unique(np.concatenate((votes.given, known[known >= 0])))
    place, given = np.searchsorted(parts, votes.part), np.searchsorted(values, votes.given)
    answers = Answers(place, worker, given, len(parts), len(people), len(values))
    gold = np.where(known >= 0, np.searchsorted(values, known), -1)
    found = consensus(answers, method, gold, told, max(tried, LEAST))
    best = np.where(found.best >= 0, values[found.best], -1)
    return _Found(best, found.confidence, people, found.skill, answers.per_worker, found.method)


class _People:
    """Sums of each person over all kinds."""

    def __init__(self) -> None:
        self.right: dict[int, float] = {}
        self.votes: dict[int, int] = {}
        self.confusion: dict[int, dict[tuple[int, int, int], int]] = {}

    def see(self, kind: int, found: _Found, votes: _Columns, best: Ints) -> None:
        """`best` is of all parts."""
        for person, skill, count in zip(found.people.tolist(), found.skill.tolist(), found.votes.tolist(), strict=True):
            self.right[person] = self.right.get(person, 0.0) + skill * count
            self.votes[person] = self.votes.get(person, 0) + count
        held, most = best[votes.part], 1 + int(max(best.max(initial=0), votes.given.max(initial=0)))
        cells = (np.searchsorted(found.people, votes.person) * most + held) * most + votes.given
        for cell, count in zip(*(one.tolist() for one in np.unique(cells[held >= 0], return_counts=True)), strict=True):
            person, truth, given = cell // most**2, cell // most % most, cell % most
            self.confusion.setdefault(int(found.people[person]), {})[kind, truth, given] = count


@dataclass(frozen=True, slots=True)
class Counted:
    """What all parts of all items came to."""

    method: str
    _ballots: Ballots
    _values: Sequence[str]
    _best: Ints
    _confidence: Floats
    _people: _People

    def elected(self, item: int, parts: Sequence[Part]) -> list[Elected] | None:
        """None where the item was counted with other parts than these, or where some part is a tie."""
        where = self._ballots.between(item)
        if where is None:
            return None
        numbers = range(*where)
        if [self._ballots.kind(number) for number in numbers] != [part.kind for part in parts]:
            return None
        if any(self._best[number] < 0 for number in numbers):
            return None
        return [
            Elected(part.kind, self._values[int(self._best[number])], float(self._confidence[number]))
            for number, part in zip(numbers, parts, strict=True)
        ]

    def people(self) -> Iterator[tuple[int, Votes]]:
        """Each person with what there is of them, by id."""
        kind, value = self._ballots.kinds, self._values
        for person, count in sorted(self._people.votes.items()):
            cells = self._people.confusion.get(person, {})
            named = {(kind[of], value[truth], value[given]): times for (of, truth, given), times in cells.items()}
            yield person, (self._people.right[person] / count, count, named)
