"""Hands what people did to the program under test: signed HTTP or Socket Mode, deadlines, retries."""

import asyncio
import contextlib
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

import aiohttp
from aiohttp import WSMsgType, web

from tests.fakes.slack_text import Json
from tests.fakes.slack_world import World

RETRY_AFTER = (0.0, 60.0, 300.0)  # events only: at once, a minute later, five minutes after that
SOCKETS_AT_MOST = 10
GRACE = {"warning": 10.0, "refresh_requested": 1.0}  # seconds until Slack closes the socket itself; undocumented
SOCKET_TYPE = {"event": "events_api", "interactive": "interactive", "command": "slash_commands"}


@dataclass(frozen=True)
class Reply:
    """What the program answered in time, or why Slack thinks it did not."""

    ok: bool
    reason: str = ""
    body: Any = None
    final: bool = False


@dataclass(frozen=True)
class Attempt:
    """One hand-over: number 0 is the first, then retries; `over` names the socket or "http"."""

    number: int
    over: str
    reply: Reply


@dataclass(eq=False)
class Delivery:
    """Something the program is told. `sent` is False when it never left the person's screen."""

    kind: str
    payload: Json
    ts: str = ""
    sent: bool = True
    why: str = ""
    attempts: list[Attempt] = field(default_factory=list)
    done: bool = False
    on_reply: Callable[[Reply], None] | None = None
    times: int = 1
    ended: int = 0
    requests: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)
    world: World | None = None

    @property
    def acknowledged(self) -> bool:
        return any(attempt.reply.ok for attempt in self.attempts)

    @property
    def answer(self) -> Any:
        return next((attempt.reply.body for attempt in self.attempts if attempt.reply.ok), None)

    @property
    def event_id(self) -> str:
        return str(self.payload.get("event_id", ""))

    def wait(self, timeout: float = 10) -> "Delivery":
        """Block until it is acknowledged or given up."""
        if self.world is None:
            return self
        with self.world.changed:
            if not self.world.changed.wait_for(lambda: self.done, timeout):
                raise AssertionError(f"{self.kind} neither acknowledged nor given up in {timeout} s: {self.attempts}")
        return self


class Transport(Protocol):
    async def hand_over(self, delivery: Delivery, number: int, reason: str) -> tuple[str, Reply]: ...


class Courier:
    """Runs deliveries on the fake's loop; thread-safe to call. `speed` divides the retry delays."""

    def __init__(self, world: World, speed: float) -> None:
        self.transport: Transport | None = None
        self.deliveries: list[Delivery] = []
        self.event_times = 1
        self.loop: asyncio.AbstractEventLoop | None = None
        self.held: list[Delivery] | None = None
        self._world = world
        self._speed = speed
        self._running: set[asyncio.Task[None]] = set()

    def send(self, delivery: Delivery) -> Delivery:
        delivery.world = self._world
        delivery.times = self.event_times if delivery.kind == "event" else 1
        self.deliveries.append(delivery)
        if self.held is not None:
            self.held.append(delivery)
        else:
            self.start(delivery)
        return delivery

    def start(self, delivery: Delivery) -> None:
        if self.transport is None or self.loop is None:
            delivery.sent, delivery.done, delivery.why = False, True, "no delivery mode chosen"
            return
        for _ in range(delivery.times):
            self.loop.call_soon_threadsafe(self._spawn, delivery)

    def _spawn(self, delivery: Delivery) -> None:
        task = asyncio.ensure_future(self._deliver(delivery))
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        bug = None if task.cancelled() else task.exception()
        if bug is not None:
            self._world.bugs.append(bug)

    async def stop(self) -> None:
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _deliver(self, delivery: Delivery) -> None:
        """Try, and for events try again; only events are retried (bolt-python issue 1071)."""
        assert self.transport is not None
        delays = RETRY_AFTER if delivery.kind == "event" else ()
        over, reply = await self.transport.hand_over(delivery, 0, "")
        self._note(delivery, Attempt(0, over, reply), last=not delays)
        for number, delay in enumerate(delays, 1):
            if reply.ok or reply.final:
                return
            await asyncio.sleep(delay / self._speed)
            over, reply = await self.transport.hand_over(delivery, number, reply.reason)
            self._note(delivery, Attempt(number, over, reply), last=number == len(delays))

    def _note(self, delivery: Delivery, attempt: Attempt, last: bool) -> None:
        with self._world.changed:
            delivery.attempts.append(attempt)
            ended = last or attempt.reply.ok or attempt.reply.final
            if ended and delivery.on_reply:
                delivery.on_reply(attempt.reply)
            delivery.ended += ended
            delivery.done = delivery.ended >= delivery.times
            self._world.changed.notify_all()


def signed(body: bytes, secret: str, timestamp: int | None = None) -> dict[str, str]:
    """The signature headers Slack puts on a request made at `timestamp` (seconds; default now)."""
    stamp = str(int(time.time()) if timestamp is None else timestamp)
    digest = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


class HttpTransport:
    """Signed POSTs to one request URL, which must answer within `deadline` seconds."""

    def __init__(self, url: str, secret: str, deadline: float) -> None:
        self.url = url
        self._secret = secret
        self._deadline = deadline

    async def hand_over(self, delivery: Delivery, number: int, reason: str) -> tuple[str, Reply]:
        body, kind = _encoded(delivery)
        headers = {"Content-Type": kind, **signed(body, self._secret)}
        if number:
            headers |= {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason}
        delivery.requests.append((body, headers))
        return "http", await self.post(body, headers)

    async def post(self, body: bytes, headers: dict[str, str]) -> Reply:
        limit = aiohttp.ClientTimeout(total=self._deadline)
        try:
            async with (
                aiohttp.ClientSession(timeout=limit) as session,
                session.post(self.url, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                return _reply(answer.status, answer.headers, await answer.text())
        except TimeoutError:
            return Reply(False, "http_timeout")
        except aiohttp.ClientError:
            return Reply(False, "connection_failed")


def _reply(status: int, headers: Any, text: str) -> Reply:
    if not 200 <= status < 300:
        return Reply(False, "http_error", status, final=headers.get("X-Slack-No-Retry") == "1")
    if headers.get("Content-Type", "").startswith("application/json") and text:
        return Reply(True, body=json.loads(text))
    return Reply(True, body=text or None)


def _encoded(delivery: Delivery) -> tuple[bytes, str]:
    if delivery.kind == "event":
        return json.dumps(delivery.payload).encode(), "application/json"
    fields = delivery.payload if delivery.kind == "command" else {"payload": json.dumps(delivery.payload)}
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


@dataclass(eq=False)
class Socket:
    """One open Socket Mode connection."""

    name: str
    ws: web.WebSocketResponse
    request: web.Request
    leaving: bool = False
    frozen: bool = False
    waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)


class Sockets:
    """The Socket Mode side: one-time addresses, envelopes to exactly one open socket each, disconnects."""

    def __init__(self, world: World, deadline: float, speed: float) -> None:
        self.open: list[Socket] = []
        self._world = world
        self._deadline = deadline
        self._speed = speed
        self._tickets: set[str] = set()
        self._turn = 0
        self._closing: set[asyncio.Task[None]] = set()

    def new_url(self, base: str, app: str) -> str:
        ticket = secrets.token_hex(12)
        self._tickets.add(ticket)
        return f"{base.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={app}"

    async def accept(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=404, text="this address was used already, or never given out")
        self._tickets.discard(ticket)
        ws = web.WebSocketResponse(autoping=False)
        await ws.prepare(request)
        if len(self.open) >= SOCKETS_AT_MOST:
            await ws.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await ws.close()
            return ws
        socket = Socket(f"socket-{ticket[:6]}", ws, request)
        await ws.send_json(self._hello())
        with self._world.changed:
            self.open.append(socket)
            self._world.changed.notify_all()
        try:
            await self._listen(socket)
        finally:
            self._forget(socket)
        return ws

    def _hello(self) -> Json:
        debug = {"host": "fake", "approximate_connection_time": 18060}
        return {"type": "hello", "num_connections": len(self.open) + 1, "debug_info": debug}

    async def _listen(self, socket: Socket) -> None:
        async for message in socket.ws:
            if socket.frozen:
                continue
            if message.type == WSMsgType.PING:
                with contextlib.suppress(ConnectionError):
                    await socket.ws.pong(message.data)
            elif message.type == WSMsgType.TEXT:
                answer = json.loads(message.data)
                future = socket.waiting.pop(answer.get("envelope_id"), None)
                if future is not None and not future.done():
                    future.set_result(answer.get("payload"))

    def _forget(self, socket: Socket) -> None:
        with self._world.changed:
            self.open.remove(socket)
            for future in socket.waiting.values():
                if not future.done():
                    future.set_exception(ConnectionError("the socket died"))
            self._world.changed.notify_all()

    def _next(self) -> Socket | None:
        usable = [socket for socket in self.open if not socket.leaving] or self.open
        self._turn += 1
        return usable[self._turn % len(usable)] if usable else None

    async def hand_over(self, delivery: Delivery, number: int, reason: str) -> tuple[str, Reply]:
        socket = self._next()
        if socket is None:
            return "", Reply(False, "connection_failed")
        envelope_id = secrets.token_hex(16)
        accepts = delivery.kind == "command" or delivery.payload.get("type") == "view_submission"
        envelope: Json = {"envelope_id": envelope_id, "type": SOCKET_TYPE[delivery.kind], "payload": delivery.payload}
        envelope |= {"accepts_response_payload": accepts, "retry_attempt": number, "retry_reason": reason}
        return socket.name, await self._exchange(socket, envelope)

    async def _exchange(self, socket: Socket, envelope: Json) -> Reply:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        socket.waiting[envelope["envelope_id"]] = future
        try:
            if not socket.frozen:
                await socket.ws.send_json(envelope)
            body = await asyncio.wait_for(future, self._deadline)
        except TimeoutError:
            return Reply(False, "timeout")
        except ConnectionError:
            return Reply(False, "connection_failed")
        finally:
            socket.waiting.pop(envelope["envelope_id"], None)
        return Reply(True, body=body if envelope["accepts_response_payload"] else None)

    async def disconnect(self, how: str) -> None:
        """End all open sockets: "warning", "refresh_requested", "link_disabled", "abrupt" or "half_open"."""
        for socket in list(self.open):
            if how == "abrupt":
                self._abort(socket)
            elif how == "half_open":
                socket.frozen = True
            else:
                socket.leaving = True
                await socket.ws.send_json({"type": "disconnect", "reason": how, "debug_info": {"host": "fake"}})
                task = asyncio.ensure_future(self._close_later(socket, GRACE.get(how, 0.0) / self._speed))
                self._closing.add(task)
                task.add_done_callback(self._closing.discard)

    def _abort(self, socket: Socket) -> None:
        if socket.request.transport is not None:
            socket.request.transport.abort()

    async def _close_later(self, socket: Socket, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await socket.ws.close()

    async def stop(self) -> None:
        for task in list(self._closing):
            task.cancel()
        await asyncio.gather(*self._closing, return_exceptions=True)
        for socket in list(self.open):
            self._abort(socket)
