"""Button data: a card's nonce, its step and what the tap asks for, in the 64 bytes a platform carries."""

from dataclasses import dataclass

LIMIT = 64
"""Bytes Telegram carries in callback_data; the smallest of the platforms' limits."""


class BadButton(ValueError):
    """Data that we did not make."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """`nonce` is a card's, or empty for a button that belongs to no card."""

    nonce: str
    step: int
    action: str
    argument: str = ""


def pack(pressed: Pressed) -> str:
    """Raises ValueError over 64 bytes: that is our bug, found by a test and not by a platform."""
    data = f"{pressed.nonce}:{pressed.step}:{pressed.action}:{pressed.argument}"
    if len(data.encode()) > LIMIT:
        raise ValueError(f"button data over {LIMIT} bytes: {data!r}")
    return data


def unpack(data: str) -> Pressed:
    """Raises BadButton for anything `pack` could not have made."""
    nonce, first, rest = data.partition(":")
    step, second, rest = rest.partition(":")
    action, third, argument = rest.partition(":")
    if not (first and second and third and action and step.isascii() and step.isdigit() and len(step) < 6):
        raise BadButton("not a button of ours")
    return Pressed(nonce, int(step), action, argument)
