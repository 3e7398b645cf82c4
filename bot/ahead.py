"""Uploads the next items' files before their cards are dealt, where the platform takes its time with files."""

import asyncio
import logging
import time
from typing import Protocol, runtime_checkable

from bot.chat import ChatError, Media
from bot.face import as_media
from storage import outbox, upcoming
from storage.database import Database

log = logging.getLogger("labelbot")
LOOK_SECONDS = 2.0
REST_SECONDS = 15.0
REFUSED_SECONDS = 3600.0
"""A file that is missing or refused is not tried again before that; by then somebody may have mended it."""
ITEMS_AHEAD = 5


@runtime_checkable
class Prepares(Protocol):
    """A chat that can be given a file before the message that shows it."""

    @property
    def account(self) -> int: ...

    async def prepare(self, media: Media) -> str:
        """The platform's id of the file, or an empty string where this kind goes with its message."""


async def keep_ahead(
    database: Database, chat: Prepares, look_seconds: float = LOOK_SECONDS, rest_seconds: float = REST_SECONDS
) -> None:
    """Until cancelled. It only saves time: a card brings its file itself, so nothing here may end the program."""
    resting: dict[int, float] = {}
    while True:
        pause = look_seconds
        try:
            await _look(database, chat, resting)
        except Exception as error:
            log.warning("the files of the next items could not be looked at (%s)", type(error).__name__)
            pause = rest_seconds
        await asyncio.sleep(pause)


async def _look(database: Database, chat: Prepares, resting: dict[int, float]) -> None:
    """`resting` says until when each file that failed is left alone, so that it holds up no other."""
    found = await asyncio.wrap_future(database.submit(lambda tx: upcoming.media(tx, chat.account, ITEMS_AHEAD)))
    now = time.monotonic()
    for over in [one for one, until in resting.items() if until <= now]:
        del resting[over]
    for media in (as_media(one) for one in found if one["id"] not in resting):
        try:
            await _upload(database, chat, media)
        except ChatError as error:
            log.info("a file could not be uploaded ahead: %s", error.reason)
            rest = REFUSED_SECONDS if error.permanent else max(error.retry_after, REST_SECONDS)
            resting[media.id] = time.monotonic() + rest


async def _upload(database: Database, chat: Prepares, media: Media) -> None:
    if media.kind != "image":
        return
    reference = await chat.prepare(media)
    if reference:
        await asyncio.wrap_future(
            database.submit(lambda tx: outbox.learn(tx, chat.account, {media.id: reference}), lazy=True)
        )
