"""An unmodified bolt program that the tests of the fake Slack drive, and the blocks they post."""

import asyncio
import re
import threading
from collections.abc import Awaitable, Callable
from typing import Any, Self

import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack
from tests.fakes.slack_text import Json

PNG = b"\x89PNG not really"
SECRET = "signing-secret"
Api = Callable[..., Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": True}


def section(text: str, kind: str = "plain_text") -> Json:
    return {"type": "section", "text": {"type": kind, "text": text}}


def button(text: str, value: str = "v", action_id: str | None = None) -> Json:
    return {"type": "button", "text": plain(text), "value": value, "action_id": action_id or f"label:{text}"}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def options(*texts: str) -> list[Json]:
    return [{"text": plain(text), "value": text.lower()} for text in texts]


def form(**more: Any) -> Json:
    answer = {"type": "plain_text_input", "action_id": "text", "max_length": 20}
    kinds = {"type": "multi_static_select", "action_id": "kinds", "options": options("Noise", "Speech")}
    fields = [
        {"type": "input", "block_id": "answer", "label": plain("Transcript"), "element": answer},
        {"type": "input", "block_id": "kinds", "label": plain("Kinds"), "element": kinds, "optional": True},
    ]
    modal = {"type": "modal", "callback_id": "form", "title": plain("Transcribe"), "submit": plain("Save")}
    return {**modal, "blocks": fields, "private_metadata": "item 7"} | more


CARD = [section("How does the writer feel?"), actions(button("😊 Positive", "p"), button("😠 Negative", "n"))]


class Bot:
    """A bolt program in a thread of its own, in Socket Mode or behind an HTTP server; `seen` is what it was told."""

    def __init__(self, slack: FakeSlack, http: bool) -> None:
        self.seen: list[Json] = []
        self.client = AsyncWebClient(token=slack.bot_token, base_url=slack.url + "/api/", retry_handlers=[])
        self.app = AsyncApp(client=self.client, signing_secret=SECRET, process_before_response=True)
        self._slack, self._http = slack, http
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.run(self._serve() if self._http else self._connect())
        return self

    def __exit__(self, *error: object) -> None:
        self.run(self._runner.cleanup() if self._http else self.handler.close_async())
        self.run(self._cancel_rest())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, work: Any) -> Any:
        async def waited() -> Any:
            return await work

        return asyncio.run_coroutine_threadsafe(waited(), self._loop).result(timeout=20)

    async def _connect(self) -> None:
        self._slack.use_socket_mode()
        self.handler = AsyncSocketModeHandler(self.app, self._slack.app_token, ping_interval=0.2)
        await self.handler.connect_async()

    async def _serve(self) -> None:
        async def answer(request: web.Request) -> web.Response:
            return await to_aiohttp_response(await self.app.async_dispatch(await to_bolt_request(request)))

        server = web.Application()
        server.router.add_post("/slack", answer)
        self._runner = web.AppRunner(server, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._slack.use_http(f"http://127.0.0.1:{self._runner.addresses[0][1]}/slack")

    async def _cancel_rest(self) -> None:
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


def listen(bot: Bot) -> None:
    """A small labeling program: /label brings a card, a press is answered in place, "write" opens a form."""
    app = bot.app

    @app.command("/label")
    async def label(ack: Any, command: Json, client: AsyncWebClient) -> None:
        bot.seen.append(command)
        await client.chat_postMessage(channel=command["user_id"], text="A card", blocks=CARD)
        await ack()

    @app.action({"type": "block_actions", "action_id": "write"})
    async def write(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=form())
        await ack()

    async def pressed(ack: Any, body: Json, client: AsyncWebClient) -> None:
        bot.seen.append(body)
        if "message" in body:
            text = f"✓ {body['actions'][0].get('value')}"
            channel, ts = body["channel"]["id"], body["message"]["ts"]
            await client.chat_update(channel=channel, ts=ts, text=text, blocks=[section(text)])
        await ack()

    app.action({"type": "block_actions", "action_id": re.compile("^label:")})(pressed)

    @app.event("message")
    async def message(event: Json, body: Json) -> None:
        bot.seen.append(body)

    for kind in ("app_home_opened", "reaction_added", "app_mention"):

        @app.event(kind)
        async def other(body: Json) -> None:
            bot.seen.append(body)


def call(slack: FakeSlack, work: Callable[[AsyncWebClient], Awaitable[Any]], token: str = "xoxb-test") -> Any:
    async def run() -> Any:
        return await work(AsyncWebClient(token=token, base_url=slack.url + "/api/", retry_handlers=[]))

    return asyncio.run(run())


def refusal(work: Callable[[], Any]) -> Any:
    with pytest.raises(SlackApiError) as raised:
        work()
    return raised.value.response


def a_trigger(slack: FakeSlack) -> tuple[Any, str]:
    anna = slack.user("Anna")
    return anna, anna.command("/label").payload["trigger_id"]
