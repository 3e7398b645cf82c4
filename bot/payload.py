"""A message as the outbox keeps it: plain JSON, without what is not set."""

from typing import Any

from bot.chat import Button, Media, Message, Part, Row, Shown, Text

Payload = dict[str, Any]


def pack(message: Message) -> Payload:
    """Media are kept without `reference`: that is looked up again, for the file may be known by then."""
    packed: Payload = {"text": _pack_text(message.text), "kind": message.kind}
    if message.media:
        packed["media"] = [_pack_media(media) for media in message.media]
    if message.buttons:
        packed["buttons"] = _pack_rows(message.buttons)
    if message.replaces is not None:
        packed["replaces"] = [message.replaces.message, message.replaces.kind]
    if message.remains:
        packed["remains"] = _pack_text(message.remains)
    if message.remains_buttons:
        packed["remains_buttons"] = _pack_rows(message.remains_buttons)
    for name in ("fresh", "typed", "placeholder"):
        if value := getattr(message, name):
            packed[name] = value
    return packed


def unpack(packed: Payload) -> Message:
    replaces = packed.get("replaces")
    return Message(
        text=_text(packed["text"]),
        kind=packed["kind"],
        media=tuple(Media(**media) for media in packed.get("media", ())),
        buttons=rows(packed.get("buttons", ())),
        replaces=None if replaces is None else Shown(*replaces),
        fresh=packed.get("fresh", False),
        remains=_text(packed.get("remains", ())),
        remains_buttons=rows(packed.get("remains_buttons", ())),
        typed=packed.get("typed", False),
        placeholder=packed.get("placeholder", ""),
    )


def _pack_text(text: Text) -> list[list[str]]:
    return [[part.text, part.style] for part in text]


def _text(packed: Any) -> Text:
    return tuple(Part(*part) for part in packed)


def _pack_media(media: Media) -> Payload:
    names = Media.__dataclass_fields__
    return {name: getattr(media, name) for name in names if name != "reference"}


def _pack_rows(rows: tuple[Row, ...]) -> list[list[list[Any]]]:
    return [[[b.title, b.data, b.tone, b.url, b.opens_form, b.spoken, b.opens_page] for b in row] for row in rows]


def rows(packed: Any) -> tuple[Row, ...]:
    """Buttons as they were packed."""
    return tuple(tuple(Button(*button) for button in row) for row in packed)
