"""Once a day, where overlap is adaptive: how far to believe its confidence, by the answers to gold items."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection

from bot import stored, weighing
from bot.labels.base import Label
from bot.project import Project
from bot.quality.candour import LEAST, Judge, Played, measured, played
from bot.quality.nearby import right
from bot.weighing import Counts
from storage import skills
from storage.database import Row, opened, run

NEWEST: Final = 5_000
"""Answers to gold that are looked at."""
CHECKED: Final = 1_000
"""The same for a report, which people wait for."""


def candour(url: str, project: int, now: datetime) -> float | None:
    """None where there is too little gold to say. Runs for seconds, for a child process."""
    with opened(url) as database:
        _, asked = run(database, lambda tx: stored.by_id(tx, project))
        if asked.adaptive is None:
            return None
        with database.reading() as connection:
            known = _known(connection, project, asked, NEWEST)
    return measured(known, asked.adaptive)


def checked(connection: Connection, project: int, asked: Project) -> Played | None:
    """How often what is closed as items are closed now is right on gold; None where that closes too seldom to tell."""
    assert asked.adaptive is not None
    candour = skills.believed(connection, project)
    found = played(_known(connection, project, asked, CHECKED), asked.adaptive, candour)
    return found if found.closings >= LEAST else None


def _known(connection: Connection, project: int, asked: Project, most: int) -> list[tuple[int, Judge]]:
    """The gold items of the newest answers to gold: how many answers each has, and its judge."""
    rows = skills.on_gold(connection, project, most)
    counts = Counts(*skills.cells(connection, project)) if rows else Counts((), ())
    rows.sort(key=lambda row: row.id)
    items = [list(some)[::-1] for _, some in groupby(rows, key=lambda row: int(row.id))]
    return [(len(some), _judge(asked, some, counts)) for some in items]


def _judge(asked: Project, given: Sequence[Row], counts: Counts) -> Judge:
    """The item's own answers are out of the counts while it is judged, as everywhere."""
    known = {one.name: weighing.now(one, given[0].gold.get(one.name), True) for one in asked.questions}
    brought = weighing.contributed(given[0].standing or ())

    @cache
    def judge(start: int, end: int) -> tuple[float, bool]:
        counts.add(brought, -1)
        found = _weighed(asked, known, given[start:end], counts)
        counts.add(brought, 1)
        return min((sure for sure, _ in found), default=0.0), all(right for _, right in found)

    return judge


def _weighed(
    asked: Project, known: Mapping[str, Label], given: Sequence[Any], counts: Counts
) -> list[tuple[float, bool]]:
    """(how sure, whether right) of each question that gold knows."""
    found = []
    for question in asked.questions:
        every = [(one.person, weighing.now(question, one.label.get(question.name), True)) for one in given]
        labels = [(person, label) for person, label in every if label is not None]
        if known[question.name] is None or not labels:
            continue
        label, sure = weighing.weighed(question, labels, counts)
        found.append((sure, label is not None and right(question)(label, known[question.name])))
    return found
