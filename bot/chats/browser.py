"""The browser chat behind the port: messages are kept for the pages that show them, and the pages are woken."""

import asyncio
import hashlib
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from bot.chat import Outgoing, Pace, Sending, Shown
from bot.web.bubbles import Bubble, bubble, remainder, shown_kind
from bot.web.ports import Board, Page

POLL_SECONDS = 3.0
"""How soon a page sees what another process wrote; what this one writes is seen at once."""


@dataclass(slots=True)
class Bell:
    """Rung when something is written in a chat; it lives while somebody listens."""

    rung: asyncio.Condition = field(default_factory=asyncio.Condition)
    count: int = 0
    listeners: int = 0


class BrowserChat:
    """See `bot.chat.Chat`. Its chats are people's pages (named by their external id) and channels (by name)."""

    platform = "browser"
    pace = Pace(chat_seconds=0.0, chat_burst=1000, overall_per_second=1000.0)

    def __init__(self, account: int, board: Board, public_url: str = "") -> None:
        self.account = account
        self.closing = False
        self._board = board
        self._public_url = public_url.rstrip("/")
        self._bells: dict[str, Bell] = {}
        self._closed = asyncio.Event()

    async def run(self) -> None:
        """Events arrive by HTTP; here is nothing to receive."""
        await self._closed.wait()

    async def send(self, outgoing: Outgoing) -> Sending:
        message = outgoing.message
        shown = bubble(message)
        replaces = "" if message.replaces is None else message.replaces.message
        row = await self._board.show(
            outgoing.chat,
            shown,
            key=_key(outgoing.id, shown),
            replaces=replaces,
            remains=remainder(message) if message.fresh and replaces else None,
        )
        await self.ring(outgoing.chat)
        return Sending(Shown(str(row), shown_kind(message)))

    async def close(self) -> None:
        """Ends the streams of all pages, so that the server can stop."""
        self.closing = True
        self._closed.set()
        for chat in list(self._bells):
            await self.ring(chat)

    def link(self, code: str) -> str:
        return f"{self._public_url}/join/{code}" if self._public_url else ""

    async def ring(self, chat: str) -> None:
        """Tells the pages of a chat that something was written there."""
        bell = self._bells.get(chat)
        if bell is not None:
            async with bell.rung:
                bell.count += 1
                bell.rung.notify_all()

    def listeners(self, chat: str) -> int:
        """Pages of the chat open now."""
        bell = self._bells.get(chat)
        return 0 if bell is None else bell.listeners

    @property
    def listening(self) -> int:
        """Pages open now."""
        return sum(bell.listeners for bell in self._bells.values())

    async def news(self, chat: str, after: int | None) -> AsyncGenerator[tuple[bool, list[Page]]]:
        """(whether these are all messages, messages), endlessly: first what is there, then what changes after it.

        Ends when the chat closes; an empty list every few seconds lets the caller see that nothing happened.
        """
        async with self._listening(chat) as bell:
            seen = after
            while not self.closing:
                count = bell.count
                whole, found = await self._look(chat, seen)
                seen = max((page.change for page in found), default=seen or 0)
                yield whole, found
                await self._until_rung(bell, count)

    async def _look(self, chat: str, after: int | None) -> tuple[bool, list[Page]]:
        found = None if after is None else await self._board.changes(chat, after)
        return (True, await self._board.latest(chat)) if found is None else (False, found)

    async def _until_rung(self, bell: Bell, count: int) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS), bell.rung:
                await bell.rung.wait_for(lambda: bell.count != count or self.closing)

    @asynccontextmanager
    async def _listening(self, chat: str) -> AsyncIterator[Bell]:
        bell = self._bells.setdefault(chat, Bell())
        bell.listeners += 1
        try:
            yield bell
        finally:
            bell.listeners -= 1
            if not bell.listeners:
                self._bells.pop(chat, None)


def _key(row: int, shown: Bubble) -> str:
    """Tells a message that is sent again after a crash. Its number alone does not: SQLite gives one out again."""
    content = json.dumps(shown, sort_keys=True).encode()
    return f"m{row}-{hashlib.sha256(content).hexdigest()[:16]}"
