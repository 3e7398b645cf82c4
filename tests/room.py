"""A private chat as a strict platform shows it: what it would refuse fails the test."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from bot import payload
from bot.characters import units
from bot.chat import Button, Message, Shown, ShownKind

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024


@dataclass
class Bubble:
    """A message as it stands in a chat; `mine` was typed by the person. `drawing` is what is painted over its picture,
    as JSON."""

    id: str
    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    kind: ShownKind = "text"
    mine: bool = False
    card: bool = False
    drawing: str = ""

    @property
    def shown(self) -> Shown:
        return Shown(self.id, self.kind)

    def every_button(self) -> Iterator[Button]:
        return (button for row in self.buttons for button in row)

    def __str__(self) -> str:
        lines = [self.text] if self.kind == "text" else [f"({self.kind})", self.text]
        lines += [" ".join(f"[{button.title}]" for button in row) for row in self.buttons]
        return "\n".join(line for line in lines if line)


@dataclass
class Room:
    """One private chat, oldest message first."""

    bubbles: list[Bubble] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    refused: bool = False
    home: Bubble | None = None
    apart: bool = False
    """Files stand in messages of their own above their card."""

    def find(self, id: str) -> Bubble | None:
        return next((bubble for bubble in self.bubbles if bubble.id == id), None)

    def new(self, **bubble: Any) -> Bubble:
        self.bubbles.append(Bubble(str(next(self.numbers)), **bubble))
        return self.bubbles[-1]

    def show(self, message: Message) -> Bubble:
        """In place where that may be, else below everything, the former message shrunk."""
        check(message)
        former = self.find(message.replaces.message) if message.replaces else None
        kind: ShownKind = message.media[0].kind if message.media else "text"
        content = {"text": plain(message.text), "buttons": message.buttons, "card": message.kind == "card"}
        content["drawing"] = "".join(media.drawing for media in message.media)
        if former and not message.fresh and former.kind == kind and kind in ("text", "image"):
            for name, value in content.items():
                setattr(former, name, value)
            return former
        if former:
            former.text = plain(message.remains) or former.text
            former.buttons, former.card = message.remains_buttons, False
        if self.apart and message.media:
            for media in message.media:
                self.new(kind=media.kind, text="")
            kind = "mixed"
        return self.new(kind=kind, **content)


def plain(text: Any) -> str:
    return "".join(part.text for part in text)


def check(message: Message) -> None:
    """What every platform would refuse, or show as rubbish."""
    assert payload.unpack(payload.pack(message)) == without_references(message)
    text = plain(message.text)
    assert text.strip(), "an empty message"
    assert text == text.strip(), f"space around {text!r}"
    assert units(text) <= (CAPTION_LIMIT if message.media else TEXT_LIMIT)
    for row in (*message.buttons, *message.remains_buttons):
        assert 1 <= len(row) <= 8
        for button in row:
            assert button.title.strip(), button
            assert len(button.title) <= 75, button
            assert 0 < len(button.data.encode()) <= 64, button
    shown = [button.data for row in message.buttons for button in row]
    assert len(set(shown)) == len(shown), f"two buttons that do the same: {shown}"


def without_references(message: Message) -> Message:
    return replace(message, media=tuple(replace(one, reference="") for one in message.media))
