"""How updates reach the bot: long polls, and POSTs to a webhook that are repeated until it takes them."""

import asyncio
from typing import Any

import aiohttp
from aiohttp import web

from tests.fakes.telegram_inbox import Entry, Signal
from tests.fakes.telegram_schema import Refusal, bad
from tests.fakes.telegram_world import Hook, World

POLL_SECONDS = 50  # the server cuts longer polls
FIRST_RETRY = 1.0  # seconds before a webhook is tried again, doubling
LONGEST_RETRY = 60.0
ANSWER_SECONDS = 30.0  # how long a webhook may take
_TWO_POLLERS = "terminated by other getUpdates request; make sure that only one bot instance is running"


class Pulse:
    """An edge that many tasks of one event loop can wait for; beaten from any thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, signal: Signal) -> None:
        self._loop = loop
        self._event = asyncio.Event()
        signal.listeners.append(self.beat)

    def beat(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._beat)

    def _beat(self) -> None:
        event, self._event = self._event, asyncio.Event()
        event.set()

    async def wait(self, seconds: float | None = None) -> None:
        """Until the next beat, `seconds` at most."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return


class Polls:
    """getUpdates: one at a time, waiting for something to hand out."""

    def __init__(self, world: World, pulse: Pulse) -> None:
        self._world = world
        self._pulse = pulse
        self._newest = 0
        self.closing = False

    async def get_updates(self, request: web.Request, p: dict[str, Any]) -> list[dict[str, Any]]:
        limit, timeout, offset = _numbers(p)
        self._newest += 1
        mine = self._newest
        self._pulse.beat()
        with self._world.signal.condition:
            self._refuse_beside_webhook()
            self._world.inbox.allow(p.get("allowed_updates"))
            self._world.inbox.confirm(offset)
        self._world.signal.changed()
        until = asyncio.get_running_loop().time() + timeout
        while True:
            if request.transport is None or request.transport.is_closing():
                return []  # whoever asked is gone: hand nothing out to nobody
            batch = self._look(mine, limit)
            left = until - asyncio.get_running_loop().time()
            if batch or left <= 0 or self.closing:
                return batch
            await self._pulse.wait(left)

    def _look(self, mine: int, limit: int) -> list[dict[str, Any]]:
        with self._world.signal.condition:
            self._refuse_beside_webhook()
            if mine != self._newest:
                raise Refusal(409, f"Conflict: {_TWO_POLLERS}")
            return self._world.inbox.hand_out(limit)

    def _refuse_beside_webhook(self) -> None:
        if self._world.hook is not None:
            advice = "use deleteWebhook to delete the webhook first"
            raise Refusal(409, f"Conflict: can't use getUpdates method while webhook is active; {advice}")


def _numbers(p: dict[str, Any]) -> tuple[int, int, int]:
    limit, timeout, offset = p.get("limit", 100), p.get("timeout", 0), p.get("offset", 0)
    if not all(isinstance(number, int) for number in (limit, timeout, offset)):
        raise bad("limit, timeout and offset must be integers")
    return min(100, max(1, limit)), min(POLL_SECONDS, max(0, timeout)), offset


class WebhookSender:
    """One task a queue: in order inside a queue, queues side by side.

    `speed` divides the waits between attempts.
    """

    def __init__(self, world: World, pulse: Pulse, speed: float) -> None:
        self._world = world
        self._pulse = pulse
        self._speed = speed
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._slots: dict[Hook, asyncio.Semaphore] = {}

    async def run(self) -> None:
        """Serve until cancelled."""
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            try:
                while True:
                    self._start_queues(session)
                    await self._pulse.wait()
            finally:
                await self._cancel()

    def _start_queues(self, session: aiohttp.ClientSession) -> None:
        with self._world.signal.condition:
            queues = {entry.queue for entry in self._world.inbox.due()} if self._world.hook else set()
        self._tasks = {queue: task for queue, task in self._tasks.items() if not task.done()}
        for queue in queues - self._tasks.keys():
            self._tasks[queue] = asyncio.create_task(self._serve(session, queue))

    async def _cancel(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _serve(self, session: aiohttp.ClientSession, queue: str) -> None:
        wait = FIRST_RETRY
        while (found := self._first(queue)) is not None:
            hook, entry = found
            problem, asked = await self._post(session, hook, entry)
            if not problem:
                with self._world.signal.condition:
                    self._world.inbox.delivered(entry)
                self._world.signal.changed()
                wait = FIRST_RETRY
                continue
            self._world.hook_error = (self._world.now(), problem)
            self._world.signal.changed()
            await asyncio.sleep((asked or wait) / self._speed)
            wait = min(LONGEST_RETRY, wait * 2)
        self._pulse.beat()  # something may have come while this task was ending

    def _first(self, queue: str) -> tuple[Hook, Entry] | None:
        with self._world.signal.condition:
            entry = next((entry for entry in self._world.inbox.due() if entry.queue == queue), None)
            return (self._world.hook, entry) if self._world.hook and entry else None

    async def _post(self, session: aiohttp.ClientSession, hook: Hook, entry: Entry) -> tuple[str, float]:
        """What went wrong, empty if nothing, and the Retry-After the bot asked for."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
        try:
            async with (
                self._slots.setdefault(hook, asyncio.Semaphore(hook.max_connections)),
                session.post(hook.url, json=entry.update, headers=headers) as response,
            ):
                await response.read()
                if 200 <= response.status < 300:
                    return "", 0.0
                asked = response.headers.get("Retry-After", "")
                return f"Wrong response from the webhook: {response.status}", float(asked) if asked.isdigit() else 0.0
        except (aiohttp.ClientError, TimeoutError) as error:
            return f"Connection failed: {type(error).__name__}", 0.0
