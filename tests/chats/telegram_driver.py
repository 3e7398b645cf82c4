"""Runs a TelegramChat in a thread with a loop of its own, with a scripted core behind it."""

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

from bot.chat import Button, ChatError, Event, Media, Message, Outcome, Outgoing, Part, Sending, Shown, Text, Toast
from bot.chats.telegram import TelegramChat
from tests.fakes.telegram import FakeTelegram

T = TypeVar("T")
Script = Callable[[Event], Outcome]
ACCOUNT = 3


class Core:
    """Records events; what it answers is `script`'s. It fails while `failures` are left, and where `fails` says so."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.tried: list[Event] = []
        self.failures = 0.0
        self.script: Script = lambda event: Outcome()
        self.fails: Callable[[Event], bool] = lambda event: False
        self.hold: threading.Event | None = None

    async def receive(self, event: Event) -> Outcome:
        self.tried.append(event)
        if self.hold is not None:
            await asyncio.to_thread(self.hold.wait, 10)
        if self.failures > 0 or self.fails(event):
            self.failures -= 1
            raise RuntimeError("the database is not there: CANARY words of a person")
        self.events.append(event)
        return self.script(event)


class Running:
    """A chat in its own thread. `run=False` leaves receiving out, for what only sends or takes webhooks."""

    def __init__(
        self, tg: FakeTelegram, core: Core | None = None, files: dict[str, bytes] | None = None, **options: Any
    ) -> None:
        self.core = core or Core()
        self._files = files or {}
        self._receives = options.pop("run", True)
        options.setdefault("api_url", tg.url)
        options.setdefault("poll_seconds", 5)
        token = options.pop("token", tg.token)
        self.chat = TelegramChat(ACCOUNT, token, self.core.receive, self._open, **options)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="telegram-chat")
        self._run: concurrent.futures.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None

    def _open(self, sha256: str) -> bytes:
        if sha256 not in self._files:
            raise FileNotFoundError(sha256)
        return self._files[sha256]

    def __enter__(self) -> Self:
        self._thread.start()
        if self._receives:
            self._run = asyncio.run_coroutine_threadsafe(self._receive(), self._loop)
        return self

    async def _receive(self) -> None:
        self._task = asyncio.current_task()
        await self.chat.run()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.stop()
        finally:
            self.do(self.chat.close())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def do(self, work: Coroutine[Any, Any, T], timeout: float = 15.0) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout)

    def stop(self) -> None:
        """Cancel receiving, as a SIGTERM does, and wait for its end."""
        if self._run is None:
            return
        run, self._run = self._run, None
        self._loop.call_soon_threadsafe(lambda: self._task and self._task.cancel())
        concurrent.futures.wait([run], 15.0)
        assert run.done(), "receiving did not stop"
        if not run.cancelled() and (error := run.exception()) is not None:
            raise error

    @property
    def over(self) -> bool:
        """Receiving ended by itself."""
        return self._run is not None and self._run.done()

    def ended(self) -> ChatError:
        """How receiving ended by itself."""
        assert self._run is not None
        run, self._run = self._run, None
        error = run.exception(15.0)
        assert isinstance(error, ChatError), error
        return error

    def send(self, chat: int, message: Message, id: int = 1) -> Sending:
        return self.do(self.chat.send(Outgoing(id=id, account=ACCOUNT, chat=str(chat), message=message)))

    def refused(self, chat: int, message: Message, id: int = 1) -> ChatError:
        """The error a message meets."""
        try:
            sending = self.send(chat, message, id)
        except ChatError as error:
            return error
        raise AssertionError(f"sent all the same: {sending}")


def say(text: str) -> Text:
    return (Part(text),)


def card(text: str = "How is it?", **fields: Any) -> Message:
    """A question with two labels."""
    fields.setdefault("buttons", ((Button("Good", "n:0:set:good"), Button("Bad", "n:0:set:bad", tone="danger")),))
    return Message(text=say(text), kind="card", **fields)


def picture(id: int = 1, sha256: str = "png", reference: str = "") -> Media:
    return Media(id, "image", "image/png", sha256, "a cat", "cat_001.png", reference=reference)


def clip(id: int = 1, sha256: str = "ogg", mime: str = "audio/ogg", reference: str = "") -> Media:
    return Media(id, "audio", mime, sha256, "a voice", duration_ms=2400, reference=reference)


def film(id: int = 1, sha256: str = "mp4") -> Media:
    return Media(id, "video", "video/mp4", sha256, "a film", duration_ms=1000, width=64, height=48)


def saved(_: Event) -> Outcome:
    return Outcome(Toast("Saved"))


def at(message: int | str, kind: Any = "text") -> Shown:
    return Shown(str(message), kind)
