"""Slack's text rules: what markup means, what a person sees of blocks, how typed text reaches an app."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

Json = dict[str, Any]

_MARKUP = re.compile(r"<([^<>]+)>")
_BARE_URL = re.compile(r"https?://[^\s<>|]+")
_BROADCASTS = ("!channel", "!here", "!everyone", "!group", "!subteam^")
_EMOJI = re.compile("[\u2600-\u27bf\U0001f300-\U0001faff]\ufe0f?")
_SHORTCODES = {
    "👍": "+1",
    "👎": "-1",
    "😀": "grinning",
    "😊": "blush",
    "😠": "angry",
    "😐": "neutral_face",
    "❤": "heart",
    "🎉": "tada",
    "🙂": "slightly_smiling_face",
}


class Button(NamedTuple):
    """A button as a person meets it."""

    text: str
    value: str | None
    action_id: str
    url: str | None = None


class Image(NamedTuple):
    """An image as a person meets it; source is a file id or an address."""

    alt: str
    title: str
    source: str


class Markup(NamedTuple):
    """What Slack acts on: mentions ("!channel", "@U1"), links (address, label), bare addresses it links itself."""

    mentions: list[str]
    links: list[tuple[str, str]]
    bare: list[str]

    def add(self, other: "Markup") -> None:
        self.mentions.extend(other.mentions)
        self.links.extend(other.links)
        self.bare.extend(other.bare)


def escape(text: str) -> str:
    """The three characters Slack encodes in every text it sends and decodes in every text it is sent."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def parse(text: str) -> Markup:
    """The live markup of mrkdwn text; anything properly escaped is literal and does not appear."""
    found = Markup([], [], [])
    for inside in _MARKUP.findall(text):
        target, _, label = inside.partition("|")
        if target.startswith(("@", *_BROADCASTS)):
            found.mentions.append(target)
        elif not target.startswith(("#C", "!")):
            found.links.append((target, label))
    found.bare.extend(unescape(url) for url in _BARE_URL.findall(_MARKUP.sub(" ", text)))
    return found


def visible(text: str) -> str:
    """What a person reads of mrkdwn text: a link shows only its label."""
    return unescape(_MARKUP.sub(lambda hit: hit[1].partition("|")[2] or hit[1], text))


def markup(blocks: Sequence[Json]) -> Markup:
    """All live markup in blocks; plain_text and rich_text text are literal, rich_text has mention elements."""
    found = Markup([], [], [])
    for block in blocks:
        for node in _nodes(block):
            found.add(_markup_of(node))
    return found


def _nodes(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _nodes(part)


def _markup_of(node: Json) -> Markup:
    kind, text = node.get("type"), node.get("text")
    if kind in ("mrkdwn", "markdown") and isinstance(text, str):
        found = parse(text)
        return found._replace(bare=[]) if node.get("verbatim") else found
    if kind == "user" and "user_id" in node:
        return Markup([f"@{node['user_id']}"], [], [])
    if kind == "broadcast":
        return Markup([f"!{node.get('range', '')}"], [], [])
    if kind == "link":
        return Markup([], [(str(node.get("url")), str(text or ""))], [])
    return Markup([], [], [])


def shown(blocks: Sequence[Json]) -> str:
    """The plain text a person can read in the blocks, one line a text, buttons left out."""
    return "\n".join(line for block in blocks for line in _lines(block) if line)


def _lines(block: Json) -> list[str]:
    kind = block.get("type")
    if kind in ("section", "header"):
        return [_text(part) for part in [block.get("text"), *block.get("fields", [])]]
    if kind == "context":
        return [" ".join(_text(part) for part in block.get("elements", []))]
    if kind == "image":
        return [_text(block.get("title")), _text(block)]
    if kind == "input":
        return [_text(block.get("label")), _text(block.get("hint"))]
    if kind == "markdown":
        return [visible(str(block.get("text", "")))]
    return [_rich(block)] if kind == "rich_text" else []


def _text(part: Any) -> str:
    if not isinstance(part, dict):
        return ""
    if part.get("type") == "image":
        return f"[image: {part.get('alt_text', '')}]"
    text = str(part.get("text", ""))
    return visible(text) if part.get("type") == "mrkdwn" else text


def _rich(node: Json) -> str:
    kind = node.get("type")
    if "elements" in node:
        between = "\n" if kind in ("rich_text", "rich_text_list") else ""
        return between.join(_rich(part) for part in node["elements"])
    if kind == "emoji":
        return chr(int(node["unicode"].split("-")[0], 16)) if "unicode" in node else f":{node.get('name')}:"
    if kind in ("user", "broadcast"):
        return f"@{node.get('user_id') or node.get('range')}"
    return str(node.get("text") or node.get("url") or "")


def interactive(blocks: Sequence[Json]) -> Iterator[tuple[Json, Json]]:
    """Every (block, element) a person can press, choose or fill in, from top to bottom."""
    for block in blocks:
        parts = block.get("elements", []) if block.get("type") == "actions" else []
        for element in [*parts, block.get("accessory"), block.get("element")]:
            if isinstance(element, dict) and "action_id" in element:
                yield block, element


def buttons(blocks: Sequence[Json]) -> list[Button]:
    return [
        Button(element["text"]["text"], element.get("value"), element["action_id"], element.get("url"))
        for _, element in interactive(blocks)
        if element["type"] == "button"
    ]


def images(blocks: Sequence[Json]) -> list[Image]:
    return [
        Image(node.get("alt_text", ""), _text(node.get("title")), _source(node))
        for block in blocks
        for node in _nodes(block)
        if node.get("type") == "image"
    ]


def _source(image: Json) -> str:
    file = image.get("slack_file") or {}
    return str(file.get("id") or file.get("url") or image.get("image_url") or "")


def shortcodes(text: str) -> str:
    """Emoji become :name:, as Slack stores them."""
    return _EMOJI.sub(lambda hit: f":{_emoji_name(hit[0])}:", text)


def _emoji_name(emoji: str) -> str:
    return _SHORTCODES.get(emoji[0]) or unicodedata.name(emoji[0], "question").lower().replace(" ", "_")


def as_sent(value: Any) -> Any:
    """Blocks as they come back in a payload: plain_text is escaped (bolt-python issue 513) and emoji are shortcodes."""
    if isinstance(value, list):
        return [as_sent(part) for part in value]
    if not isinstance(value, dict):
        return value
    if value.get("type") in ("plain_text", "mrkdwn") and isinstance(value.get("text"), str):
        text = value["text"]
        return {**value, "text": shortcodes(escape(text) if value["type"] == "plain_text" else text)}
    return {key: as_sent(part) for key, part in value.items()}


def typed(text: str, names: dict[str, str]) -> tuple[str, list[Json]]:
    """What an app receives when a person types: the `text` (escaped, addresses in <>, emoji as :name:, @name as <@U…>)
    and the rich_text blocks that carry the same thing literally."""
    pieces: list[Json] = []
    plain = ""
    at = 0
    for hit in _TOKEN.finditer(text):
        piece, sent = _token(hit[0], names)
        if piece is None:
            continue
        plain += escape(text[at : hit.start()]) + sent
        pieces += [{"type": "text", "text": text[at : hit.start()]}] if hit.start() > at else []
        pieces.append(piece)
        at = hit.end()
    plain += escape(text[at:])
    pieces += [{"type": "text", "text": text[at:]}] if text[at:] else []
    return plain, [{"type": "rich_text", "block_id": "typed", "elements": [_section(pieces)]}]


_TOKEN = re.compile(rf"{_BARE_URL.pattern}|@\w+|{_EMOJI.pattern}")


def _section(pieces: list[Json]) -> Json:
    return {"type": "rich_text_section", "elements": pieces}


def _token(token: str, names: dict[str, str]) -> tuple[Json | None, str]:
    if token.startswith("@"):
        user = names.get(token[1:])
        return ({"type": "user", "user_id": user}, f"<@{user}>") if user else (None, "")
    if token.startswith("http"):
        return {"type": "link", "url": token}, f"<{escape(token)}>"
    code = "-".join(f"{ord(sign):x}" for sign in token)
    name = _emoji_name(token)
    return {"type": "emoji", "name": name, "unicode": code}, f":{name}:"
