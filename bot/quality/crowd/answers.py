"""Answers of a crowd as three columns of small numbers: which item, by whom, which class."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Answers:
    """`item`, `worker` and `given` (the class) of each answer, numbered from 0; the counts are of all there are, those
    without an answer too."""

    item: Ints
    worker: Ints
    given: Ints
    items: int
    workers: int
    classes: int

    @cached_property
    def per_item(self) -> Ints:
        return np.bincount(self.item, minlength=self.items)

    @cached_property
    def per_worker(self) -> Ints:
        return np.bincount(self.worker, minlength=self.workers)

    def only(self, chosen: npt.NDArray[np.bool_]) -> "Answers":
        """Some of the answers, of as many items, workers and classes."""
        return Answers(
            self.item[chosen], self.worker[chosen], self.given[chosen], self.items, self.workers, self.classes
        )


@dataclass(frozen=True)
class Coded:
    """Answers and what their numbers stand for. Names are sorted, so that the order of rows does not matter."""

    answers: Answers
    items: list[str]
    workers: list[str]
    classes: list[str]


def coded(rows: Iterable[tuple[str, str, str]], classes: Iterable[str] = ()) -> Coded:
    """(item, worker, label) rows as numbers. Somebody who answered an item more than once counts with the last answer.
    `classes` are labels that nobody may have given."""
    last: dict[tuple[str, str], str] = {}
    for item, worker, label in rows:
        last[item, worker] = label
    items, by_item = _numbered(item for item, _ in last)
    workers, by_worker = _numbered(worker for _, worker in last)
    labels, by_label = _numbered([*last.values(), *classes])
    table = sorted((by_item[item], by_worker[worker], by_label[label]) for (item, worker), label in last.items())
    columns = np.array(table, dtype=np.int64).reshape(-1, 3).T.copy()
    answers = Answers(columns[0], columns[1], columns[2], len(items), len(workers), len(labels))
    return Coded(answers, items, workers, labels)


def _numbered(names: Iterable[str]) -> tuple[list[str], dict[Hashable, int]]:
    listed = sorted(set(names))
    return listed, {name: number for number, name in enumerate(listed)}
