"""The Slack adapter running in a loop of its own against the fake, with a scripted program behind it."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Self, TypeVar

from aiohttp import web

from bot.chat import Event, Message, Outcome, Outgoing, Sending
from bot.chats.slack import SlackChat
from tests.fakes.slack import FakeSlack

T = TypeVar("T")
ELSEWHERE = "Look in our direct message."
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


class Running:
    """`events` are what the adapter received, oldest first; `answer` is what the program says to each of them."""

    def __init__(self, slack: FakeSlack, mode: str = "socket", **options: Any) -> None:
        self.slack = slack
        self.mode = mode
        self.events: list[Event] = []
        self.answer: Callable[[Event], Outcome] = lambda event: Outcome()
        self._keys = {"app_token": slack.app_token} if mode == "socket" else {"signing_secret": slack.signing_secret}
        self._options: dict[str, Any] = {"receive": self._receive, "open_media": lambda sha256: PNG}
        self._options |= {"elsewhere": ELSEWHERE, **options}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._sent = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self.chat = self.new_chat()
        if self.mode == "http":
            self.use_http()
        else:
            self.slack.use_socket_mode()
        self.ending = asyncio.run_coroutine_threadsafe(self.chat.run(), self._loop)
        if self.mode == "socket":
            self.slack.wait(lambda: self.slack.sockets == 2)
        return self

    def new_chat(self, **changes: Any) -> SlackChat:
        options = {"api_url": f"{self.slack.url}/api/", **self._keys, **self._options, **changes}
        token = options.pop("token", self.slack.bot_token)
        return SlackChat(1, token, **options)

    def use_http(self) -> None:
        async def handle(request: web.Request) -> web.Response:
            status, headers, body = await self.chat.on_http(request.headers, await request.read())
            return web.Response(status=status, headers=headers, body=body)

        app = web.Application()
        app.router.add_post("/slack", handle)
        self._runner = web.AppRunner(app)
        self.slack.use_http(self.on_loop(self._serve()))

    async def _serve(self) -> str:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/slack"

    def __exit__(self, *error: object) -> None:
        self.ending.cancel()
        self.on_loop(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _stop(self) -> None:
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        await asyncio.wait(others, timeout=5) if others else None
        if self.mode == "http":
            await self._runner.cleanup()
        await self.chat.close()

    async def _receive(self, event: Event) -> Outcome:
        self.events.append(event)
        return self.answer(event)

    def on_loop(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=20)

    def send(self, message: Message, chat: str, id: int = 0) -> Sending:
        self._sent += 1
        return self.on_loop(self.chat.send(Outgoing(id=id or self._sent, account=1, chat=chat, message=message)))

    def heard(self, count: int = 1) -> Any:
        """The last event, once there are `count`."""
        self.slack.wait(lambda: len(self.events) >= count)
        return self.events[-1]
