"""Button data: a card's nonce, its step and what the tap asks for, in the 64 bytes a platform carries."""

import re
from dataclasses import dataclass

LIMIT = 64
"""Bytes Telegram carries in callback_data; the smallest of the platforms' limits."""


MADE = re.compile(r"([A-Za-z0-9_-]{0,24}):([0-9]{1,18}):([a-z]):([!-~]{0,40})")


class BadButton(ValueError):
    """Data that we did not make."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """`nonce` is a card's, or empty for a button of no card, whose `step` is a project's or an item's number."""

    nonce: str
    step: int
    action: str
    argument: str = ""


def pack(pressed: Pressed) -> str:
    """Raises ValueError for what a platform would not carry: that is our bug, found by a test and not by a person."""
    data = f"{pressed.nonce}:{pressed.step}:{pressed.action}:{pressed.argument}"
    if len(data) > LIMIT or not MADE.fullmatch(data):
        raise ValueError(f"no platform would carry this button, or we not read it again: {data!r}")
    return data


def unpack(data: str) -> Pressed:
    """Raises BadButton for anything `pack` could not have made."""
    made = MADE.fullmatch(data)
    if made is None:
        raise BadButton("not a button of ours")
    nonce, step, action, argument = made.groups()
    return Pressed(nonce, int(step), action, argument)
