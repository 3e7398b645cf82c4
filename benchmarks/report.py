"""Seconds a QA summary takes over many answers on SQLite, by kind of project.

Run: python -m benchmarks.report [answers, a million unless told]
"""

import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.measuring import Figure, table
from bot.project import LabelDef, Project, Question
from bot.summaries import make_summary
from storage import accounts, people, projects
from storage.columns import dump, micros
from storage.database import Database, Transaction, opened, run
from storage.migrations import migrate

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
ANSWERS = 1_000_000
PEOPLE = 100
OVERLAP = 2
LABELS = tuple(LabelDef(f"label{number}", f"Label {number}") for number in range(5))
WORDS = [
    "the",
    "kettle",
    "is",
    "on",
    "and",
    "nobody",
    "hears",
    "it",
    "whistle",
    "over",
    "the",
    "rain",
    "that",
    "falls",
    "on",
    "every",
    "roof",
    "of",
    "town",
]
PROJECTS = (
    Project("choice", "One of five", (Question("label", "Which?", "choice", LABELS),)),
    Project("tags", "Any of five", (Question("label", "Which?", "tags", LABELS),)),
    Project("transcript", "What is said", (Question("label", "What?", "transcript"),)),
)


def label_of(kind: str, draw: random.Random) -> Any:
    if kind == "choice":
        return draw.choices(LABELS, (50, 20, 15, 10, 5))[0].name
    if kind == "tags":
        return [label.name for label in LABELS if draw.random() < 0.3]
    return " ".join(draw.choices(WORDS, k=12))


def fill(database: Database, path: Path, project: Project, count: int) -> None:
    """Written past the program, so that a million answers take seconds."""

    def begin(tx: Transaction) -> tuple[int, list[int]]:
        account = accounts.account(tx, "browser", "local")
        row, _ = projects.save(tx, project.name, project.as_config())
        heads = [people.welcome(tx, account, f"{project.name}{n}", f"{n}", f"P{n}", "en").id for n in range(PEOPLE)]
        return row.id, heads

    key, heads = run(database, begin)
    draw, kind = random.Random(1), project.questions[0].type
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(ITEM, items_of(key, kind, count // OVERLAP, draw))
        connection.executemany(ANSWER, answers_to(key, heads, kind, count // OVERLAP, draw))


ITEM = (
    "INSERT INTO items (id, project, key, digest, data, gold, overlap, taken, answers, serve_seq, state, created_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
ANSWER = (
    "INSERT INTO answers (project, item, person, kind, label, version, live, milliseconds, answered_at) "
    "VALUES (?, ?, ?, 'label', ?, 1, 1, ?, ?)"
)


def items_of(key: int, kind: str, count: int, draw: random.Random) -> Iterator[tuple[Any, ...]]:
    counts = (OVERLAP, OVERLAP, OVERLAP)
    for number in range(1, count + 1):
        gold = dump({"label": label_of(kind, draw)}) if number % 100 == 0 else None
        state = "gold" if gold else "done"
        data = dump({"text": f"The text of item {number}"})
        yield number, key, f"{number}", f"{number}", data, gold, *counts, number, state, micros(START)


def answers_to(key: int, heads: list[int], kind: str, count: int, draw: random.Random) -> Iterator[tuple[Any, ...]]:
    for item in range(1, count + 1):
        common = label_of(kind, draw)
        for person in draw.sample(heads, OVERLAP):
            label = common if draw.random() < 0.8 else label_of(kind, draw)
            took = int(draw.lognormvariate(8, 0.7))
            yield key, item, person, dump({"label": label}), took, micros(START) + 2_000_000 * item


def took(folder: Path, project: Project, count: int) -> tuple[float, float]:
    """Seconds of wall time of a summary with its chart, and of SQLite to read the labels it is made of."""
    url = f"sqlite:///{folder / project.name}.db"
    migrate(url)
    with opened(url) as database:
        fill(database, folder / f"{project.name}.db", project, count)
        key = run(database, lambda tx: projects.named(tx, project.name).id)
    with closing(sqlite3.connect(folder / f"{project.name}.db")) as connection:
        began = time.perf_counter()
        for _ in connection.execute("SELECT item, person, label FROM answers WHERE live = 1"):
            pass
        floor = time.perf_counter() - began
    began = time.perf_counter()
    assert make_summary(url, key, START + timedelta(days=30)).picture
    return time.perf_counter() - began, floor


def figures(kinds: Sequence[Project] = PROJECTS[:1], count: int = ANSWERS) -> list[Figure]:
    made = []
    with tempfile.TemporaryDirectory() as folder:
        for project in kinds:
            spent, floor = took(Path(folder), project, count)
            name = f"summary of {count // 1000}k answers, {project.name}"
            made.append(Figure(name, f"{spent:.1f} s", f"sqlite3 reads them in {floor:.1f} s", f"{spent / floor:.1f}"))
    return made


if __name__ == "__main__":
    print(table(figures(PROJECTS, int(sys.argv[1]) if len(sys.argv) > 1 else ANSWERS)))  # noqa: T201
