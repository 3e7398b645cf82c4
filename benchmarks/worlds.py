"""Databases to measure on: projects with many items and answers, written past the program so that it takes seconds."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bot.project import LabelDef, Project, Question
from storage import accounts, people, projects
from storage.columns import micros
from storage.database import Transaction, opened, run
from storage.migrations import migrate
from storage.schema import people as people_table

LABELS = (LabelDef("positive", "😊 Positive"), LabelDef("negative", "😠 Negative"), LabelDef("neutral", "😐 Neutral"))
QUESTION = Question("label", "How does the writer feel?", "choice", LABELS)
WORDS = "The delivery was late but the support was wonderful, and I would buy it again because of the colour"


@dataclass(frozen=True, slots=True)
class World:
    """`code` lets annotators in; `person` is one that is in already, in the chat `user`."""

    path: Path
    account: int
    project: int
    code: str
    person: int
    user: str = "7"

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"

    def raw(self) -> sqlite3.Connection:
        """A plain connection, as durable as the program's."""
        connection = sqlite3.connect(self.path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-65536"):
            connection.execute(f"PRAGMA {pragma}")
        return connection


def make(path: Path, items: int, *, overlap: int = 1, platform: str = "telegram") -> World:
    """A project of short reviews, all to be labeled by `overlap` people, and one person in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    migrate(f"sqlite:///{path}")
    project = Project("reviews", "Review sentiment", (QUESTION,), overlap=overlap)
    with opened(f"sqlite:///{path}") as database:
        world = run(database, lambda tx: _begin(tx, path, project, items, platform))
    with closing(world.raw()) as connection:
        connection.execute("BEGIN")
        connection.executemany(ITEM, _items(world.project, items, overlap))
        connection.execute("COMMIT")
    return world


def _begin(tx: Transaction, path: Path, project: Project, items: int, platform: str) -> World:
    account = accounts.account(tx, platform, "1")
    row, _ = projects.save(tx, project.name, project.as_config())
    projects.next_seq(tx, row.id, items)
    projects.add_items(tx, row.id, items)
    tx.run(insert(people_table), {"public": "owner", "name": "Owner", "owner": True, "created_at": tx.now})
    person = people.welcome(tx, account, "7", "7", "Anna", "en")
    people.set_role(tx, row.id, person.id, "annotator")
    people.choose(tx, person.id, row.id)
    code = people.invite(tx, row.id, "annotator", 1000, tx.now + timedelta(days=1))
    return World(path, account, row.id, code, person.id)


ITEM = (
    "INSERT INTO items (id, project, key, digest, data, overlap, serve_seq, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)


def _items(project: int, count: int, overlap: int) -> Iterator[tuple[Any, ...]]:
    now = micros(datetime.now(UTC))
    for number in range(1, count + 1):
        data = f'{{"text":"{number}. {WORDS}"}}'
        yield number, project, f"review-{number}", f"digest-{number}", data, overlap, number, now


def answer(world: World, count: int) -> None:
    """The person has answered the first `count` items."""
    now = micros(datetime.now(UTC))
    with closing(world.raw()) as connection:
        connection.execute("BEGIN")
        rows = ((world.project, number, world.person, now) for number in range(1, count + 1))
        connection.executemany(ANSWER, rows)
        connection.execute(TAKEN, {"count": count, "now": now})
        connection.execute("UPDATE members SET answered = ?", (count,))
        connection.execute("INSERT INTO cursors VALUES (?, ?, 0, ?)", (world.person, world.project, count))
        connection.execute("COMMIT")


ANSWER = (
    "INSERT INTO answers (project, item, person, kind, label, version, live, milliseconds, answered_at) "
    """VALUES (?, ?, ?, 'label', '{"label":"positive"}', 1, 1, 2500, ?)"""
)
TAKEN = (
    "UPDATE items SET taken = 1, answers = 1, state = CASE WHEN overlap = 1 THEN 'done' ELSE state END, "
    "done_at = CASE WHEN overlap = 1 THEN :now END WHERE id <= :count"
)
