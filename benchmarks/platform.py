"""A lean Telegram: hands out taps, takes what is called, and does as little else as it can."""

import asyncio
import json
from collections import Counter
from typing import Any

from aiohttp import web

Json = dict[str, Any]
BOT = {"id": 99, "is_bot": True, "first_name": "Bot", "username": "bench_bot"}


class Platform:
    """`people` who tap the first button of whatever card they are shown, as soon as it is there, when told to."""

    def __init__(self, people: int) -> None:
        self._people = range(101, 101 + people)
        self._updates: list[Json] = []
        self._changed = asyncio.Event()
        self._finished = asyncio.Event()
        self._idle: dict[int, Json] = {}
        self._left = 0
        self._unanswered = 0
        self._number = 0
        self._runner: web.AppRunner | None = None
        self.calls: Counter[str] = Counter()

    async def open(self) -> str:
        """The address to give to the program."""
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", self._call)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def join(self, code: str) -> None:
        """Everybody comes in and has a card."""
        self._finished.clear()
        for person in self._people:
            text = f"/start {code}"
            entities = [{"type": "bot_command", "offset": 0, "length": 6}]
            message = {**_message(person, 1, text), "from": _who(person), "entities": entities}
            self._push({"message": message})
        await asyncio.wait_for(self._finished.wait(), 30)

    async def tap(self, count: int) -> None:
        """So many taps in all; returns when each was answered and has brought its next card."""
        self._finished.clear()
        self._left = count
        for person in self._people:
            self._tap(person)
        await asyncio.wait_for(self._finished.wait(), 120)

    def _tap(self, person: int) -> None:
        message = self._idle.pop(person)
        self._left -= 1
        self._unanswered += 1
        data = message["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        tap = {"id": str(self._number), "from": _who(person), "message": message, "chat_instance": "-1", "data": data}
        self._push({"callback_query": tap})

    def _push(self, update: Json) -> None:
        self._number += 1
        self._updates.append({"update_id": self._number, **update})
        self._changed.set()

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        body = json.loads(await request.read() or b"{}")
        self.calls[method] += 1
        result = await self._fetch() if method == "getUpdates" else self._do(method, body)
        answer = json.dumps({"ok": True, "result": result}).encode()
        return web.Response(body=answer, content_type="application/json")

    async def _fetch(self) -> list[Json]:
        while not self._updates:
            self._changed.clear()
            await self._changed.wait()
        found, self._updates = self._updates, []
        return found

    def _do(self, method: str, body: Json) -> Any:
        if method == "getMe":
            return BOT
        if method == "getMyCommands":
            return []
        if method == "answerCallbackQuery":
            self._unanswered -= 1
            self._settle()
        if method not in ("sendMessage", "editMessageText"):
            return True
        message = _message(int(body["chat_id"]), int(body.get("message_id", 5)), body["text"])
        message |= {name: body[name] for name in ("entities", "reply_markup") if name in body}
        if message.get("reply_markup"):
            self._show(int(body["chat_id"]), message)
        return message

    def _show(self, person: int, message: Json) -> None:
        self._idle[person] = message
        if self._left > 0:
            self._tap(person)
        self._settle()

    def _settle(self) -> None:
        if len(self._idle) == len(self._people) and not self._unanswered:
            self._finished.set()


def _who(person: int) -> Json:
    return {"id": person, "is_bot": False, "first_name": "Anna", "language_code": "en"}


def _message(person: int, number: int, text: str) -> Json:
    chat = {"id": person, "type": "private", "first_name": "Anna"}
    return {"message_id": number, "date": 1_700_000_000, "chat": chat, "from": BOT, "text": text}
