"""Uploads the next items' files before their cards are dealt, where the platform takes its time with files."""

import asyncio
import logging
from typing import Protocol, runtime_checkable

from bot.chat import ChatError, Media
from bot.face import as_media
from storage import outbox, upcoming
from storage.database import Database

log = logging.getLogger("labelbot")
LOOK_SECONDS = 2.0
REST_SECONDS = 15.0
ITEMS_AHEAD = 5


@runtime_checkable
class Prepares(Protocol):
    """A chat that can be given a file before the message that shows it."""

    @property
    def account(self) -> int: ...

    async def prepare(self, media: Media) -> str:
        """The platform's id of the file, or an empty string where this kind goes with its message."""


async def keep_ahead(database: Database, chat: Prepares) -> None:
    """Until cancelled."""
    while True:
        found = await asyncio.wrap_future(database.submit(lambda tx: upcoming.media(tx, chat.account, ITEMS_AHEAD)))
        try:
            for one in found:
                await _upload(database, chat, as_media(one))
        except ChatError as error:
            log.info("a file could not be uploaded ahead: %s", error.reason)
            await asyncio.sleep(max(error.retry_after, REST_SECONDS))
        await asyncio.sleep(LOOK_SECONDS)


async def _upload(database: Database, chat: Prepares, media: Media) -> None:
    if media.kind != "image":
        return
    reference = await chat.prepare(media)
    if reference:
        await asyncio.wrap_future(
            database.submit(lambda tx: outbox.learn(tx, chat.account, {media.id: reference}), lazy=True)
        )
