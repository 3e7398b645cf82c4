"""Finds what a reviewer should look at and no event has put before one: items that were done, or flagged, before their
project had a review, and pictures, whose labels take too long to merge within an event."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, TypeVar

from bot import reviewing, settling
from bot.project import Project
from storage import projects, reviews
from storage.database import Database, Transaction
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
            found += await _submit(database, partial(_enqueue, row=row, asked=asked, wanted=some))
        self._seen[place] = last
        return found


def _disputed(database: Database, row: ProjectRow, asked: Project, since: int) -> tuple[Sequence[int], int]:
    """The items in dispute that were done since then, and up to when that was looked for."""
    assert asked.review is not None
    found, last = list[int](), since
    with database.reading() as connection:
        for one in reviews.done_since(connection, row.id, since - BEHIND):
            last = max(last, one.done_at)
            given = reviewing.voices(asked, one.given, row.version)
            if reviewing.disputed(asked, given, asked.review.confidence):
                found.append(one.item)
    return found, last


def _enqueue(tx: Transaction, row: ProjectRow, asked: Project, wanted: Sequence[int]) -> int:
    """How many came into the queue: where people are weighed, those that are in dispute with their weights."""
    if asked.adaptive is not None:
        wanted = [item for item in wanted if _in_dispute(tx, row, asked, item)]
    return reviews.enqueue_disputed(tx, wanted)


def _in_dispute(tx: Transaction, row: ProjectRow, asked: Project, item: int) -> bool:
    given = reviewing.voices(asked, reviews.given(tx, item), row.version)
    least = asked.review.confidence if asked.review else 0.0
    return reviewing.disputed(asked, given, least, settling.judge(tx, row.id, asked, item))


async def _submit(database: Database, work: Callable[[Transaction], T]) -> T:
    return await asyncio.wrap_future(database.submit(work))
