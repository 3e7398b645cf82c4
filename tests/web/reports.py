"""The pages of reports as their readers get them: over HTTP, without a browser."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from starlette.types import ASGIApp

from bot.reporting import ReportDesk
from bot.web.ports import MediaFile
from bot.web.server import build
from storage.database import Database, opened
from storage.migrations import migrate

Get = Callable[..., httpx.Response]


def in_a_thread(asked: Coroutine[Any, Any, Any]) -> Any:
    """Chromium's driver may have a loop of its own in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, asked).result()


@contextmanager
def kept_in(folder: Path) -> Iterator[Database]:
    url = f"sqlite:///{folder}/labelbot.db"
    migrate(url)
    with opened(url) as database:
        yield database


async def painted(medium):
    """As the program paints what people drew, in a file of another name."""
    assert '"compare"' in medium.drawing
    return replace(medium, sha256="d" * 64)


def app_of(desk: ReportDesk, open_media: Callable[[str], Awaitable[MediaFile]] | None = None) -> ASGIApp:
    """A server of nothing but reports and the files in them."""
    return build(browser=None, board=None, receive=None, reception=None, open_media=open_media, reporting=desk)


def asker(app: ASGIApp) -> Get:
    def ask(address: str, **headers: str) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                return await client.get(address, headers=headers)

        return in_a_thread(asked())

    return ask
