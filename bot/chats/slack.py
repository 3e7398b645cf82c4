"""Slack behind the port: direct-message cards, modals, App Home; Socket Mode or HTTP."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from slack_sdk.signature import SignatureVerifier

from bot.backoff import Backoff
from bot.chat import (
    ChatError,
    Finding,
    Media,
    Message,
    OpenMedia,
    OpenPage,
    Outgoing,
    Pace,
    Receive,
    Sending,
    Shown,
    no_page,
)
from bot.chats import slack_http
from bot.chats.clock import clock_finding
from bot.chats.slack_api import Api, SlackError, log
from bot.chats.slack_blocks import message_blocks, remains_blocks, shown_kind, with_pages
from bot.chats.slack_direct import Directs, is_person
from bot.chats.slack_events import Workspace
from bot.chats.slack_files import Files
from bot.chats.slack_inbox import Inbox
from bot.chats.slack_leave import Leaves
from bot.chats.slack_socket import SocketMode, open_address

Json = dict[str, Any]

API_URL = "https://slack.com/api/"
SCOPES = {
    "chat:write": "post cards, notices and summaries, and change them",
    "commands": "hear the slash command",
    "im:write": "open the direct message with a person",
    "im:history": "read the answers typed there",
    "files:write": "upload pictures and sound",
    "files:read": "see when Slack has processed an upload",
}
"""Every bot scope the adapter uses, and what for; config/slack-manifest.yaml asks for these and no others."""

PACE = Pace(chat_seconds=1.0, chat_burst=4, overall_per_second=10.0)
"""chat.postMessage bears about one a second and channel and some hundreds a minute and workspace (rate limits)."""

_LITERAL = {"parse": "none", "link_names": False}
"""chat.update looks for names and addresses in the text unless told not to (docs.slack.dev, chat.update)."""
_GONE = ("message_not_found", "cant_update_message", "edit_window_closed", "is_inactive")
_WRONG_TOKEN = (
    "SLACK_BOT_TOKEN is not accepted ({code}): copy the Bot User OAuth Token (xoxb-…) from OAuth & Permissions"
)
_NEITHER = "Slack needs SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP): set one of them"


@dataclass
class _Line:
    """What exists once we know who we are in which workspace."""

    workspace: Workspace
    scopes: frozenset[str]
    inbox: Inbox
    date: str
    """When Slack said so, by its clock."""


class SlackChat:
    """One workspace. With an app token it receives by Socket Mode in `run`, else by HTTP through `on_http`.

    `open_media` gives a file's bytes by sha256. `patience`: seconds to wait for Slack to process an upload.
    `heartbeat`: seconds between pings of a Socket Mode connection. `elsewhere`: see Inbox.
    """

    platform = "slack"
    pace = PACE

    def __init__(
        self,
        account: int,
        token: str,
        *,
        receive: Receive,
        open_media: OpenMedia,
        app_token: str = "",
        signing_secret: str = "",
        api_url: str = API_URL,
        command: str = "/label",
        elsewhere: str = "",
        open_page: OpenPage = no_page,
        patience: float = 5.0,
        heartbeat: float = 10.0,
    ) -> None:
        if not app_token and not signing_secret:
            raise ChatError(_NEITHER, permanent=True)
        self.account = account
        self.command = command
        self._elsewhere = elsewhere
        self._token, self._app_token, self._secret = token, app_token, signing_secret
        self._api_url = api_url or API_URL
        self._receive = receive
        self._open_media = open_media
        self._open_page = open_page
        self._patience, self._heartbeat = patience, heartbeat
        self._leaves = Leaves()
        self._directs_made: Directs | None = None
        self._api_made: Api | None = None
        self._files_made: Files | None = None
        self._line_made: _Line | None = None
        self._line_lock = asyncio.Lock()
        self._socket: SocketMode | None = None

    @property
    def _api(self) -> Api:
        # An HTTP session wants a running loop, which there is none of yet where programs are put together.
        if self._api_made is None:
            self._api_made = Api(self._token, self._api_url)
        return self._api_made

    @property
    def _files(self) -> Files:
        if self._files_made is None:
            self._files_made = Files(self._api, self._open_media, self._patience)
        return self._files_made

    @property
    def _directs(self) -> Directs:
        if self._directs_made is None:
            self._directs_made = Directs(self._api)
        return self._directs_made

    @property
    def connected(self) -> int:
        """Open Socket Mode connections."""
        return self._socket.connected if self._socket else 0

    def link(self, code: str) -> str:
        """Slack has no link that carries something to an app: people type `/label join CODE`."""
        return ""

    async def run(self) -> None:
        """Receive until cancelled; in HTTP mode only make sure of the token. Raises ChatError(permanent)."""
        line = await self._line_at_last()
        if not self._app_token:
            await asyncio.Event().wait()
        self._socket = SocketMode(self._api, self._app_token, line.inbox.dispatch, self._heartbeat)
        await self._socket.run()

    async def close(self) -> None:
        if self._line_made is not None:
            await self._line_made.inbox.close()
        if self._api_made is not None:
            await self._api_made.close()

    async def _line_at_last(self) -> _Line:
        backoff = Backoff(1.0, 30.0)
        while True:
            try:
                return await self._line()
            except ChatError as error:
                if error.permanent:
                    raise
                log.warning("Slack cannot be reached: %s", error.reason)
            await asyncio.sleep(backoff.next())

    async def _line(self) -> _Line:
        async with self._line_lock:
            if self._line_made is None:
                self._line_made = await self._introduced()
            return self._line_made

    async def _introduced(self) -> _Line:
        """Ask Slack who we are. Raises ChatError naming the variable that is wrong."""
        who, headers = await introduction(self._api)
        workspace = Workspace(self.account, str(who["team_id"]), str(who["user_id"]))
        scopes = frozenset(scope.strip() for scope in headers.get("x-oauth-scopes", "").split(","))
        inbox = Inbox(self._api, workspace, self._receive, self._directs, self._leaves, self._elsewhere)
        return _Line(workspace, scopes, inbox, headers.get("date", ""))

    async def on_http(self, headers: Mapping[str, str], body: bytes) -> slack_http.Answer:
        """(status, headers, body) for a request to the public address: events, taps, forms and commands alike."""
        if len(body) > slack_http.LARGEST:
            return slack_http.answered(413, "too large")
        named = {name.lower(): value for name, value in headers.items()}
        if not self._secret or not slack_http.is_signed(SignatureVerifier(self._secret), named, body):
            return slack_http.answered(401, "not signed by Slack")
        try:
            payload = slack_http.parsed(named, body)
        except ValueError:
            return slack_http.answered(400, "not a payload")
        try:
            line = await self._line()
        except ChatError:
            return slack_http.answered(503, "")
        return slack_http.answered(*await line.inbox.dispatch(payload))

    async def send(self, outgoing: Outgoing) -> Sending:
        """Show a message. Raises ChatError."""
        opens = partial(self._open_page, outgoing.chat)
        message = replace(outgoing.message, buttons=with_pages(outgoing.message.buttons, opens))
        outgoing = replace(outgoing, message=message)
        if message.kind == "home":
            return await self._publish(outgoing)
        # A button in the App Home stands on no message.
        old = message.replaces if message.replaces and message.replaces.message else None
        channel = await self._channel(outgoing.chat)
        in_place = old is not None and old.kind == "text" and not message.fresh and not message.media
        if old and in_place and await self._change(channel, old.message, *message_blocks(message, {})):
            return Sending(Shown(old.message))
        sending = await self._post(channel, outgoing)
        if old and not in_place:
            await self._shrink(channel, old.message, message)
        return sending

    async def prepare(self, media: Media) -> str:
        """Upload a picture before its card is due; its reference, or "" for sound and film, which go with their card.

        Raises ChatError(retry_after) while Slack has not processed it.
        """
        return await self._files.picture(media) if media.kind == "image" else ""

    async def _publish(self, outgoing: Outgoing) -> Sending:
        """Show the App Home of a person; its pictures must be known files."""
        user = self._directs.person(outgoing.chat)
        _, blocks = message_blocks(outgoing.message, {})
        answer = await self._api.call("views.publish", {"user_id": user, "view": {"type": "home", "blocks": blocks}})
        return Sending(Shown(str(answer["view"]["id"])))

    async def _channel(self, chat: str) -> str:
        return await self._directs.chat(chat) if is_person(chat) else chat

    async def _post(self, channel: str, outgoing: Outgoing) -> Sending:
        try:
            return await self._post_once(channel, outgoing, outgoing.message.media)
        except SlackError as error:
            if not _is_about_a_file(error):
                raise
        # A file that Slack forgot (deleted, another workspace) is uploaded once more.
        anew = tuple(replace(media, reference="") for media in outgoing.message.media)
        for media in anew:
            self._files.forget(media)
        try:
            return await self._post_once(channel, outgoing, anew)
        except SlackError as error:
            if _is_about_a_file(error):
                raise ChatError("Slack does not show this file", permanent=True, media=True) from None
            raise

    async def _post_once(self, channel: str, outgoing: Outgoing, media: tuple[Media, ...]) -> Sending:
        pictures = {one.id: await self._files.picture(one) for one in media if one.kind == "image"}
        sounds = [one for one in media if one.kind != "image"]
        for sound in sounds:
            await self._files.share(sound, channel, outgoing.id)
        text, blocks = message_blocks(outgoing.message, pictures, sound=bool(sounds))
        body = {"channel": channel, "text": text, "blocks": blocks, "mrkdwn": False, **_LITERAL}
        quiet = {"unfurl_links": False, "unfurl_media": False}
        answer = await self._api.call("chat.postMessage", body | quiet, new=True)
        return Sending(Shown(str(answer["ts"]), shown_kind(blocks)), pictures)

    async def _change(self, channel: str, message: str, text: str, blocks: list[Json]) -> bool:
        """Edit in place; False where the message is gone. Editing twice is harmless: a lost answer is asked again."""
        content: Json = {"text": text, "blocks": blocks}
        url = self._leaves.take(channel, message)
        if url and await self._api.respond(url, content | {"replace_original": True}):
            return True
        self._leaves.drop(channel, message)
        return await self._on_own("chat.update", {"channel": channel, "ts": message} | content | _LITERAL)

    async def _on_own(self, method: str, body: Json) -> bool:
        """chat.update or chat.delete, once more after a lost answer; False where the message is gone."""
        for last in (False, True):
            try:
                await self._api.call(method, body)
                return True
            except SlackError as error:
                if error.code in _GONE:
                    return False
                if last or error.code or error.permanent:
                    raise
        return False

    async def _shrink(self, channel: str, old: str, message: Message) -> None:
        """The tapped message becomes one line, or goes. Its answer is recorded: a failure here costs only looks."""
        try:
            if message.remains or message.remains_buttons:
                await self._change(channel, old, *remains_blocks(message))
            else:
                await self._on_own("chat.delete", {"channel": channel, "ts": old})
        except ChatError as error:
            log.warning("a finished card keeps its looks: %s", error.reason)

    async def check(self) -> list[Finding]:
        """What `labelbot doctor` says about Slack."""
        try:
            line = await self._introduced()
        except ChatError as error:
            return [Finding(False, "Slack bot token", error.reason)]
        found = [Finding(True, f"Slack bot token (workspace {line.workspace.team})")]
        found += [_scope_finding(scope, why, scope in line.scopes) for scope, why in SCOPES.items()]
        return [*found, await self._way_in(), clock_finding("Slack", line.date)]

    async def _way_in(self) -> Finding:
        if not self._app_token:
            return Finding(True, "Slack delivers by HTTP, signed with SLACK_SIGNING_SECRET")
        try:
            # The address is not used: a connection that only looks would take a tap away from the program that runs.
            await open_address(self._api, self._app_token)
        except ChatError as error:
            return Finding(False, "Slack Socket Mode", error.reason)
        return Finding(True, "Slack Socket Mode")


async def team_of(token: str, api_url: str = API_URL) -> str:
    """The workspace a bot token belongs to: what an account is known by. Raises ChatError naming the variable."""
    api = Api(token, api_url or API_URL)
    try:
        who, _ = await introduction(api)
    finally:
        await api.close()
    return str(who["team_id"])


async def introduction(api: Api) -> tuple[Json, Mapping[str, str]]:
    """auth.test's answer and its headers, which hold the scopes."""
    try:
        return await api.raw("auth.test", {})
    except SlackError as error:
        if error.permanent or error.credentials:
            raise ChatError(_WRONG_TOKEN.format(code=error.code), permanent=True) from None
        raise


def _scope_finding(scope: str, why: str, granted: bool) -> Finding:
    mend = f"add {scope} under OAuth & Permissions and reinstall the app: without it labelbot cannot {why}"
    return Finding(granted, f"Slack scope {scope}", "" if granted else mend)


def _is_about_a_file(error: SlackError) -> bool:
    return error.code == "invalid_blocks" and "slack file" in error.details
