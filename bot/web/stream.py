"""The stream a page listens to: its messages, then every change of them, as Server-Sent Events."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from bot.web.house import House
from bot.web.ports import Page

KEEP_ALIVE_SECONDS = 15.0
LONGEST_SECONDS = 3600.0
"""A stream ends after this long; the page comes back, and its session is looked at again."""
CHANNEL_SECONDS = 300.0
"""That of a channel ends sooner: who was removed from its project meanwhile reads no more of it."""
MOST_STREAMS = 12
MOST_READERS = 500
"""Pages open at once of one person's chat, and of a channel, which all of a project read."""


class Streams:
    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> list[Route]:
        return [
            Route("/chat/events", self.own, methods=["GET"]),
            Route("/channel/{name}/events", self.channel, methods=["GET"]),
        ]

    async def own(self, request: Request) -> StreamingResponse:
        visitor = await self._house.visitor(request)
        if visitor is None:
            raise HTTPException(401)
        return self._stream(request, visitor.user, MOST_STREAMS, LONGEST_SECONDS)

    async def channel(self, request: Request) -> StreamingResponse:
        visitor = await self._house.visitor(request)
        if visitor is None:
            raise HTTPException(401)
        name = request.path_params["name"]
        if not await self._house.may_read(visitor, name):
            raise HTTPException(404)
        return self._stream(request, name, MOST_READERS, CHANNEL_SECONDS)

    def _stream(self, request: Request, chat: str, most: int, longest: float) -> StreamingResponse:
        if request.method != "GET":
            raise HTTPException(405)
        if self._house.browser.listeners(chat) >= most:
            raise HTTPException(429)
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(self._events(request, chat, longest), media_type="text/event-stream", headers=headers)

    async def _events(self, request: Request, chat: str, longest: float) -> AsyncIterator[bytes]:
        start = said = time.monotonic()
        async with aclosing(self._house.browser.news(chat, _after(request))) as news:
            async for whole, pages in news:
                now = time.monotonic()
                if whole or pages:
                    said = now
                    yield _event(whole, pages)
                elif now - said > KEEP_ALIVE_SECONDS:
                    said = now
                    yield b": still here\n\n"
                if now - start > longest or await request.is_disconnected():
                    return


def _after(request: Request) -> int | None:
    """The last change the page has: by itself after a broken connection, in the address after a longer pause."""
    told = request.headers.get("last-event-id") or request.query_params.get("after") or ""
    return int(told) if told.isascii() and told.isdigit() and len(told) < 19 else None


def _event(whole: bool, pages: list[Page]) -> bytes:
    last = max((page.change for page in pages), default=0)
    data = json.dumps([seen(page) for page in pages], separators=(",", ":"))
    return f"retry: 1000\nid: {last}\nevent: {'all' if whole else 'some'}\ndata: {data}\n\n".encode()


def seen(page: Page) -> dict[str, Any]:
    """A message as the page gets it; `at` is in milliseconds since 1970."""
    about = {"id": page.id, "change": page.change, "author": page.author, "at": int(page.at.timestamp() * 1000)}
    return {name: value for name, value in page.payload.items() if name != "key"} | about
