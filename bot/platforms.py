"""The chats of the platforms there are credentials for; each library is loaded only when its chat is built."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from bot.chat import ChatError, Event, Finding, OpenMedia, Outcome, Receive
from bot.links import plain_pages, signed_pages
from bot.wording import LANGUAGES, WORDS, phrase, say
from config.settings import Settings
from storage import accounts
from storage.database import Database

if TYPE_CHECKING:
    from bot.chats.slack import SlackChat
    from bot.chats.telegram import TelegramChat


class Checkable(Protocol):
    async def check(self) -> list[Finding]: ...

    async def close(self) -> None: ...


def telegram_chat(settings: Settings, account: int, receive: Receive, open_media: OpenMedia) -> "TelegramChat":
    from bot.chats.telegram import API_URL, TelegramChat

    if settings.telegram_mode == "webhook" and not settings.public_url:
        raise ChatError("TELEGRAM_MODE=webhook needs LABELBOT_PUBLIC_URL", permanent=True)
    return TelegramChat(
        account,
        settings.telegram_token,
        receive,
        open_media,
        api_url=settings.telegram_api_url or API_URL,
        mode="webhook" if settings.telegram_mode == "webhook" else "polling",
        public_url=settings.public_url,
        open_page=plain_pages(settings.public_url, "/mark/telegram"),
        commands={
            "" if language == "en" else language: [(word, say(language, phrase(f"command.{word}"))) for word in WORDS]
            for language in LANGUAGES
        },
    )


async def slack_team(settings: Settings, database: Database) -> str:
    """From Slack, or, while it cannot be reached, from the last time it could."""
    from bot.chats.slack import API_URL, team_of

    try:
        return await team_of(settings.slack_bot_token, settings.slack_api_url or API_URL)
    except ChatError as error:
        known = await asyncio.wrap_future(database.submit(partial(accounts.latest, platform="slack")))
        if error.permanent or known is None:
            raise
        return known


def slack_chat(
    settings: Settings, account: int, receive: Receive, open_media: OpenMedia, secret: bytes = b""
) -> "SlackChat":
    """`secret` is what links to the page are signed with."""
    from bot.chats.slack import API_URL, SlackChat

    return SlackChat(
        account,
        settings.slack_bot_token,
        receive=receive,
        open_media=open_media,
        app_token=settings.slack_app_token,
        signing_secret=settings.slack_signing_secret,
        api_url=settings.slack_api_url or API_URL,
        command=settings.slack_command,
        open_page=signed_pages(settings.public_url, account, secret, partial(datetime.now, UTC)),
        # Slack tells no language with a command.
        elsewhere=say("", phrase("command.elsewhere")),
    )


Check = Callable[[], Coroutine[Any, Any, list[Finding]]]


def checkers(settings: Settings) -> list[tuple[str, Check]]:
    """For each platform with credentials, how `labelbot doctor` asks it."""
    found: list[tuple[str, Check]] = []
    if settings.telegram_token:
        found.append(("Telegram", lambda: _checked(telegram_chat(settings, 0, _deaf, _blind))))
    if settings.slack_bot_token:
        found.append(("Slack", lambda: _checked(slack_chat(settings, 0, _deaf, _blind))))
    return found


async def _checked(chat: Checkable) -> list[Finding]:
    try:
        return await chat.check()
    finally:
        await chat.close()


async def _deaf(event: Event) -> Outcome:
    raise AssertionError("a chat that is only looked at receives nothing")


def _blind(sha256: str) -> bytes:
    raise AssertionError("a chat that is only looked at sends nothing")
