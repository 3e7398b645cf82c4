"""Finds what a reviewer should look at and no event has put before one: items that were done, or flagged, before their
project had a review, and pictures, whose labels take too long to merge within an event."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from bot import reviewing
from bot.project import Project
from storage import projects, reviews
from storage.database import Database, Transaction
from storage.projects import ProjectRow

T = TypeVar("T")


class LookingBack:
    """What of each version of each project was looked at: after a start all of it once, then only what was done since
    (microseconds of UTC, and the item's id)."""

    def __init__(self) -> None:
        self._seen: dict[tuple[int, int], tuple[int, int]] = {}

    async def look(self, database: Database) -> int:
        """Puts what is in question into the queue; how many. Every transaction is short, and merging is done outside of
        them, in a thread."""
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
        while batch := await _submit(database, partial(reviews.done_since, project=row.id, since=self._since(place))):
            disputed = await asyncio.to_thread(_disputed, asked, row.version, batch)
            found += await _submit(database, partial(reviews.enqueue_disputed, wanted=disputed))
            self._seen[place] = (batch[-1].done_at, batch[-1].item)
        return found

    def _since(self, place: tuple[int, int]) -> tuple[int, int]:
        return self._seen.get(place, (0, 0))


def _disputed(asked: Project, version: int, batch: list[reviews.Done]) -> list[int]:
    assert asked.review is not None
    found = []
    for one in batch:
        given = [voice.label for voice in reviewing.voices(asked, one.given, version)]
        if reviewing.disputed(asked, given, asked.review.confidence):
            found.append(one.item)
    return found


async def _submit(database: Database, work: Callable[[Transaction], T]) -> T:
    return await asyncio.wrap_future(database.submit(work))
