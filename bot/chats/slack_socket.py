"""Socket Mode: two connections at once, each replaced before it ends; envelopes in, acknowledgements out.

Not slack_sdk's client: that one closes the old connection before it opens the new one, retries a wrong token and a
switched-off Socket Mode for ever, and writes whole payloads to the log (docs/decisions/slack-socket.md).
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any

import aiohttp

from bot.backoff import Backoff
from bot.chat import ChatError
from bot.chats.slack_api import Api, SlackError, log

Json = dict[str, Any]
Dispatch = Callable[[Json], Awaitable[tuple[int, Any]]]
"""A payload's HTTP-like status and the answer's body ("" or None for none)."""

CONNECTIONS = 2
"""A payload goes to one of the open connections, so one that is lost leaves the other."""
LINGER = 30.0
"""Seconds to go on reading a connection that Slack announced to close."""
STEADY = 60.0
"""Seconds after which a connection counts as having worked."""
FAREWELL = 3.0

_HOPELESS = (
    "invalid_auth",
    "not_authed",
    "token_revoked",
    "account_inactive",
    "not_allowed_token_type",
    "missing_scope",
)
_SWITCHED_OFF = "Socket Mode is switched off for this Slack app: switch it on under Socket Mode in the app's settings"
_TOKEN = "SLACK_APP_TOKEN is not accepted ({code}): create an app-level token (xapp-…) with the scope connections:write"


class SocketMode:
    """`heartbeat`: seconds between pings; a connection whose pong is half of that late is given up."""

    def __init__(self, api: Api, app_token: str, dispatch: Dispatch, heartbeat: float = 10.0) -> None:
        self._api = api
        self._token = app_token
        self._dispatch = dispatch
        self._heartbeat = heartbeat
        self._open: set[aiohttp.ClientWebSocketResponse] = set()
        self._handling: set[asyncio.Task[None]] = set()
        self._draining: set[asyncio.Task[None]] = set()
        self._stopping = False

    @property
    def connected(self) -> int:
        return len(self._open)

    async def run(self) -> None:
        """Until cancelled. Raises ChatError(permanent) when Slack will not have us."""
        lines = [asyncio.ensure_future(self._line(number)) for number in range(CONNECTIONS)]
        try:
            done, _ = await asyncio.wait(lines, return_when=asyncio.FIRST_EXCEPTION)
            for line in done:
                line.result()
        finally:
            # What has arrived is finished and acknowledged before its connection goes.
            self._stopping = True
            if self._handling:
                await asyncio.wait(self._handling, timeout=FAREWELL)
            await _cancelled([*lines, *self._draining, *self._handling])

    async def _line(self, number: int) -> None:
        """Keep one connection up for ever."""
        backoff = Backoff(0.2, 30.0)
        while True:
            began = time.monotonic()
            reason = await self._attempt()
            if not reason:
                backoff.reset()
                continue
            if time.monotonic() - began > STEADY:
                backoff.reset()
            log.warning("Socket Mode connection %d: %s", number, reason)
            await asyncio.sleep(backoff.next())

    async def _attempt(self) -> str:
        """One connection from its beginning until a new one is wanted: "", or what went wrong."""
        try:
            await self._one_connection()
        except ChatError as error:
            if error.permanent:
                raise
            return error.reason
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return type(error).__name__
        return ""

    async def _one_connection(self) -> None:
        """Returns as soon as a new connection is wanted; the old one is read on meanwhile."""
        url = await open_address(self._api, self._token)
        # No total limit: a connection lives for hours. The heartbeat finds the half-open ones.
        limits = aiohttp.ClientWSTimeout(ws_close=2.0)
        ws = await self._api.session.ws_connect(
            url, heartbeat=self._heartbeat, timeout=limits, proxy=self._api.web.proxy
        )
        self._open.add(ws)
        leaving = False
        try:
            leaving = await self._read(ws)
        finally:
            self._open.discard(ws)
            if leaving:
                self._keep(self._draining, self._drain(ws))
            else:
                await ws.close()
        if not leaving:
            raise SlackError("the connection was lost")

    async def _read(self, ws: aiohttp.ClientWebSocketResponse, until_told: bool = True) -> bool:
        """Read until Slack announces the end (True) or the connection is closed (False)."""
        async for frame in ws:
            message = _parsed(frame)
            if message.get("type") == "disconnect" and until_told:
                return self._leaves(str(message.get("reason")))
            if "envelope_id" in message and not self._stopping:
                self._keep(self._handling, self._handle(ws, message))
        return False

    def _leaves(self, reason: str) -> bool:
        log.info("Socket Mode connection is replaced: %s", reason)
        if reason == "link_disabled":
            raise ChatError(_SWITCHED_OFF, permanent=True)
        if reason == "too_many_websockets":
            raise SlackError("ten programs are connected to this Slack app already")
        return True

    async def _drain(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        """Read what still comes over a connection on its way out, until Slack closes it."""
        try:
            await asyncio.wait_for(self._read(ws, until_told=False), LINGER)
        except TimeoutError:
            log.info("an old Socket Mode connection is closed")
        finally:
            await ws.close()

    async def _handle(self, ws: aiohttp.ClientWebSocketResponse, envelope: Json) -> None:
        """No acknowledgement unless all went well: Slack then repeats an event, and shows an error for a tap."""
        status, body = await self._dispatch(envelope.get("payload") or {})
        if status != 200:
            return
        answer: Json = {"envelope_id": envelope["envelope_id"]}
        if body and envelope.get("accepts_response_payload"):
            answer["payload"] = body
        try:
            await ws.send_json(answer)
        except (aiohttp.ClientError, ConnectionError):
            log.info("an acknowledgement found its connection closed")

    def _keep(self, group: set[asyncio.Task[None]], work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        group.add(task)
        task.add_done_callback(group.discard)


async def open_address(api: Api, token: str) -> str:
    """A one-time wss address. Raises ChatError, permanent where the token is wrong or Socket Mode is off."""
    try:
        answer, _ = await api.raw("apps.connections.open", {"headers": {"Authorization": f"Bearer {token}"}})
    except SlackError as error:
        if error.code == "link_disabled":
            raise ChatError(_SWITCHED_OFF, permanent=True) from None
        if error.code in _HOPELESS:
            raise ChatError(_TOKEN.format(code=error.code), permanent=True) from None
        # Anything else Slack may say here passes: giving up would need a person to notice.
        raise SlackError(error.reason, code=error.code, retry_after=error.retry_after) from None
    return str(answer["url"])


def _parsed(frame: aiohttp.WSMessage) -> Json:
    if frame.type is not aiohttp.WSMsgType.TEXT:
        return {}
    try:
        found = json.loads(frame.data)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


async def _cancelled(tasks: Iterable[asyncio.Task[None]]) -> None:
    tasks = list(tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
