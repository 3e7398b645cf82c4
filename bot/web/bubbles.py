"""A message as the page shows it: plain JSON with a name for everything."""

from typing import Any, get_args

from bot.chat import Button, Media, Message, Row, Shown, ShownKind, Text

Bubble = dict[str, Any]


def bubble(message: Message) -> Bubble:
    return {
        "kind": message.kind,
        "shown": shown_kind(message),
        "text": words(message.text),
        "media": [_media(media) for media in message.media],
        "buttons": _rows(message.buttons),
        "typed": message.typed,
        "placeholder": message.placeholder,
    }


def remainder(message: Message) -> Bubble:
    """What the message replaced by this one becomes. Without `remains` it keeps its words, and that it was a card:
    they are history, of which a page shows a line."""
    left: Bubble = {
        "shown": "text",
        "media": [],
        "buttons": _rows(message.remains_buttons),
        "typed": False,
        "placeholder": "",
        "past": True,
    }
    return left | {"kind": "notice", "text": words(message.remains)} if message.remains else left


def spoken_bubble(text: str) -> Bubble:
    """What a person typed themselves."""
    return {"kind": "typed", "shown": "text", "text": [{"text": text, "style": "plain"}]}


def shown_kind(message: Message) -> ShownKind:
    kinds: set[ShownKind] = {media.kind for media in message.media}
    return "text" if not kinds else kinds.pop() if len(kinds) == 1 else "mixed"


def standing(message: str, kind: str) -> Shown:
    """The message a button stands on, as the page says; what it calls the kind is not to be trusted."""
    known: dict[str, ShownKind] = {name: name for name in get_args(ShownKind)}
    return Shown(message, known.get(kind, "text"))


def words(text: Text) -> list[dict[str, str]]:
    return [{"text": part.text, "style": part.style} for part in text]


def _rows(rows: tuple[Row, ...]) -> list[list[Bubble]]:
    return [[_button(button) for button in row] for row in rows]


def _button(button: Button) -> Bubble:
    return {
        "title": button.title,
        "data": button.data,
        "tone": button.tone,
        "url": _address(button),
        "spoken": button.spoken,
    }


def _address(button: Button) -> str:
    """Pages of our own are named without the server, under whatever name somebody came to it."""
    if button.opens_page:
        return f"/mark/{button.data.partition(':')[0]}"
    return button.url if button.url.startswith(("https://", "http://", "/")) else ""


def _media(media: Media) -> Bubble:
    """Without the file's own name, which may say what is on it, or that it is gold."""
    return {
        "kind": media.kind,
        "mime": media.mime,
        "url": f"/media/{media.sha256}",
        "alt": media.alt,
        "seconds": None if media.duration_ms is None else media.duration_ms / 1000,
        "width": media.width,
        "height": media.height,
        "drawn": media.id < 0,
    }
