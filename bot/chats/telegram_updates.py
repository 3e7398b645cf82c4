"""Updates of the Bot API, as plain JSON, translated into events."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from bot.characters import storable
from bot.chat import Blocked, Command, Edited, Event, Moved, Press, Reply, Shown, ShownKind

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
NAME_LENGTH = 100

_JOIN = re.compile(r"join\s+([A-Za-z0-9_-]{16,64})", re.IGNORECASE)
"""An invite as it is typed. Codes have 22 characters; a shorter word after "join" may be a transcript."""
_KINDS: tuple[tuple[str, ShownKind], ...] = (
    ("photo", "image"),
    ("video", "video"),
    ("voice", "audio"),
    ("audio", "audio"),
    ("animation", "video"),
)
_SENT_BY_PEOPLE = frozenset(
    {"animation", "audio", "contact", "dice", "document", "location", "photo", "poll", "sticker", "story", "venue"}
    | {"video", "video_note", "voice", "paid_media", "checklist", "game"}
)
_IN = frozenset({"member", "administrator", "restricted", "creator"})


@dataclass(frozen=True, slots=True)
class Me:
    """Who we are in Telegram; both unknown (0, "") until the first answer to getMe."""

    id: int = 0
    username: str = ""


class _Common(TypedDict):
    account: int
    key: str
    user: str
    chat: str
    name: str
    language: str
    private: bool


def sender(update: Mapping[str, Any]) -> str:
    """Whose turn an update belongs to: one person's events stay in order."""
    for body in update.values():
        if isinstance(body, dict):
            who = body.get("from") or body.get("chat")
            return str(who.get("id", "")) if isinstance(who, dict) else ""
    return ""


def tapped(update: Mapping[str, Any]) -> str:
    """The id under which a tap is answered, empty where the update is none."""
    tap = update.get("callback_query")
    return str(tap.get("id", "")) if isinstance(tap, dict) else ""


def called(update: Mapping[str, Any], me: Me) -> tuple[int, int, int] | None:
    """(chat, message, person) of a command that names us in a group; there a bare one may be meant for any bot."""
    message = update.get("message") or {}
    size = _command_size(message)
    name = message["text"][:size].partition("@")[2].lower() if size else ""
    if not name or name != me.username.lower() or message["chat"]["type"] == "private":
        return None
    return message["chat"]["id"], message["message_id"], message["from"]["id"]


def translate(update: Mapping[str, Any], account: int, me: Me) -> Event | None:
    """The event, or None for what concerns nobody here."""
    if (tap := update.get("callback_query")) is not None:
        return _press(update, tap, account)
    if (message := update.get("message")) is not None:
        return _message(update, message, account, me)
    if (edited := update.get("edited_message")) is not None:
        return _edited(update, edited, account)
    if (change := update.get("my_chat_member")) is not None:
        return _membership(update, change, account)
    return None


def _common(update: Mapping[str, Any], account: int, person: Mapping[str, Any], chat: Mapping[str, Any]) -> _Common:
    name = person.get("first_name", "")
    if "last_name" in person:
        name = f"{name} {person['last_name']}"
    return {
        "account": account,
        "key": f"u{update['update_id']}",
        "user": str(person["id"]),
        "chat": str(chat["id"]),
        "name": storable(name)[:NAME_LENGTH],
        "language": storable(person.get("language_code", ""))[:35],
        "private": chat["type"] == "private",
    }


def _press(update: Mapping[str, Any], tap: Mapping[str, Any], account: int) -> Press | None:
    message, data = tap.get("message"), tap.get("data")
    if message is None or data is None:
        return None
    shown = Shown(str(message["message_id"]), _kind(message))
    return Press(**_common(update, account, tap["from"], message["chat"]), data=storable(data), shown=shown)


def _kind(message: Mapping[str, Any]) -> ShownKind:
    return next((kind for field, kind in _KINDS if field in message), "text")


def _message(update: Mapping[str, Any], message: Mapping[str, Any], account: int, me: Me) -> Event | None:
    chat = message["chat"]
    if "migrate_to_chat_id" in message:
        return Moved(account=account, chat=str(chat["id"]), to=str(message["migrate_to_chat_id"]))
    person = message.get("from")
    if person is None or person.get("is_bot"):
        return None
    common = _common(update, account, person, chat)
    text = storable(message.get("text", "")).strip()
    if command := _command_size(message):
        return _command(common, text, command, me)
    to = message.get("reply_to_message") or {}
    if common["private"] and not to and (join := _JOIN.fullmatch(text)):
        return Command(**common, word="join", argument=join[1])
    if not (text or message.keys() & _SENT_BY_PEOPLE) or not (common["private"] or _is_mine(to, me)):
        return None
    part = _is_mine(to, me) and _kind(to) != "text"
    about = {"message": str(message["message_id"]), "to": str(to.get("message_id", ""))}
    return Reply(**common, **about, text=text, part=part)


def _is_mine(message: Mapping[str, Any], me: Me) -> bool:
    """In a group, what is said to others is none of our business, even where privacy mode is off."""
    return bool(me.id) and (message.get("from") or {}).get("id") == me.id


def _command_size(message: Mapping[str, Any]) -> int:
    """Length of the bot command that the message begins with, 0 where it does not; commands are ASCII."""
    for entity in message.get("entities", ()):
        if entity["type"] == "bot_command" and entity["offset"] == 0:
            return int(entity["length"])
    return 0


def _command(common: _Common, text: str, size: int, me: Me) -> Command | None:
    name, _, addressee = text[1:size].partition("@")
    if addressee and addressee.lower() != me.username.lower():
        return None
    return Command(**common, word=name.lower(), argument=text[size:].strip())


def _edited(update: Mapping[str, Any], message: Mapping[str, Any], account: int) -> Edited | None:
    text, person = message.get("text"), message.get("from")
    if text is None or person is None or person.get("is_bot"):
        return None
    common = _common(update, account, person, message["chat"])
    return Edited(**common, text=storable(text).strip(), message=str(message["message_id"]))


def _membership(update: Mapping[str, Any], change: Mapping[str, Any], account: int) -> Blocked | None:
    if change["chat"]["type"] == "channel":
        return None
    common = _common(update, account, change["from"], change["chat"])
    return Blocked(**common, blocked=change["new_chat_member"]["status"] not in _IN)
