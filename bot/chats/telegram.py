"""The Telegram chat: receives by long polls or a webhook, answers taps after the commit, sends and edits messages."""

import asyncio
import hashlib
import hmac
import json
import logging
from collections.abc import Coroutine, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from telegram import Bot, BotCommandScope, BotCommandScopeAllPrivateChats, WebhookInfo
from telegram.error import BadRequest, InvalidToken, TelegramError

from bot.backoff import Backoff
from bot.characters import cut, storable
from bot.chat import (
    Ack,
    ChatError,
    Command,
    Event,
    Finding,
    OpenMedia,
    OpenPage,
    Outgoing,
    Pace,
    Receive,
    Sending,
    Toast,
    no_page,
)
from bot.chats.clock import clock_finding
from bot.chats.telegram_errors import WRONG_TOKEN
from bot.chats.telegram_http import Flood, TelegramRequest
from bot.chats.telegram_messages import Sender
from bot.chats.telegram_opening import recognise
from bot.chats.telegram_polling import Polling, Update
from bot.chats.telegram_text import TOAST_UNITS
from bot.chats.telegram_updates import ALLOWED, Me, called, sender, tapped, translate

API_URL = "https://api.telegram.org"
WEBHOOK_PATH = "/telegram/webhook"
SECRET_HEADER = "x-telegram-bot-api-secret-token"
ANSWERS_KEPT = 1024
CLOSE_SECONDS = 2.0

Commands = Mapping[str, Sequence[tuple[str, str]]]
"""The menu: (command, description) pairs by language code, "" for everybody else."""

log = logging.getLogger("labelbot.telegram")


class TelegramChat:
    """One bot. The part of `token` before the colon is the bot's id, known without asking.

    In webhook mode `public_url` must reach a server that hands the POSTs to `WEBHOOK_PATH` to `on_webhook`; an empty
    `secret` is derived from the token, so that all processes of one bot share it.
    """

    platform = "telegram"
    pace = Pace(chat_seconds=1.0, chat_burst=5, overall_per_second=28.0)

    def __init__(
        self,
        account: int,
        token: str,
        receive: Receive,
        open_media: OpenMedia,
        *,
        api_url: str = API_URL,
        mode: Literal["polling", "webhook"] = "polling",
        public_url: str = "",
        open_page: OpenPage = no_page,
        secret: str = "",
        commands: Commands | None = None,
        poll_seconds: int = 50,
        watch_seconds: float = 300.0,
    ) -> None:
        # The library logs what people write at DEBUG, and its addresses carry the token.
        logging.getLogger("telegram").setLevel(logging.WARNING)
        self.account = account
        self._receive = receive
        self._mode = mode
        self._hook_url = public_url.rstrip("/") + WEBHOOK_PATH
        self._secret = secret or hmac.new(token.encode(), b"labelbot webhook", hashlib.sha256).hexdigest()
        self._commands = commands or {}
        self._watch_seconds = watch_seconds
        base = api_url.rstrip("/") + "/bot"
        self._request = TelegramRequest(base + token)
        self._bot = Bot(token, base_url=base, request=self._request, get_updates_request=self._request)
        self._sender = Sender(self._request, open_media, open_page)
        self._token = token
        self._polling = Polling(self._request, self._take, poll_seconds)
        self._me = Me()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._answers: set[asyncio.Task[None]] = set()
        self._answered: dict[str, None] = {}

    # Receiving

    async def run(self) -> None:
        """Receive until cancelled. Raises ChatError(permanent) for a wrong token, address or a second receiver."""
        await self._set_up()
        if self._mode == "webhook":
            await self._watch()
        else:
            await self._polling.run()

    async def connect(self) -> None:
        """Learn our own name, which `link` needs. Raises TelegramError."""
        me = await self._bot.get_me()
        self._me = Me(me.id, me.username or "")

    async def _set_up(self) -> None:
        backoff = Backoff()
        while True:
            try:
                await self.connect()
                await self._choose_way()
                break
            except (InvalidToken, BadRequest) as error:
                reason = WRONG_TOKEN if isinstance(error, InvalidToken) else f"Telegram refuses: {error.message}"
                raise ChatError(reason, permanent=True) from None
            except TelegramError as error:
                pause = error.seconds if isinstance(error, Flood) else backoff.next()
                log.warning("Telegram cannot be reached (%s), again in %.1f s", type(error).__name__, pause)
                await asyncio.sleep(pause)
        await self._set_commands()

    async def _choose_way(self) -> None:
        if self._mode == "polling":
            await self._bot.delete_webhook()
        else:
            await self._bot.set_webhook(self._hook_url, allowed_updates=ALLOWED, secret_token=self._secret)

    async def _set_commands(self) -> None:
        try:
            for language, commands in self._commands.items():
                await self._set_menu(language or None, list(commands))
        except TelegramError as error:
            log.warning("the menu of commands could not be set (%s)", type(error).__name__)

    async def _set_menu(self, language: str | None, commands: list[tuple[str, str]]) -> None:
        """For private chats only: in a group the words lead nowhere. It may have been set for all chats once."""
        private = BotCommandScopeAllPrivateChats()
        if await self._menu(language, private) != commands:
            await self._bot.set_my_commands(commands, private, language_code=language)
        if await self._menu(language, None) == commands:
            await self._bot.delete_my_commands(language_code=language)

    async def _menu(self, language: str | None, scope: BotCommandScope | None) -> list[tuple[str, str]]:
        known = await self._bot.get_my_commands(scope, language_code=language)
        return [(command.command, command.description) for command in known]

    async def _watch(self) -> None:
        """Telegram brings the updates; see to it that it keeps doing so."""
        while True:
            await asyncio.sleep(self._watch_seconds)
            try:
                info = await self._bot.get_webhook_info()
                if info.url != self._hook_url:
                    log.warning("the webhook was changed by somebody else: it is set again")
                    await self._choose_way()
            except TelegramError as error:
                log.warning("the webhook could not be looked at (%s)", type(error).__name__)

    async def on_webhook(self, headers: Mapping[str, str], body: bytes) -> int:
        """The HTTP status for a POST of Telegram's: 200 once the update is safe, 5xx so that it comes again.

        `headers` has lower-case names or ignores case; the size of `body` is the server's to limit.
        """
        given = headers.get(SECRET_HEADER) or ""
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self._secret.encode()):
            return 403
        try:
            update = json.loads(body)
        except ValueError:
            return 400
        if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
            return 200
        try:
            async with self._turns.setdefault(sender(update), asyncio.Lock()):
                await self._take(update)
        except Exception as error:
            # The error's text may hold people's words; whoever raised it logs what is fit for a log.
            log.warning("update %s failed (%s)", update["update_id"], type(error).__name__)
            return 500
        return 200

    def recognise(self, opening: str, now: datetime) -> tuple[str, str]:
        """See `bot.chat.Recognise`."""
        return recognise(opening, self._token, now)

    async def _take(self, update: Update) -> None:
        """Handle one update; a tap is answered once that is safe."""
        event, tap = self._translated(update), tapped(update)
        ack = (await self._receive(event)).ack if event is not None else None
        if tap:
            self._once(tap, self._answer(tap, ack))
        elif isinstance(event, Command) and isinstance(ack, Toast) and (call := called(update, self._me)):
            chat, message, person = call
            self._once(f"{chat} {person}", self._decline(chat, message, ack.text))

    def _once(self, what: str, work: Coroutine[Any, Any, None]) -> None:
        if what in self._answered:
            work.close()
            return
        self._remember(what)
        answer = asyncio.create_task(work)
        self._answers.add(answer)
        answer.add_done_callback(self._answers.discard)

    def _translated(self, update: Update) -> Event | None:
        try:
            return translate(update, self.account, self._me)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            log.warning("update %s is not understood (%s)", update["update_id"], type(error).__name__)
            return None

    def _remember(self, what: str) -> None:
        self._answered[what] = None
        if len(self._answered) > ANSWERS_KEPT:
            del self._answered[next(iter(self._answered))]

    async def _answer(self, tap: str, ack: Ack) -> None:
        """A late or failed answer costs nobody their label: the tap is recorded by now."""
        payload: dict[str, Any] = {"callback_query_id": tap}
        if isinstance(ack, Toast):
            payload |= {"text": cut(storable(ack.text), TOAST_UNITS), "show_alert": ack.alert}
        try:
            await self._request.call("answerCallbackQuery", payload)
        except TelegramError as error:
            log.info("a tap could not be answered (%s)", type(error).__name__)

    async def _decline(self, chat: int, message: int, text: str) -> None:
        """Somebody called us where we do not work: they are told, where the group lets us."""
        reply = {"message_id": message, "allow_sending_without_reply": True}
        try:
            await self._request.call("sendMessage", {"chat_id": chat, "text": text, "reply_parameters": reply})
        except TelegramError as error:
            log.info("a command in a group could not be answered (%s)", type(error).__name__)

    # Sending

    async def send(self, outgoing: Outgoing) -> Sending:
        """Show a message. Raises ChatError."""
        return await self._sender.send(outgoing)

    @property
    def username(self) -> str:
        """Our own, without @; empty until `connect`."""
        return self._me.username

    def link(self, code: str) -> str:
        """The deep link that carries an invite; empty until our own name is known."""
        return f"https://t.me/{self._me.username}?start={code}" if self._me.username else ""

    async def close(self) -> None:
        """Give the answers under way a moment, then hang up."""
        if self._answers:
            await asyncio.wait(set(self._answers), timeout=CLOSE_SECONDS)
        for answer in self._answers:
            answer.cancel()
        await self._request.shutdown()

    # Looking after

    async def check(self) -> list[Finding]:
        """What `labelbot doctor` says of Telegram."""
        try:
            await self.connect()
            info = await self._bot.get_webhook_info()
        except InvalidToken:
            return [Finding(False, "Telegram refuses the token", WRONG_TOKEN)]
        except TelegramError as error:
            mend = "see whether this machine reaches the internet, and what TELEGRAM_API_URL says"
            return [Finding(False, f"Telegram cannot be reached: {error.message}", mend)]
        return [
            Finding(True, f"Telegram knows the bot as @{self._me.username}"),
            *self._receiving(info),
            clock_finding("Telegram", self._request.date),
        ]

    def _receiving(self, info: WebhookInfo) -> list[Finding]:
        found = [self._way(info)]
        if info.last_error_message and self._mode == "webhook":
            mend = f"see whether {urlsplit(self._hook_url).netloc} answers from outside, with a valid certificate"
            found.append(Finding(False, f"Telegram could not deliver: {info.last_error_message}", mend))
        if info.pending_update_count > 100:
            mend = "start `labelbot run`; taps are kept for 150 seconds only"
            found.append(Finding(False, f"{info.pending_update_count} updates wait to be fetched", mend))
        return found

    def _way(self, info: WebhookInfo) -> Finding:
        if self._mode == "polling":
            if info.url:
                return Finding(
                    False, "a webhook is registered", "`labelbot run` removes it, or set TELEGRAM_MODE=webhook"
                )
            return Finding(True, "updates are fetched by polling")
        if info.url != self._hook_url:
            return Finding(
                False, f"the webhook is {info.url or 'not set'}", "start `labelbot run`: it sets the webhook"
            )
        return Finding(True, f"updates come to {self._hook_url}")
