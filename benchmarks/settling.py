"""What weighing people adds to an answer in a project of 2,000 people, each with counts of every pair of labels: with
adaptive overlap, which judges the item, too, and with a fixed one. And what it takes to tell which of ten drawings or
transcripts say the same, of which nobody's is another's.

Run: python -m benchmarks.settling
"""

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.measuring import Figure, table
from benchmarks.worlds import World, make
from bot import settling
from bot.labels import LABEL_TYPES, rle
from bot.labels.base import Label
from bot.project import Adaptive, LabelDef, Project, Question
from bot.quality import nearby
from storage.database import Transaction, opened, run

PEOPLE, ITEMS, ANSWERS = 2_000, 100, 5
PERSON = "INSERT INTO people (id, public, name, created_at) VALUES (?, ?, '', 0)"
CELL = "INSERT INTO skills (project, person, question, truth, given, count) VALUES (?, ?, 'label', ?, ?, 3)"
POOLED = (
    "INSERT INTO pooled (project, question, truth, given, count) "
    "SELECT project, question, truth, CASE WHEN truth = given THEN given ELSE '' END AS said, sum(count) "
    "FROM skills GROUP BY project, question, truth, said"
)
ANSWER = (
    "INSERT INTO answers (project, item, person, kind, label, version, live, answered_at) "
    "VALUES (?, ?, ?, 'label', ?, 1, 1, 0)"
)
COUNT = "UPDATE items SET answers = ?, taken = ?, overlap = 10 WHERE id <= ?"


def settled(folder: Path, classes: int, adaptive: Adaptive | None, answers: int = ANSWERS) -> list[float]:
    """Milliseconds that counting an item with so many answers takes, and judging it where overlap is adaptive, by
    item."""
    names = [f"label {number}" for number in range(classes)]
    world = make(folder / f"{classes} {adaptive is None} {answers}.db", ITEMS)
    with closing(world.raw()) as raw:
        raw.execute("BEGIN")
        raw.executemany(PERSON, [(1000 + who, f"p{who}") for who in range(PEOPLE)])
        raw.executemany(CELL, _cells(world, names))
        raw.execute(POOLED)
        raw.executemany(ANSWER, _answers(world, names, answers))
        raw.execute(COUNT, (answers, answers, ITEMS))
        raw.execute("COMMIT")
    question = Question("label", "What is it about?", "choice", tuple(LabelDef(name, name) for name in names))
    asked = Project("reviews", "Reviews", (question,), overlap=2, adaptive=adaptive)
    with opened(world.url) as database:
        return run(database, lambda tx: [_spent(tx, world, asked, item) for item in range(1, ITEMS + 1)])


def _cells(world: World, names: list[str]) -> Iterator[tuple[Any, ...]]:
    """Of many labels, each person has met thirty."""
    for who in range(PEOPLE):
        met = [names[(7 * who + place) % len(names)] for place in range(min(30, len(names)))]
        given = met if len(names) <= 30 else met[:1]
        yield from ((world.project, 1000 + who, truth, said) for truth in met for said in {*given, truth})


def _answers(world: World, names: list[str], answers: int) -> Iterator[tuple[Any, ...]]:
    for item in range(1, ITEMS + 1):
        for place in range(answers):
            said = names[item % len(names)] if place else names[0]
            yield world.project, item, 1000 + (item * ANSWERS + place) % PEOPLE, f'{{"label":"{said}"}}'


def _spent(tx: Transaction, world: World, asked: Project, item: int) -> float:
    began = time.perf_counter()
    with settling.changed(tx, world.project, asked, 1, (item,)):
        pass
    return 1000 * (time.perf_counter() - began)


def compared(kind: str) -> float:
    """Milliseconds for ten labels as large as are compared at all."""
    draw, example = random.Random(1), LABEL_TYPES[kind].EXAMPLE
    made: dict[str, Callable[[], Label]] = {
        "boxes": lambda: [_box(draw) for _ in range(nearby.LARGEST["boxes"] // 2)],
        "masks": lambda: [_mask(draw)],
        "transcript": lambda: "".join(draw.choice("abcdefgh ") for _ in range(nearby.LARGEST["transcript"] // 2)),
    }
    labels = [made[kind]() for _ in range(10)]
    began = time.perf_counter()
    nearby.groups(example.question, labels)
    return 1000 * (time.perf_counter() - began)


def _box(draw: random.Random) -> Label:
    return {"label": "a", "x": draw.randrange(900), "y": draw.randrange(900), "width": 50, "height": 50}


def _mask(draw: random.Random) -> Label:
    """Its runs are some 4,000 characters."""
    edges = sorted(draw.sample(range(1_000_000), 1_500))
    return {"label": "a", "size": [1000, 1000], "counts": rle.encode(rle.of_edges(edges, 1_000_000))}


def figures() -> list[Figure]:
    made = []
    for kind in ("boxes", "masks", "transcript"):
        spent = sorted(compared(kind) for _ in range(5))
        told = f"slowest of 5 {spent[-1]:.2f} ms"
        made.append(Figure(f"adaptive overlap, ten {kind} told apart", f"{spent[2]:.2f} ms", told, goal="≤ 20 ms"))
    with tempfile.TemporaryDirectory() as name:
        for classes in (3, 10, 1_000, 10_000):
            goal = "≤ 3 ms" if classes <= 10 else "≤ 20 ms"
            what = f"adaptive overlap, an answer more, {PEOPLE:,} people, {classes:,} labels"
            made.append(_figure(what, settled(Path(name), classes, Adaptive(2, 10, 0.95)), goal))
        for classes in (3, 10_000):
            for answers, which in ((1, "first"), (ANSWERS, "fifth")):
                what = f"fixed overlap of two or more, an item's {which} answer, {classes:,} labels"
                made.append(_figure(what, settled(Path(name), classes, None, answers), "≤ 1 ms"))
    return made


def _figure(what: str, spent: list[float], goal: str) -> Figure:
    spent = sorted(spent)
    return Figure(what, f"{spent[len(spent) // 2]:.2f} ms", f"slowest of {ITEMS} {spent[-1]:.2f} ms", goal=goal)


if __name__ == "__main__":
    print(table(figures()))  # noqa: T201
