"""Seconds a QA summary takes over many answers on SQLite, by kind of project.

Run: python -m benchmarks.report [answers, a million unless told]
"""

import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
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
        projects.add_items(tx, row.id, count // OVERLAP)
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


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds by the clock and of the processor."""

    clock: float
    processor: float

    def __str__(self) -> str:
        return f"{self.clock:.1f} s ({self.processor:.1f} s of CPU)"


def took(work: Callable[[], object]) -> Took:
    began, busy = time.perf_counter(), processor()
    work()
    return Took(time.perf_counter() - began, processor() - busy)


def processor() -> float:
    """Seconds that this process and its children, once they have ended, have had."""
    return sum(os.times()[:4])


def filled(folder: Path, project: Project, count: int) -> tuple[str, int]:
    """The database's address and the project's number."""
    url = f"sqlite:///{folder / project.name}.db"
    migrate(url)
    with opened(url) as database:
        fill(database, folder / f"{project.name}.db", project, count)
        return url, run(database, lambda tx: projects.named(tx, project.name).id)


def read(path: Path) -> None:
    """The labels a summary is made of, as fast as can be."""
    with closing(sqlite3.connect(path)) as connection:
        for _ in connection.execute("SELECT item, person, label FROM answers WHERE live = 1"):
            pass


def report(folder: Path, url: str, name: str) -> None:
    """As a person runs it; it looks at people in a process beside it."""
    command = [sys.executable, "-m", "bot", "report", name]
    environment = os.environ | {"LABELBOT_DATABASE_URL": url, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)


def figures(kinds: Sequence[Project] = PROJECTS[:1], count: int = ANSWERS) -> list[Figure]:
    made = []
    with tempfile.TemporaryDirectory() as folder:
        for project in kinds:
            url, key = filled(Path(folder), project, count)
            floor = took(partial(read, Path(folder, f"{project.name}.db"))).clock
            summary = took(partial(make_summary, url, key, START + timedelta(days=30)))
            command = took(partial(report, Path(folder), url, project.name))
            name, reading = f"{count // 1000}k answers, {project.name}", f"sqlite3 reads them in {floor:.1f} s"
            made.append(Figure(f"summary of {name}", str(summary), reading, f"{summary.clock / floor:.1f}"))
            made.append(
                Figure(f"labelbot report of {name}", str(command), reading, f"{command.clock / floor:.1f}", "≤ 5 s")
            )
    return made


if __name__ == "__main__":
    print(table(figures(PROJECTS, int(sys.argv[1]) if len(sys.argv) > 1 else ANSWERS)))  # noqa: T201
