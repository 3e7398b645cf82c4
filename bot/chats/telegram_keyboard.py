"""Buttons as an inline keyboard, within Telegram's limits."""

from typing import Any
from urllib.parse import urlsplit

from bot.characters import MARK, cut, storable
from bot.chat import Button, Row, Tone

PER_ROW = 8
PER_MESSAGE = 100
TITLE_UNITS = 128

_STYLE: dict[Tone, str] = {"main": "primary", "danger": "danger"}


def keyboard(rows: tuple[Row, ...]) -> dict[str, Any] | None:
    """None where no button is left. Over 100 buttons the last row stays: undo and skip stand in it."""
    lines: list[list[dict[str, Any]]] = []
    for row in rows:
        buttons = [_button(button) for button in row if _usable(button)]
        lines.extend(buttons[at : at + PER_ROW] for at in range(0, len(buttons), PER_ROW))
    if sum(map(len, lines)) > PER_MESSAGE:
        lines = _shortened(lines)
    return {"inline_keyboard": lines} if lines else None


def _shortened(lines: list[list[dict[str, Any]]]) -> list[list[dict[str, Any]]]:
    kept, room = [], PER_MESSAGE - len(lines[-1])
    for line in lines[:-1]:
        if len(line) > room:
            break
        kept.append(line)
        room -= len(line)
    return [*kept, lines[-1]]


def _usable(button: Button) -> bool:
    if button.opens_form:
        return False
    return _opens(button.url) if button.url else bool(button.data)


def _opens(url: str) -> bool:
    """Telegram refuses the whole message for a link to a name without a dot, such as localhost."""
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and "." in (parts.hostname or "")


def _button(button: Button) -> dict[str, Any]:
    shown: dict[str, Any] = {"text": cut(storable(button.title), TITLE_UNITS).strip() or MARK}
    if button.url:
        shown["url"] = button.url
    else:
        shown["callback_data"] = button.data
    if button.tone in _STYLE:
        shown["style"] = _STYLE[button.tone]
    return shown
