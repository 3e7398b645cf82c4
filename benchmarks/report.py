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

from sqlalchemy import insert

from benchmarks.measuring import Figure, table
from bot.project import LabelDef, Project, Question
from bot.workers import make_summary
from storage import accounts, people, projects
from storage.database import Database, Transaction, opened, run
from storage.migrations import migrate
from storage.schema import answers, items

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
ANSWERS = 1_000_000
PEOPLE = 100
OVERLAP = 2
BATCH = 1000
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


def fill(database: Database, project: Project, count: int) -> None:
    def begin(tx: Transaction) -> tuple[int, list[int]]:
        account = accounts.account(tx, "browser", "local")
        row, _ = projects.save(tx, project.name, project.as_config())
        heads = [people.welcome(tx, account, f"{project.name}{n}", f"{n}", f"P{n}", "en").id for n in range(PEOPLE)]
        return row.id, heads

    key, heads = run(database, begin)
    draw = random.Random(1)
    for first in range(0, count // OVERLAP, BATCH):
        rows = list(range(first, min(first + BATCH, count // OVERLAP)))
        run(database, lambda tx, rows=rows: write(tx, project, key, heads, rows, draw))  # type: ignore[misc]


def write(tx: Transaction, project: Project, key: int, heads: list[int], rows: list[int], draw: random.Random) -> None:
    kind = project.questions[0].type
    usual = {"project": key, "overlap": OVERLAP, "taken": OVERLAP, "answers": OVERLAP, "created_at": START}
    made = [
        usual
        | {
            "key": f"{number}",
            "digest": f"{number}",
            "data": {"text": f"The text of item {number}"},
            "serve_seq": number,
            "state": "gold" if number % 100 == 0 else "done",
            "gold": {"label": label_of(kind, draw)} if number % 100 == 0 else None,
        }
        for number in rows
    ]
    inserted = tx.connection.execute(insert(items).returning(items.c.id, sort_by_parameter_order=True), made)
    ids = [row.id for row in inserted]
    tx.run(insert(answers), list(answers_to(key, ids, heads, kind, draw)))


def answers_to(key: int, ids: list[int], heads: list[int], kind: str, draw: random.Random) -> Iterator[dict[str, Any]]:
    for place, item in enumerate(ids):
        common = label_of(kind, draw)
        for person in draw.sample(heads, OVERLAP):
            yield {
                "project": key,
                "item": item,
                "person": person,
                "kind": "label",
                "label": {"label": common if draw.random() < 0.8 else label_of(kind, draw)},
                "version": 1,
                "live": True,
                "milliseconds": int(draw.lognormvariate(8, 0.7)),
                "answered_at": START + timedelta(seconds=2 * item, microseconds=place),
            }


def took(folder: Path, project: Project, count: int) -> tuple[float, float]:
    """Seconds of wall time of a summary with its chart, and of SQLite to read the labels it is made of."""
    url = f"sqlite:///{folder / project.name}.db"
    migrate(url)
    with opened(url) as database:
        fill(database, project, count)
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
