"""Buttons as an inline keyboard, within Telegram's limits."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from bot.characters import MARK, cut, storable
from bot.chat import Button, Row, Tone

PER_ROW = 8
PER_MESSAGE = 100
TITLE_UNITS = 128

_STYLE: dict[Tone, str] = {"main": "primary", "danger": "danger"}


Opens = Callable[[str], str]
"""The address of the page that a button with that data leads to; empty for none."""


def keyboard(rows: tuple[Row, ...], opens: Opens = lambda data: "") -> dict[str, Any] | None:
    """None where no button is left. Over 100 buttons the last row stays: undo and skip stand in it."""
    lines: list[list[dict[str, Any]]] = []
    for row in rows:
        made = (_page(button, opens(button.data)) if button.opens_page else _button(button) for button in row)
        buttons = [button for button in made if button is not None]
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


def _page(button: Button, address: str) -> dict[str, Any] | None:
    """Telegram opens pages inside itself by https only."""
    return _shown(button) | {"web_app": {"url": address}} if address.startswith("https://") else None


def _opens(url: str) -> bool:
    """Telegram refuses the whole message for a link to a name without a dot, such as localhost."""
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and "." in (parts.hostname or "")


def _button(button: Button) -> dict[str, Any] | None:
    """None for one that leads nowhere here."""
    if button.opens_form or not (_opens(button.url) if button.url else button.data):
        return None
    return _shown(button) | ({"url": button.url} if button.url else {"callback_data": button.data})


def _shown(button: Button) -> dict[str, Any]:
    shown: dict[str, Any] = {"text": cut(storable(button.title), TITLE_UNITS).strip() or MARK}
    return shown | ({"style": _STYLE[button.tone]} if button.tone in _STYLE else {})
