"""Receiving by long polls: an update is confirmed to Telegram only after it was handled."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from telegram.error import Conflict, InvalidToken, TelegramError

from bot.backoff import Backoff
from bot.chat import ChatError
from bot.chats.telegram_errors import TWO_RECEIVERS, WRONG_TOKEN
from bot.chats.telegram_http import Flood, TelegramRequest
from bot.chats.telegram_updates import ALLOWED, sender

Update = dict[str, Any]
Take = Callable[[Update], Awaitable[None]]

FINISH_SECONDS = 3.0
"""How long a stop waits for what is in hand."""
NETWORK_SECONDS = 10.0
"""How much longer than the poll itself its answer may take."""

CONFIRM_SECONDS = 1.0

log = logging.getLogger("labelbot.telegram")


class Polling:
    """Fetches updates and has `take` handle them: one person's in order, different people's side by side.

    Taps live 150 s on Telegram's side, so `poll_seconds` (50 is Telegram's limit) and the pauses stay well below.
    """

    def __init__(self, request: TelegramRequest, take: Take, poll_seconds: int = 50) -> None:
        self._request = request
        self._take = take
        self._poll_seconds = poll_seconds
        self._offset = 0
        self._network = Backoff()
        self._conflicts = 0
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled. Raises ChatError where another receiver or a wrong token makes going on pointless."""
        try:
            while True:
                if updates := await self._fetch():
                    await self._handle(updates)
        except asyncio.CancelledError:
            await self._confirm()
            raise

    async def _fetch(self) -> list[Update]:
        try:
            updates = await self._get_updates(self._poll_seconds, 100)
        except TelegramError as error:
            await asyncio.sleep(self._pause(error))
            return []
        self._network.reset()
        self._conflicts = 0
        return updates

    async def _get_updates(self, wait: int, limit: int) -> list[Update]:
        asked: Update = {"timeout": wait, "limit": limit, "allowed_updates": ALLOWED}
        if self._offset:
            asked["offset"] = self._offset
        updates: list[Update] = await self._request.call("getUpdates", asked, seconds=wait + NETWORK_SECONDS)
        return updates

    def _pause(self, error: TelegramError) -> float:
        if isinstance(error, InvalidToken):
            raise ChatError(WRONG_TOKEN, permanent=True) from None
        if isinstance(error, Conflict):
            # Once may be the end of our own former poll; twice in a row is somebody else.
            self._conflicts += 1
            if self._conflicts > 1:
                raise ChatError(TWO_RECEIVERS, permanent=True) from None
        pause = error.seconds if isinstance(error, Flood) else self._network.next()
        log.warning("fetching updates failed (%s), again in %.1f s", type(error).__name__, pause)
        return pause

    async def _handle(self, updates: list[Update]) -> None:
        """All of a batch. When stopped, it may still finish: what was begun need not be fetched again."""
        batch = asyncio.create_task(self._batch(updates))
        try:
            await asyncio.shield(batch)
        except asyncio.CancelledError:
            self._stopping.set()
            await asyncio.wait({batch}, timeout=FINISH_SECONDS)
            batch.cancel()
            raise
        finally:
            if batch.done() and not batch.cancelled() and batch.exception() is None:
                self._offset = max(int(update["update_id"]) for update in updates) + 1

    async def _batch(self, updates: list[Update]) -> None:
        by_person: dict[str, list[Update]] = {}
        for update in updates:
            by_person.setdefault(sender(update), []).append(update)
        if len(by_person) == 1:
            await self._in_order(updates)
        else:
            await asyncio.gather(*map(self._in_order, by_person.values()))

    async def _in_order(self, updates: list[Update]) -> None:
        for update in updates:
            await self._until_taken(update)

    async def _until_taken(self, update: Update) -> None:
        """Again and again: an update that keeps failing is set aside by the core, which then takes it."""
        backoff = Backoff(0.1, 5.0)
        while True:
            try:
                return await self._take(update)
            except Exception as error:
                # The error's text may hold people's words; whoever raised it logs what is fit for a log.
                pause = backoff.next()
                log.warning("update %s failed (%s), again in %.1f s", update["update_id"], type(error).__name__, pause)
                if await self._stopped(pause):
                    raise

    async def _stopped(self, seconds: float) -> bool:
        """Whether a stop was asked for, within so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                return await self._stopping.wait()
        except TimeoutError:
            return False

    async def _confirm(self) -> None:
        """Tell Telegram at the end what was handled, for nothing but a next fetch does."""
        if not self._offset:
            return
        try:
            async with asyncio.timeout(CONFIRM_SECONDS):
                await self._get_updates(0, 1)
        except (TelegramError, TimeoutError) as error:
            log.info("the last updates could not be confirmed (%s): they will come again", type(error).__name__)
