"""Finds what a reviewer should look at and no event has put before one: items that were done, or flagged, before their
project had a review, and pictures, whose labels take too long to merge within an event."""

import asyncio
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Final, TypeVar

from sqlalchemy import Connection

from bot import reviewing, weighing
from bot.labels.base import Label
from bot.project import Project, Question
from bot.quality.consensus import Merged
from bot.reviewing import Judge, patiently
from storage import finished, projects, reviews, skills
from storage.database import Database, Row, Transaction
from storage.finished import Done
from storage.projects import ProjectRow

T = TypeVar("T")
AT_ONCE: Final = 50
"""Items put into the queue in one transaction."""
BEHIND: Final = 60_000_000
"""Microseconds that a transaction may come in after a later one: so much is looked at a second time."""


class LookingBack:
    """`_seen` is up to when (UTC microseconds) each version of each project was looked at: all of it after a start,
    then only what was done since."""

    def __init__(self) -> None:
        self._seen: dict[tuple[int, int], int] = {}

    async def look(self, database: Database) -> int:
        """Puts what is in question into the queue; how many. It is read beside the taps, and merged in a thread."""
        found = 0
        for row in await _submit(database, projects.every):
            config = await _submit(database, partial(projects.config_of, project=row.id, version=row.version))
            asked = Project.from_config(config)
            if asked.review is not None:
                found += await self._project(database, row, asked)
        return found

    async def _project(self, database: Database, row: ProjectRow, asked: Project) -> int:
        found = await _submit(database, partial(reviews.enqueue_flagged, project=row.id))
        place = (row.id, row.version)
        disputed, last = await asyncio.to_thread(_disputed, database, row, asked, self._seen.get(place, 0))
        for start in range(0, len(disputed), AT_ONCE):
            some = disputed[start : start + AT_ONCE]
            found += await _submit(database, partial(reviews.enqueue_disputed, wanted=some))
        self._seen[place] = last
        return found


def _disputed(database: Database, row: ProjectRow, asked: Project, since: int) -> tuple[Sequence[int], int]:
    """The items in dispute that were done since then, and up to when that was looked for."""
    assert asked.review is not None
    found, last, pairs = list[int](), since, weighing.in_pairs(asked)
    with database.reading() as connection:
        everybody = cache(partial(skills.together, connection, row.id))
        for one in finished.done_since(connection, row.id, since - BEHIND):
            last = max(last, one.done_at)
            given = reviewing.voices(asked, one.given, row.version)
            judge = _judge(connection, row.id, one, everybody, pairs) if weighing.weighs(asked) else patiently
            if reviewing.disputed(asked, given, asked.review.confidence, judge):
                found.append(one.item)
    return found, last


def _judge(
    connection: Connection, project: int, one: Done, everybody: Callable[[], Sequence[Row]], pairs: bool
) -> Judge:
    """As `weighing.judge`, and patiently. Nothing is read of an item on which nobody differs."""
    own = cache(partial(skills.each, connection, project, {given.person for given in one.given}))

    def judged(question: Question, labels: Sequence[tuple[int, Label]]) -> Merged[Label]:
        counts = weighing.Counts(everybody(), own(), pairs)
        counts.add(weighing.contributed(one.standing or ()), -1)
        return weighing.judging(question, labels, counts, patiently)

    return judged


async def _submit(database: Database, work: Callable[[Transaction], T]) -> T:
    return await asyncio.wrap_future(database.submit(work))
