"""From what Slack delivers to an acknowledged event: bolt's dispatch, one listener, and the answer it gives."""

import asyncio
import json
import re
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.chat import ChatError, FieldErrors, Form, FromPerson, OpenForm, Outcome, Press, Receive, Toast
from bot.chats import slack_events
from bot.chats.slack_api import QUIET, Api, log
from bot.chats.slack_blocks import modal, notice_blocks
from bot.chats.slack_direct import Directs
from bot.chats.slack_leave import Leaves
from bot.chats.slack_taps import Taps
from bot.chats.slack_text import fallback

Json = dict[str, Any]

ANY = re.compile("")
SECONDS_TO_OPEN = 1.0
"""A trigger_id lives three seconds, most of which the network may need (docs.slack.dev, modals)."""


class _Introduced(AsyncAuthorize):
    """Who we are, known since the start. bolt's own call answers 200 when auth.test fails, which loses the event."""

    def __init__(self, workspace: slack_events.Workspace, token: str) -> None:
        self._result = AuthorizeResult(
            enterprise_id=None, team_id=workspace.team, bot_user_id=workspace.bot_user, bot_token=token
        )

    async def __call__(self, **about: Any) -> AuthorizeResult:
        return self._result


class Inbox:
    """One workspace's events, from Slack's payload to the acknowledgement.

    `elsewhere` says where the answer to a command is that was typed outside our direct message.
    """

    def __init__(
        self,
        api: Api,
        workspace: slack_events.Workspace,
        receive: Receive,
        directs: Directs,
        leaves: Leaves,
        elsewhere: str = "",
    ) -> None:
        self._api = api
        self._workspace = workspace
        self._receive = receive
        self._directs = directs
        self._leaves = leaves
        self._elsewhere = elsewhere
        self._taps = Taps()
        self._strangers: set[str] = set()
        self._whispers: set[asyncio.Task[None]] = set()
        self._app = self._bolt()

    def _bolt(self) -> AsyncApp:
        # One middleware and one listener of ours: signatures are checked before, see slack_http.py.
        app = AsyncApp(
            name="labelbot.slack.library",
            logger=QUIET,
            client=AsyncWebClient(base_url=self._api.web.base_url, session=self._api.session, logger=QUIET),
            authorize=_Introduced(self._workspace, self._api.web.token or ""),
            process_before_response=True,
            request_verification_enabled=False,
            attaching_function_token_enabled=False,
            attaching_conversation_kwargs_enabled=False,
        )
        app.error(self._failed)
        for register in (app.event, app.action, app.view, app.view_closed, app.command, app.shortcut, app.options):
            register(ANY)(self._on)
        return app

    async def dispatch(self, payload: Json) -> tuple[int, Any]:
        """(status, body) of the acknowledgement; 200 only after `receive` has returned."""
        answer = await self._app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=payload))
        body: Any = answer.body
        if body and answer.headers.get("content-type", [""])[0].startswith("application/json"):
            body = json.loads(body)
        return answer.status, body

    async def _failed(self, error: Exception, body: Json) -> BoltResponse:
        # The message of an error may hold what a person typed: its kind and place have to do.
        log.error("a Slack %s failed: %s", body.get("type", "command"), _place(error))
        return BoltResponse(status=500, body="")

    async def _on(self, body: Json, ack: AsyncAck) -> BoltResponse:
        if self._is_strange(body):
            return await ack()
        event = slack_events.read(body, self._workspace)
        if event is None:
            return await ack()
        event = await self._placed(event)
        if isinstance(event, Press) and body.get("response_url"):
            self._leaves.keep(event.chat, event.shown.message, body["response_url"])
        outcome = await self._receive(event)
        if isinstance(event, Press) and self._is_needless(body, event, outcome):
            return await ack()
        return await self._acknowledge(body, event, outcome, ack)

    def _is_needless(self, body: Json, press: Press, outcome: Outcome) -> bool:
        """Whether all there is to say is that a tap was one too many. One that failed is not kept: the next is told."""
        is_repeated = self._taps.repeats(press, float(body["actions"][0]["action_ts"]))
        return is_repeated and isinstance(outcome.ack, Toast) and not outcome.ack.alert

    def _is_strange(self, body: Json) -> bool:
        """Somebody from another workspace (Slack Connect): denied, and said once in the log."""
        team = slack_events.person_team(body)
        if team == self._workspace.team:
            return False
        if team not in self._strangers:
            self._strangers.add(team)
            log.warning("people of the Slack workspace %s are not of this one: what they do is left out", team or "?")
        return True

    async def _placed(self, event: slack_events.Heard) -> slack_events.Heard:
        """Commands, forms and the App Home name no direct message of ours."""
        if event.chat:
            if event.private:
                self._directs.learn(event.user, event.chat)
            return event
        try:
            return replace(event, chat=await self._directs.chat(event.user))
        except ChatError as error:
            log.warning("no direct message could be opened: %s", error.reason)
            return replace(event, chat=event.user)

    async def _acknowledge(self, body: Json, event: FromPerson, outcome: Outcome, ack: AsyncAck) -> BoltResponse:
        answer = outcome.ack
        if isinstance(answer, OpenForm):
            return await self._open(body, event, answer.form, ack)
        if isinstance(answer, FieldErrors) and body.get("type") == "view_submission":
            return await ack(response_action="errors", errors=_placed_errors(body["view"], answer))
        if isinstance(answer, FieldErrors):
            answer = Toast("\n".join(answer.errors.values()), alert=True)
        # A toast that only repeats what the next message shows would stay in the chat as a line of its own.
        if isinstance(answer, Toast) and (answer.alert or not outcome.messages):
            return await self._tell(body, event, answer.text, ack)
        if self._elsewhere and outcome.messages and body.get("channel_id", event.chat) != event.chat:
            return await self._tell(body, event, self._elsewhere, ack)
        return await ack()

    async def _open(self, body: Json, event: FromPerson, form: Form, ack: AsyncAck) -> BoltResponse:
        view = modal(form, event.chat)
        if body.get("type") == "view_submission":
            return await ack(response_action="update", view=view)
        # Too late or refused: it rises, the tap goes unacknowledged, and Slack shows its own error beside the button.
        request = {"trigger_id": body.get("trigger_id"), "view": view}
        await asyncio.wait_for(self._api.call("views.open", request), SECONDS_TO_OPEN)
        return await ack()

    async def _tell(self, body: Json, event: FromPerson, text: str, ack: AsyncAck) -> BoltResponse:
        """Slack has no toast: a line that only this person sees, after the acknowledgement."""
        content: Json = {"text": fallback(text), "blocks": notice_blocks(text)}
        if "command" in body:
            return await ack(text=content["text"], blocks=content["blocks"])
        self._later(self._whisper(event, content))
        return await ack()

    async def _whisper(self, event: FromPerson, content: Json) -> None:
        url = self._leaves.take(event.chat, event.shown.message) if isinstance(event, Press) else ""
        beside = {"response_type": "ephemeral", "replace_original": False}
        if url and await self._api.respond(url, content | beside):
            return
        try:
            await self._api.call("chat.postEphemeral", content | {"channel": event.chat, "user": event.user})
        except ChatError as error:
            log.warning("a line for one person was not shown: %s", error.reason)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._whispers.add(task)
        task.add_done_callback(self._whispers.discard)

    async def close(self) -> None:
        if self._whispers:
            await asyncio.wait(self._whispers, timeout=2.0)
        for task in list(self._whispers):
            task.cancel()


def _placed_errors(view: Json, answer: FieldErrors) -> dict[str, str]:
    """Slack refuses errors for fields the form has not: those go to the first."""
    fields = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    known = {name: text for name, text in answer.errors.items() if name in fields}
    lost = [text for name, text in answer.errors.items() if name not in fields]
    if lost and fields:
        known[fields[0]] = " ".join([known[fields[0]]] * (fields[0] in known) + lost)
    return known


def _place(error: Exception) -> str:
    """Kind of error and where it was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" at {trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{where}"
