"""Messages and forms as Block Kit: literal text in the nearest style, buttons in rows, menus for too many."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, groupby
from typing import Any

from bot.characters import cut, head, units
from bot.chat import Button, Form, FormField, Message, Part, Row, ShownKind, Text
from bot.chats.slack_text import clean, fallback

Json = dict[str, Any]

TEXT_OBJECT = 3000
TEXT_IN_ALL = 12_000
BLOCKS = {"message": 50, "home": 100}
TEXT_BLOCKS = 24
IN_ACTIONS = 25
OPTIONS = 100
BUTTON_TITLE = 75
PLACEHOLDER = 150
ALT = 2000
MODAL_TITLE = 24
FIELD_NAME = 255
FIELD_TITLE = 2000
FIELD_TEXT = 3000
SOUND = "sound"
"""block_id that marks a card whose sound or film is a message of its own above it."""

_FLAGS = {"bold": "bold", "italic": "italic", "strike": "strike", "code": "code"}


def with_pages(rows: Sequence[Row], opens: Callable[[str], str]) -> tuple[Row, ...]:
    """The buttons with links in place of those that open the page; without them where there is no https address, to
    which a phone would not let them lead."""
    linked = (tuple(_linked(button, opens) if button.opens_page else button for button in row) for row in rows)
    kept = (tuple(button for button in row if not button.opens_page) for row in linked)
    return tuple(row for row in kept if row)


def _linked(button: Button, opens: Callable[[str], str]) -> Button:
    address = opens(button.data)
    return replace(button, data="", url=address, opens_page=False) if address.startswith("https://") else button


def message_blocks(message: Message, pictures: Mapping[int, str], *, sound: bool = False) -> tuple[str, list[Json]]:
    """(fallback text, blocks). `pictures` maps ids of media to Slack's ids of their processed files."""
    images = [
        {"type": "image", "slack_file": {"id": pictures[media.id]}, "alt_text": _words(media.alt, ALT, "image")}
        for media in message.media
        if media.id in pictures
    ]
    kind = "home" if message.kind == "home" else "message"
    return _face(images, message.text, message.buttons, message.placeholder, BLOCKS[kind], sound)


def remains_blocks(message: Message) -> tuple[str, list[Json]]:
    """What stays of the message that this one replaces."""
    return _face([], message.remains, message.remains_buttons, "", BLOCKS["message"], False)


def shown_kind(blocks: Iterable[Json]) -> ShownKind:
    """What kind of thing a message of ours shows, told from its blocks as Slack sends them back."""
    kinds = {"mixed" if block.get("block_id") == SOUND else block.get("type") for block in blocks}
    return "mixed" if "mixed" in kinds else "image" if "image" in kinds else "text"


def _face(
    images: list[Json], text: Text, rows: Sequence[Row], placeholder: str, most: int, sound: bool
) -> tuple[str, list[Json]]:
    plain = clean("".join(part.text for part in text)) or " ".join(str(image["alt_text"]) for image in images) or "…"
    blocks = images + (text_blocks(text) or ([] if images else [_section("…")]))
    if sound:
        blocks[0]["block_id"] = SOUND
    return fallback(plain), blocks + button_blocks(rows, placeholder, most - len(blocks))


def text_blocks(text: Text) -> list[Json]:
    """Rich text where a style asks for it, plain_text else; never mrkdwn, so that nothing in it is ever a mention."""
    blocks: list[Json] = []
    for kind, group in groupby(_within(text, TEXT_IN_ALL), _block_kind):
        for parts in _pieces(_trimmed(list(group)), TEXT_OBJECT):
            blocks.append(_block(kind, parts))
    if len(blocks) <= TEXT_BLOCKS:
        return blocks
    # A text that changes style that often loses its styles, not its words.
    plain = (Part("".join(part.text for part in text)),)
    return [_block("flow", parts) for parts in _pieces(_within(plain, TEXT_IN_ALL), TEXT_OBJECT)]


def _block_kind(part: Part) -> str:
    return part.style if part.style in ("quiet", "quote") else "flow"


def _block(kind: str, parts: list[Part]) -> Json:
    if kind == "quiet":
        return {"type": "context", "elements": [_plain("".join(part.text for part in parts))]}
    if kind == "flow" and all(part.style == "plain" for part in parts):
        return _section("".join(part.text for part in parts))
    section = {"type": "rich_text_quote" if kind == "quote" else "rich_text_section"}
    return {"type": "rich_text", "elements": [section | {"elements": [_rich(part) for part in parts]}]}


def _rich(part: Part) -> Json:
    flag = _FLAGS.get(part.style)
    return {"type": "text", "text": part.text} | ({"style": {flag: True}} if flag else {})


def _plain(text: str, *, emoji: bool = False) -> Json:
    return {"type": "plain_text", "text": text, "emoji": emoji}


def _section(text: str) -> Json:
    return {"type": "section", "text": _plain(text)}


def _within(text: Text, limit: int) -> tuple[Part, ...]:
    """The parts up to `limit`, cut visibly."""
    kept: list[Part] = []
    for part in text:
        words = cut(clean(part.text), limit)
        limit -= units(words)
        if words:
            kept.append(Part(words, part.style))
        if limit <= 0:
            break
    return tuple(kept)


def _trimmed(parts: list[Part]) -> list[Part]:
    """Without the line breaks at a block's edges, which the blocks stand for; nothing where only blanks are left."""
    if not "".join(part.text for part in parts).strip():
        return []
    while not parts[0].text.strip("\n"):
        parts = parts[1:]
    while not parts[-1].text.strip("\n"):
        parts = parts[:-1]
    parts = [Part(parts[0].text.lstrip("\n"), parts[0].style), *parts[1:]]
    return [*parts[:-1], Part(parts[-1].text.rstrip("\n"), parts[-1].style)]


def _pieces(parts: Iterable[Part], limit: int) -> Iterator[list[Part]]:
    """The same text in lists of at most `limit` each."""
    piece: list[Part] = []
    room = limit
    for part in parts:
        rest = part.text
        while rest:
            words = head(rest, room)
            if words:
                piece.append(Part(words, part.style))
            rest, room = rest[len(words) :], room - units(words)
            if rest or not room:
                yield piece
                piece, room = [], limit
    if piece:
        yield piece


def button_blocks(rows: Sequence[Row], placeholder: str, room: int) -> list[Json]:
    """A block a row. Over 25 buttons the ordinary ones become menus, and the way on stays a button; too many rows for
    `room` blocks are packed."""
    numbered = [[(f"b{i}.{j}", button) for j, button in enumerate(row)] for i, row in enumerate(rows)]
    menus: list[Json] = []
    if sum(len(row) for row in rows) > IN_ACTIONS:
        choices = [button for row in rows for button in row if _is_choice(button)]
        menus = _menus(choices, placeholder)
        numbered = [[pair for pair in row if not _is_choice(pair[1])] for row in numbered]
    lines = [row[i : i + IN_ACTIONS] for row in numbered for i in range(0, len(row), IN_ACTIONS)]
    if len(menus) + len(lines) > room:
        flat = list(chain.from_iterable(lines))
        lines = [flat[i : i + IN_ACTIONS] for i in range(0, len(flat), IN_ACTIONS)]
    return menus + [{"type": "actions", "elements": [_button(*pair) for pair in line]} for line in lines]


def _is_choice(button: Button) -> bool:
    return button.tone == "plain" and not button.url and not button.opens_form


def _menus(choices: list[Button], placeholder: str) -> list[Json]:
    menus = []
    for start in range(0, len(choices), OPTIONS):
        options = [
            {"text": _plain(_title(button), emoji=True), "value": button.data}
            for button in choices[start : start + OPTIONS]
        ]
        hint = _plain(_words(placeholder, PLACEHOLDER))
        select = {"type": "static_select", "action_id": f"s{start}", "placeholder": hint, "options": options}
        menus.append({"type": "actions", "elements": [select]})
    return menus


def _title(button: Button) -> str:
    return _words(button.title, BUTTON_TITLE)


def _words(text: str, limit: int, otherwise: str = "…") -> str:
    """Slack takes no empty texts."""
    return cut(clean(text), limit) if text.strip() else otherwise


def _button(action_id: str, button: Button) -> Json:
    made: Json = {"type": "button", "action_id": action_id, "text": _plain(_title(button), emoji=True)}
    made |= {"url": button.url} if button.url else {"value": button.data}
    style = {"main": "primary", "danger": "danger"}.get(button.tone)
    made |= {"style": style} if style else {}
    spoken = cut(clean(button.spoken), BUTTON_TITLE)
    return made | ({"accessibility_label": spoken} if spoken else {})


def notice_blocks(text: str) -> list[Json]:
    return [_section(_words(text, TEXT_OBJECT))]


def modal(form: Form, chat: str) -> Json:
    """A form as a modal. Its callback_id carries the chat, which Slack leaves out of submissions."""
    return {
        "type": "modal",
        "callback_id": f"form:{chat}",
        "private_metadata": form.data,
        "title": _plain(_words(form.title, MODAL_TITLE)),
        "submit": _plain(_words(form.submit, MODAL_TITLE, "OK")),
        "blocks": [_input(field) for field in form.fields] or notice_blocks(form.title),
    }


def _input(field: FormField) -> Json:
    limit = max(1, min(field.limit, FIELD_TEXT))
    name = field.name[:FIELD_NAME]
    element: Json = {"type": "plain_text_input", "action_id": name, "multiline": field.long, "max_length": limit}
    if field.value:
        element["initial_value"] = cut(clean(field.value), limit)
    label = _plain(_words(field.title, FIELD_TITLE))
    shown = {"type": "input", "block_id": name, "label": label, "element": element}
    return shown | {"optional": field.optional}
