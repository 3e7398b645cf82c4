"""The platform's limits on text, entities and keyboards of a message."""

from typing import Any
from urllib.parse import urlsplit

import telegram
from telegram.constants import (
    InlineKeyboardButtonLimit,
    InlineKeyboardMarkupLimit,
    MessageEntityType,
    MessageLimit,
)

from tests.fakes.telegram_schema import bad, check_object

_BUTTON_LOOKS = {"text", "style", "icon_custom_emoji_id"}
_STYLES = {"danger", "success", "primary"}
PLACEHOLDER_LIMIT = 64  # ForceReply.input_field_placeholder


def utf16(text: str) -> int:
    """Length in UTF-16 code units, the unit of entity offsets.

    Limits are counted in it too: official texts say "characters" and leave the unit open; this is the stricter reading.
    """
    return len(text.encode("utf-16-le")) // 2


def checked_text(parameters: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    """Text and entities as the platform keeps them, or 400."""
    return _checked(parameters, "text", "entities", MessageLimit.MAX_TEXT_LENGTH, "message is too long")


def checked_caption(parameters: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    """Caption and its entities, or 400; no caption is an empty one."""
    return _checked(
        parameters, "caption", "caption_entities", MessageLimit.CAPTION_LENGTH, "message caption is too long"
    )


def _checked(
    parameters: dict[str, Any], name: str, entities_name: str, limit: int, too_long: str
) -> tuple[str, list[dict[str, Any]]]:
    if parameters.get("parse_mode") is not None:
        raise bad("fake does not parse: send entities, not parse_mode")
    text = parameters.get(name) or ""
    if not isinstance(text, str):
        raise bad(f"{name} must be a string")
    entities = checked_entities(text, parameters.get(entities_name) or [])
    text, entities = _trimmed(text, entities)
    if name == "text" and not text:
        raise bad("message text is empty")
    if utf16(text) > limit:
        raise bad(too_long)
    return text, entities


def checked_entities(text: str, entities: Any) -> list[dict[str, Any]]:
    """The entities the platform shows (100 at most), or 400 for one outside the text or inside a character."""
    if not isinstance(entities, list):
        raise bad("can't parse entities: array expected")
    borders = _borders(text)
    for entity in entities:
        check_object(telegram.MessageEntity, entity)
        _check_entity(entity, borders, utf16(text))
    return entities[: MessageLimit.MESSAGE_ENTITIES]


def _check_entity(entity: dict[str, Any], borders: set[int], length: int) -> None:
    if entity["type"] not in set(MessageEntityType):
        raise bad(f"can't parse entities: unsupported type {entity['type']!r}")
    start, end = entity["offset"], entity["offset"] + entity["length"]
    if start < 0 or end <= start or end > length:
        raise bad(f"entity {entity['type']} at {start}..{end} is outside a text of length {length}")
    if start not in borders or end not in borders:
        raise bad(f"entity begins or ends in a middle of a UTF-16 symbol at offset {start}..{end}")
    if entity["type"] == MessageEntityType.TEXT_LINK and not entity.get("url"):
        raise bad("can't parse entities: text_link needs a url")


def _borders(text: str) -> set[int]:
    borders, at = {0}, 0
    for character in text:
        at += utf16(character)
        borders.add(at)
    return borders


def _trimmed(text: str, entities: list[dict[str, Any]]) -> tuple[str, list[dict[str, Any]]]:
    """The platform cuts white space at both ends and moves entities along."""
    lead = utf16(text) - utf16(text.lstrip())
    text = text.strip()
    kept = []
    for entity in entities:
        start = max(0, entity["offset"] - lead)
        end = min(utf16(text), entity["offset"] + entity["length"] - lead)
        if end > start:
            kept.append(entity | {"offset": start, "length": end - start})
    return text, kept


def checked_markup(value: Any, *, private: bool) -> dict[str, Any] | None:
    """A reply markup as the platform keeps it, or 400; an empty keyboard is none."""
    if value is None or value == {}:
        return None
    if not isinstance(value, dict):
        raise bad("can't parse reply keyboard markup JSON object")
    if "inline_keyboard" in value:
        return _inline_keyboard(value, private=private)
    if "force_reply" in value:
        return _force_reply(value)
    if "keyboard" in value:
        return check_object(telegram.ReplyKeyboardMarkup, value)
    return check_object(telegram.ReplyKeyboardRemove, value, "remove_keyboard")


def inline_only(markup: dict[str, Any] | None) -> dict[str, Any] | None:
    """Edits take inline keyboards only."""
    if markup is not None and "inline_keyboard" not in markup:
        raise bad("inline keyboard expected")
    return markup


def _force_reply(value: dict[str, Any]) -> dict[str, Any]:
    check_object(telegram.ForceReply, value, "force_reply")
    placeholder = value.get("input_field_placeholder")
    if placeholder is not None and not 1 <= utf16(placeholder) <= PLACEHOLDER_LIMIT:
        raise bad("reply placeholder must be 1-64 characters")
    return value


def _inline_keyboard(value: dict[str, Any], *, private: bool) -> dict[str, Any] | None:
    check_object(telegram.InlineKeyboardMarkup, value)
    rows = [row for row in value["inline_keyboard"] if row]
    buttons = [button for row in rows for button in row]
    if len(buttons) > InlineKeyboardMarkupLimit.TOTAL_BUTTON_NUMBER:
        raise bad("reply markup is too long")
    if any(len(row) > InlineKeyboardMarkupLimit.BUTTONS_PER_ROW for row in rows):
        raise bad("reply markup is too long: more than 8 buttons in a row")
    for button in buttons:
        _check_button(check_object(telegram.InlineKeyboardButton, button), private=private)
    return {"inline_keyboard": rows} if rows else None


def _check_button(button: dict[str, Any], *, private: bool) -> None:
    if not button["text"]:
        raise bad("can't parse inline keyboard button: text is empty")
    actions = sorted(button.keys() - _BUTTON_LOOKS)
    if len(actions) != 1:
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if button.get("style") not in _STYLES | {None}:
        raise bad("can't parse inline keyboard button: unknown style")
    if "callback_data" in button:
        _check_callback_data(button["callback_data"])
    if "url" in button:
        _check_url(button["url"])
    if "web_app" in button:
        _check_web_app(button["web_app"], private=private)
    if "copy_text" in button and not 1 <= utf16(button["copy_text"]["text"]) <= InlineKeyboardButtonLimit.MAX_COPY_TEXT:
        raise bad("BUTTON_COPY_TEXT_INVALID")


def _check_callback_data(data: str) -> None:
    size = len(data.encode())
    if not InlineKeyboardButtonLimit.MIN_CALLBACK_DATA <= size <= InlineKeyboardButtonLimit.MAX_CALLBACK_DATA:
        raise bad("BUTTON_DATA_INVALID")


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https", "tg"} or (parts.scheme != "tg" and "." not in parts.netloc):
        raise bad(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


def _check_web_app(value: dict[str, Any], *, private: bool) -> None:
    if not private:
        raise bad("BUTTON_TYPE_INVALID")
    url = check_object(telegram.WebAppInfo, value)["url"]
    if urlsplit(url).scheme != "https":
        raise bad(f"inline keyboard button Web App URL '{url}' is invalid: Only HTTPS links are allowed")
