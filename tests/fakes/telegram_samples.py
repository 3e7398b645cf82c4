"""Small files, keyboards and calls that tests of the fake Telegram, and of what talks to it, have in common."""

import asyncio
import http.client
import io
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest
from PIL import Image
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest

from tests.fakes.telegram import FakeTelegram

T = TypeVar("T")
OGG = b"OggS" + bytes(60)
MP3 = b"ID3\x04" + bytes(60)
MP4 = bytes(4) + b"ftypisom" + bytes(60)


def picture(width: int, height: int, kind: str = "PNG") -> bytes:
    """A one-coloured image file."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, kind)
    return file.getvalue()


PNG = picture(40, 30)


def keyboard(*rows: list[tuple[str, str]]) -> InlineKeyboardMarkup:
    """Rows of (text, data)."""
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(text, callback_data=data) for text, data in row] for row in rows]
    )


def bot_of(tg: FakeTelegram) -> Bot:
    return Bot(tg.token, base_url=tg.url + "/bot", base_file_url=tg.url + "/file/bot")


def talk(tg: FakeTelegram, work: Callable[[Bot], Awaitable[T]]) -> T:
    """What `work` returns, given an unmodified Bot on `tg`."""

    async def run() -> T:
        async with bot_of(tg) as bot:
            return await work(bot)

    return asyncio.run(run())


async def updates(bot: Bot) -> list[Update]:
    """All that waits, confirmed."""
    found = list(await bot.get_updates())
    if found:
        await bot.get_updates(offset=max(update.update_id for update in found) + 1)
    return found


def refused(description: str) -> "pytest.RaisesExc[BadRequest]":
    """Expects a 400 that says so (the library changes the case of its first letter)."""
    return pytest.raises(BadRequest, match="(?i)" + re.escape(description))


def post_json(tg: FakeTelegram, method: str, body: dict[str, Any] | bytes) -> tuple[int, dict[str, Any]]:
    """Status and answer of a call made by hand, for what the library would not send."""
    connection = http.client.HTTPConnection(urlsplit(tg.url).netloc, timeout=10)
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        connection.request("POST", f"/bot{tg.token}/{method}", content, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()
